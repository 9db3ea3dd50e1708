"""The state of the journal in the database, and the check for an older copy in its place."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from watch.database import is_made
from watch.extensions import db
from watch.journal import files
from watch.models import JournalHost, JournalState, utcnow
from watch.statements import upsert

RAISED = "the journal's serial is raised"  # key in session.info; the commit then raises the marker
EPOCH = "epoch"
RESTORE = "flask restore --in-place"
IS_OLD = "The database is an older copy of itself, and whoever has left since is in it again."
IS_UNKNOWN = "The database is new, or an older copy: the journal of another one lies in {}."


class CopyInPlace(Exception):
    """An older copy was put in the database's place without a restore, so departures are undone."""


def epoch() -> int:
    """Return a number that changes with every restore. Links that let somebody in depend on it.

    It is read once per session, because no process of ours runs during a restore.
    """
    known = db.session.info
    if EPOCH not in known:
        known[EPOCH] = db.session.scalar(select(JournalState.epoch)) or 0
    found: int = known[EPOCH]
    return found


def raise_serial(session: Session) -> tuple[str, int]:
    """Raise the serial and return it with the database's name. The commit raises the marker.

    The row stays locked until the commit, so serials have the order of the commits on all machines. Raises
    CopyInPlace.
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
    """Raise the serial, so that the marker shows that the database is in use. Does not commit."""
    raise_serial(db.session())
    db.session.execute(delete(JournalHost).where(JournalHost.seen_at < files.kept_since()))


def name_and_serial() -> tuple[str, int] | None:
    """Return the database's name and serial, or None if nothing has been journaled in it."""
    if not is_made(db.engine) or not inspect(db.session.connection()).has_table(JournalState.__tablename__):
        return None
    row = db.session.execute(select(JournalState.database, JournalState.serial)).first()
    return (row[0], row[1]) if row else None


def trouble() -> str | None:
    """Return a sentence if the database must not be used as it is. Ends the session's transaction."""
    try:
        known = name_and_serial()
    finally:
        db.session.rollback()  # a worker keeps using this session, and must not hold SQLite's write lock
    if not files.can_write():
        return f"WATCH_JOURNAL is {files.folder()}; nothing can be written there."
    if known and known[1] < files.marker(known[0]):
        return f"{IS_OLD} Stop all services and mend it: {RESTORE}"
    if known is None and files.databases() and current_app.config["ENV"] != "development":
        mend = f"If it is a copy, mend it: {RESTORE}; if it is new, give WATCH_JOURNAL an empty folder."
        return f"{IS_UNKNOWN.format(files.folder())} {mend}"
    return None
