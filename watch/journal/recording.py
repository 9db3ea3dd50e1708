"""Records what a transaction takes away, on disk before the transaction commits.

Changes by flushes and by statements mark their rows. Before the commit the marked rows are read and recorded;
what gives something back is recorded after the commit. A crash between the two leaves an entry that the
database does not know of, which is the safe side: whoever pressed got an error and presses again.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, event, inspect, select, true
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from watch.extensions import db
from watch.journal import files
from watch.journal.kinds import Journaled, Rule, Values
from watch.journal.rules import JOURNALED
from watch.journal.state import RAISED, raise_serial
from watch.models import Model, utcnow

AT_ONCE = 500  # rows that one statement reads
# keys that no row has: an empty list would make another statement
NOBODY: dict[bool, list[Any]] = {False: [0], True: [b""]}
TOUCHED, PENDING, OFF = "journal: touched", "journal: pending", "journal: off"

log = structlog.get_logger("journal")

Rows = dict[str, dict[str, dict[str, Any] | None]]  # by table and key; None: erased


@dataclass
class Pending:
    """A recorded line whose transaction is not committed yet."""

    connection: Connection
    database: str
    serial: int
    line: str
    back: Rows
    facts: dict[str, Any]


class Touched:
    """The rows that a transaction has changed, with the rules whose columns may have changed.

    A statement that found no row counts as well, or response time would tell whether it found one.
    """

    def __init__(self) -> None:
        self.rows: dict[type[Model], dict[Any, set[Rule]]] = defaultdict(lambda: defaultdict(set))
        self.facts: dict[str, Any] = {}

    def add(self, model: type[Model], keys: Collection[Any], rules: Collection[Rule]) -> None:
        rows = self.rows[model]
        for key in keys:
            rows[key].update(rules)


def listen() -> None:
    """Watch the application's sessions."""
    if event.contains(db.session, "after_flush", _after_flush):
        return
    event.listen(db.session, "after_flush", _after_flush)
    event.listen(db.session, "do_orm_execute", _before_statement)
    event.listen(db.session, "before_commit", _before_commit)
    event.listen(db.session, "after_commit", _after_commit)
    event.listen(db.session, "after_rollback", _after_rollback)
    event.listen(db.session, "after_soft_rollback", _forget)


def remember(**facts: Any) -> None:
    """Record these facts once this transaction is committed. A line of the journal holds them by name."""
    _touched(db.session()).facts |= facts


def _touched(session: Session) -> Touched:
    found: Touched = session.info.setdefault(TOUCHED, Touched())
    return found


def _after_flush(session: Session, _context: object) -> None:
    for thing in session.dirty:
        if journaled := JOURNALED.get(type(thing)):
            of = inspect(thing).attrs
            changed = [
                rule
                for rule in journaled.rules
                if any(of[name].history.has_changes() for name in rule.columns)
            ]
            if changed:
                _touched(session).add(type(thing), [getattr(thing, journaled.key)], changed)
    for thing in (*session.deleted, *session.new):
        journaled = JOURNALED.get(type(thing))
        if journaled and (journaled.keeps_rows or thing in session.deleted):
            _touched(session).add(type(thing), [getattr(thing, journaled.key)], ())


def _before_statement(state: ORMExecuteState) -> None:
    """Lock and mark the rows of an UPDATE or DELETE before it runs."""
    model = state.bind_mapper.class_ if state.bind_mapper and (state.is_update or state.is_delete) else None
    journaled = JOURNALED.get(model) if model else None
    if model is None or journaled is None or state.session.info.get(OFF):
        return
    statement: Any = state.statement
    if state.is_executemany:
        raise NotImplementedError(
            f"{model.__name__}: one statement for many rows, with a condition that says which"
        )
    rules = _rules_of(statement, journaled) if state.is_update else ()
    if state.is_update and not rules:
        return
    key = getattr(model, journaled.key)
    which = true() if statement.whereclause is None else statement.whereclause
    keys = list(state.session.scalars(select(key).where(which).with_for_update()))
    _touched(state.session).add(model, keys, rules)
    # only the marked rows, not one inserted since they were read
    state.statement = statement.where(key.in_(keys or NOBODY[journaled.key != "id"]))


