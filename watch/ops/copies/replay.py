"""Replays the journal: writes the latest entry about each row into the copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product
from typing import Any

import structlog
from sqlalchemy import Column, Enum, LargeBinary, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from watch.database import UtcDateTime
from watch.extensions import db
from watch.groups.service import restoring as households
from watch.invitations.service import restoring as invitations
from watch.journal.files import Line
from watch.journal.kinds import Journaled, Rule
from watch.journal.reading import Words, last_words
from watch.journal.rules import JOURNALED
from watch.lifecycle import service as lifecycle
from watch.mail import outbox
from watch.models import (
    Household,
    HouseholdStatus,
    InvitationState,
    Membership,
    Model,
    OutboxRow,
    Person,
    Stairwell,
    utcnow,
)
from watch.printing.service import restoring as posters

AT_ONCE = 500
RECIPIENTS = {Person: OutboxRow.person_id, Household: OutboxRow.household_id}
NOT_PLAYED = "words of the journal that the copy has no room for: look into the log"

log = structlog.get_logger("restore")

Said = Mapping[str, Any]


def play(lines: Iterable[Line]) -> Counter[str]:
    """Repeat what these lines took away, and give back what they say was given back.

    Returns counts by a description for the operator. Nothing is committed.
    """
    words, counts, homes = last_words(lines), Counter[str](), set[int]()
    for model, journaled in JOURNALED.items():
        said = {_key(model, journaled, key): what for key, what in words.get(model.__tablename__, {}).items()}
        if journaled.keeps_rows:
            _play_rows(model, journaled, said, counts)
            continue
        rows = _rows(model, journaled, said)
        # take away first: who is given back may need a place that another has left
        # and rule by rule: a request may go over to another record once that one's own request has ended
        for gives_back, rule in product((False, True), journaled.rules):
            for key, what in said.items():
                if what is not None and key in rows:
                    _play_rule(model, rule, rows[key], what, counts, gives_back=gives_back)
        homes |= _homes(model, rows)
    if merged := lifecycle.merge_again():
        counts["groups whose people and papers went over to the one they were merged into"] += merged
    _say_no_again(words, counts)
    _erase(words, counts)
    households.put_out_empty_windows(homes)
    return counts


def _rows(model: type[Model], journaled: Journaled, keys: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    """Return these rows as they are in the copy, without columns the journal must not hold."""
    table, wanted = _table(model), list(keys)
    hidden = {name for rule in journaled.rules if rule.hides for name in rule.columns}
    columns = [column for column in table.columns if column.name not in hidden]
    found: dict[Any, dict[str, Any]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = select(*columns).where(table.c[journaled.key].in_(wanted[start : start + AT_ONCE]))
        found |= {row[journaled.key]: dict(row) for row in db.session.execute(some).mappings()}
    return found


def _play_rule(
    model: type[Model],
    rule: Rule,
    row: dict[str, Any],
    said: Said,
    counts: Counter[str],
    *,
    gives_back: bool,
) -> None:
    if not set(rule.columns) <= said.keys():
        return
    values = {name: _value(model, name, said[name]) for name in rule.columns}
    is_news = rule.hides or any(row[name] != values[name] for name in rule.columns)
    is_back = rule.undone and not rule.takes(values) and rule.takes(row)
    if is_news and (is_back if gives_back else rule.takes(values)):
        counts[rule.words if _write(model, rule, row, values) else NOT_PLAYED] += 1


def _write(model: type[Model], rule: Rule, row: dict[str, Any], values: dict[str, Any]) -> bool:
    """Write the values, and return False if the copy has no room, because another has the person's place."""
    table = _table(model)
    news = dict.fromkeys(rule.columns, rule.instead) if rule.hides else _what_is_there(model, values)
    if model is Stairwell:
        posters.keep_old_poster(row["id"], row["poster_index"])
    try:
        with db.session.begin_nested():
            db.session.execute(update(table).where(table.c.id == row["id"]).values(news))
    except IntegrityError:
        if not rule.hides:
            log.warning("not-played", table=table.name, row=row["id"], what=rule.words)
            return False
        # the column may not be empty, so the row goes
        db.session.execute(delete(table).where(table.c.id == row["id"]))
    row.update({name: value for name, value in news.items() if name in row})
    return True


