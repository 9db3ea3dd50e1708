"""How far the database has come beside its journal, and whether it is an older copy of itself."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from watch.database import is_made
from watch.extensions import db
from watch.journal import files
from watch.models import JournalHost, JournalState, utcnow
from watch.statements import upsert

RAISED = "the journal's serial is raised"  # the mark on the session that lets the commit raise the marker
EPOCH = "epoch"
RESTORE = "flask restore --in-place"
IS_OLD = "The database is an older copy of itself, and whoever has left since is in it again."
IS_UNKNOWN = "The database is new, or an older copy: the journal of another one lies in {}."


class CopyInPlace(Exception):
    """An older copy was put in the database's place, and nothing of what was taken away since is in it."""


def epoch() -> int:
    """A number that every restore changes; links that let somebody in hold it, and end with it.

    Read once for each session: nothing of ours runs while it changes.
    """
    known = db.session.info
    if EPOCH not in known:
        known[EPOCH] = db.session.scalar(select(JournalState.epoch)) or 0
    found: int = known[EPOCH]
    return found


def raise_serial(session: Session) -> tuple[str, int]:
    """The database's name and its new serial, kept with this transaction; its commit raises the marker.

    Whoever raises it holds the row until the commit, so that serials are the order of the commits on all
    machines. Raises CopyInPlace.
    """
    first = upsert(JournalState).values(serial=1)
    raised = first.on_conflict_do_update(
        index_elements=[JournalState.id], set_={"serial": JournalState.serial + 1}
    )
    row = session.connection().execute(raised.returning(JournalState.database, JournalState.serial)).one()
    database, serial = str(row[0]), int(row[1])
    if serial <= files.marker(database):
        raise CopyInPlace
    known = upsert(JournalHost).values(name=files.host(), seen_at=utcnow())
    seen = known.on_conflict_do_update(index_elements=[JournalHost.name], set_={"seen_at": utcnow()})
    session.connection().execute(seen)
    session.info[RAISED] = database, serial
    return database, serial


def beat() -> None:
    """Raise the serial, so that the marker shows that the database was in use; does not commit."""
    raise_serial(db.session())
    db.session.execute(delete(JournalHost).where(JournalHost.seen_at < files.kept_since()))


def name_and_serial() -> tuple[str, int] | None:
    """What the database is called and how far it has come; None where nothing was journaled in it yet."""
    if not is_made(db.engine) or not inspect(db.session.connection()).has_table(JournalState.__tablename__):
        return None
    row = db.session.execute(select(JournalState.database, JournalState.serial)).first()
    return (row[0], row[1]) if row else None


def trouble() -> str | None:
    """A sentence where the database must not be used as it is. Ends the session's transaction."""
    try:
        known = name_and_serial()
    finally:
        db.session.rollback()  # a worker goes on in this session: SQLite's right to write is given back
    if not files.can_write():
        return f"WATCH_JOURNAL is {files.folder()}; nothing can be written there."
    if known and known[1] < files.marker(known[0]):
        return f"{IS_OLD} Stop all services and mend it: {RESTORE}"
    if known is None and files.databases() and current_app.config["ENV"] != "development":
        mend = f"If it is a copy, mend it: {RESTORE}; if it is new, give WATCH_JOURNAL an empty folder."
        return f"{IS_UNKNOWN.format(files.folder())} {mend}"
    return None