def _rules_of(update: Any, journaled: Journaled) -> list[Rule]:
    """Return the rules whose columns an UPDATE sets. SQLAlchemy has no public name for those."""
    names = {getattr(column, "key", column) for column in update._values or ()}
    return [rule for rule in journaled.rules if names.intersection(rule.columns)]


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    session.info.pop(PENDING, None)
    touched: Touched | None = session.info.pop(TOUCHED, None)
    if touched is None or session.info.get(OFF):
        return
    what, back = _as_kept(session.connection(), touched)
    database, serial = raise_serial(session)
    line = secrets.token_hex(8)
    session.info[PENDING] = Pending(session.connection(), database, serial, line, back, touched.facts)
    files.append(database, serial, _line(serial, what) | {"line": line})


def _after_commit(session: Session) -> None:
    """Record what the transaction gave back, and raise the marker.

    The data is committed, so an error with the files is only logged. A line without content is written too,
    or response time would tell whether something was given back.
    """
    if session.in_nested_transaction():
        return
    pending: Pending | None = session.info.pop(PENDING, None)
    raised = session.info.pop(RAISED, None)
    try:
        if pending:
            given = _line(pending.serial, pending.back) | pending.facts
            files.append(pending.database, pending.serial, given)
        if raised:
            files.raise_marker(*raised)
    except OSError as broken:
        log.error("journal-cannot-be-written", error=type(broken).__name__)


def _after_rollback(session: Session) -> None:
    """Make the recorded line void if the database has confirmed the rollback.

    If the connection broke at the commit the outcome is unknown, and the line stays, which is the safe side.
    """
    pending: Pending | None = session.info.pop(PENDING, None)
    if pending is None or pending.connection.invalidated:
        return
    try:
        files.append(pending.database, pending.serial, {"void": pending.line})
    except OSError as broken:
        log.error("journal-cannot-be-written", error=type(broken).__name__)


def _forget(session: Session, ended: SessionTransaction) -> None:
    """Drop the marks at the end of a transaction, but not at the end of a savepoint."""
    if ended.parent is None:
        session.info.pop(TOUCHED, None)
        session.info.pop(RAISED, None)


def _line(serial: int, rows: Rows) -> files.Line:
    return {"serial": serial, "at": utcnow().isoformat(), "rows": rows}


def _as_kept(connection: Connection, touched: Touched) -> tuple[Rows, Rows]:
    """Return what the transaction takes away, and what it gives back, as it leaves the rows."""
    what: Rows = defaultdict(dict)
    back: Rows = defaultdict(dict)
    for model, rows in touched.rows.items():
        journaled, table = JOURNALED[model], model.__tablename__
        found = dict(_read(connection, model, journaled, list(rows)))
        for key, rules in rows.items():
            name, values = _text(key), found.get(key)
            if values is None:
                (back if journaled.keeps_rows else what)[table][name] = None
                continue
            takes = _said((rule for rule in rules if rule.takes(values)), values)
            gives = _said((rule for rule in rules if not rule.takes(values)), values)
            if takes or journaled.keeps_rows:
                what[table][name] = takes | {each: _plain(values[each]) for each in journaled.beside}
            if gives:
                back[table][name] = gives
    return what, back


def _read(
    connection: Connection, model: type[Model], journaled: Journaled, keys: list[Any]
) -> Iterator[tuple[Any, Values]]:
    """Yield the journaled columns of these rows by key, without those the journal must not hold."""
    table = model.__table__
    names = {name for rule in journaled.rules if not rule.hides for name in rule.columns}
    columns = [table.c[name] for name in sorted({journaled.key, *journaled.beside, *names})]
    keys = keys or NOBODY[journaled.key != "id"]
    for start in range(0, len(keys), AT_ONCE):
        wanted = select(*columns).where(table.c[journaled.key].in_(keys[start : start + AT_ONCE]))
        for row in connection.execute(wanted).mappings():
            yield row[journaled.key], dict(row)


def _said(rules: Iterable[Rule], values: Values) -> dict[str, Any]:
    """Return a line's values for these rules: those that a restore writes, True for others that changed."""
    return {
        name: _plain(values[name]) if not rule.hides and (rule.undone or rule.takes(values)) else True
        for rule in rules
        for name in rule.columns
    }


def _text(key: Any) -> str:
    return str(_plain(key))


def _plain(value: Any) -> Any:
    """Return a value in the form it has in a line."""
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return value.hex()
    return value