def _what_is_there(model: type[Model], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, with None for references to rows that the copy does not have."""
    return {name: value for name, value in values.items() if _exists(_table(model).c[name], value)} | {
        name: None for name, value in values.items() if not _exists(_table(model).c[name], value)
    }


def _exists(column: Column[Any], value: Any) -> bool:
    targets = [key.column for key in column.foreign_keys] if value is not None else []
    return all(db.session.scalar(select(target).where(target == value)) is not None for target in targets)


def _play_rows(
    model: type[Model], journaled: Journaled, said: Mapping[Any, Said | None], counts: Counter[str]
) -> None:
    """Insert or delete rows that the journal keeps as a whole."""
    table, key = _table(model), _table(model).c[journaled.key]
    known = _rows(model, journaled, said)
    for name, what in said.items():
        if what is None and name in known:
            db.session.execute(delete(table).where(key == name))
            counts[journaled.deleted] += 1
        elif what is not None and name not in known:
            beside = {each: _value(model, each, what[each]) for each in journaled.beside}
            try:
                with db.session.begin_nested():
                    db.session.execute(insert(model).values({journaled.key: name} | beside))
            except IntegrityError:  # what it is about is not in the copy, or the same is there in another row
                continue
            counts[journaled.added] += 1


def _homes(model: type[Model], rows: Mapping[Any, Said]) -> set[int]:
    """Return the households that these rows belong to."""
    if model is Household:
        return set(rows)
    return (
        {row["household_id"] for row in rows.values() if row["household_id"]}
        if model is Membership
        else set()
    )


def _say_no_again(words: Words, counts: Counter[str]) -> None:
    """Repeat declines of rows newer than the copy, because people remember having declined."""
    for said in filter(None, words.get("household", {}).values()):
        is_no = said.get("status") == HouseholdStatus.DECLINED and not said.get("ended_at")
        if is_no and households.decline_again(said["flat_id"], _moment(said["status_at"])):
            counts["flats that said no, and are left in peace"] += 1
    for said in filter(None, words.get("invitation", {}).values()):
        if said.get("state") == InvitationState.DECLINED and said.get("declined_index"):
            index, at = bytes.fromhex(said["declined_index"]), _moment(said["ended_at"])
            if invitations.decline_again(said["group_id"], index, at):
                counts["addresses that said no to a group"] += 1


def _erase(words: Words, counts: Counter[str]) -> None:
    """Delete what was erased. Rows that others still refer to are left to the nightly job."""
    for model, journaled in JOURNALED.items():
        said = words.get(model.__tablename__, {})
        for key in [] if journaled.keeps_rows else [int(key) for key, what in said.items() if what is None]:
            if model in RECIPIENTS:
                outbox.erase(RECIPIENTS[model] == key)
            try:
                with db.session.begin_nested():
                    gone = db.session.execute(delete(_table(model)).where(_table(model).c.id == key))
                counts["rows that were erased"] += gone.rowcount  # type: ignore[attr-defined]  # of a DELETE
            except IntegrityError:
                log.warning("not-played", table=model.__tablename__, row=key, what="erased")
                counts[NOT_PLAYED] += 1


def _table(model: type[Model]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _key(model: type[Model], journaled: Journaled, text: str) -> Any:
    return _value(model, journaled.key, int(text) if journaled.key == "id" else text)


def _value(model: type[Model], name: str, plain: Any) -> Any:
    """Return a journaled value in the column's type."""
    kind = _table(model).c[name].type
    if plain is None or plain is True:  # True also stands for a value that the journal must not hold
        return plain
    match kind:
        case UtcDateTime():
            return _moment(plain)
        case Enum() if kind.enum_class is not None:
            return kind.enum_class(plain)
        case LargeBinary():
            return bytes.fromhex(plain)
    return plain


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else utcnow()
