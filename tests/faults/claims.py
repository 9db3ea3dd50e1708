"""When each row was claimed, noted by the database itself: nothing of ours is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text

from tests.faults.journal import Entry
from tests.faults.truth import message_ids
from watch.extensions import db

NOTE = {
    "sqlite": [
        "CREATE TABLE claim_note (row_id INTEGER, at REAL)",
        "CREATE TRIGGER note_claim AFTER UPDATE OF state ON outbox_row "
        "WHEN NEW.state = 'sending' AND OLD.state <> 'sending' BEGIN "
        "INSERT INTO claim_note VALUES (NEW.id, (julianday('now') - 2440587.5) * 86400.0); END",
    ],
    "postgresql": [
        "CREATE TABLE claim_note (row_id INTEGER, at DOUBLE PRECISION)",
        "CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO claim_note VALUES (NEW.id, extract(epoch FROM clock_timestamp())); RETURN NULL; END $$",
        "CREATE TRIGGER note_claim AFTER UPDATE OF state ON outbox_row FOR EACH ROW "
        "WHEN (NEW.state = 'sending' AND OLD.state <> 'sending') EXECUTE FUNCTION note_claim()",
    ],
}
FORGET = {
    "sqlite": ["DROP TRIGGER note_claim", "DROP TABLE claim_note"],
    "postgresql": ["DROP FUNCTION note_claim CASCADE", "DROP TABLE claim_note"],
}


def note() -> None:
    """From now on."""
    _order(NOTE)


def forget() -> None:
    """No more, and leave nothing behind."""
    _order(FORGET)


def _order(orders: dict[str, list[str]]) -> None:
    for order in orders[db.engine.dialect.name]:
        db.session.execute(text(order))
    db.session.commit()


def noted() -> dict[int, list[float]]:
    """The moments (time.time()) at which each row was claimed."""
    found: dict[int, list[float]] = {}
    for row, at in db.session.execute(text("SELECT row_id, at FROM claim_note")):
        found.setdefault(row, []).append(at)
    db.session.rollback()
    return found


def sent_too_late(too_late: Iterable[tuple[int, float]], journal: Sequence[Entry]) -> tuple[int, list[int]]:
    """Of rows, and the moment from which on no claim of them may be sent: how many have a claim after it.

    And those that were stored after that. None may share a mailbox: each row is its message's head.
    """
    claims, stored = noted(), {}
    for entry in journal:
        stored.setdefault(entry.message_id, []).append(entry.at)
    claimed, wrong, names = 0, [], message_ids([row for row, _moment in too_late])
    for row, moment in too_late:
        later = [at for at in claims.get(row, []) if at > moment + 0.002]  # SQLite's clock tells milliseconds
        claimed += bool(later)
        if later and any(at > later[0] for at in stored.get(names[row], [])):
            wrong.append(row)
    return claimed, wrong
