"""Records when each row was claimed, by a trigger in the database, independently of our code."""

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
    """Start recording."""
    _order(NOTE)


def forget() -> None:
    """Stop recording, and remove the trigger and its table."""
    _order(FORGET)


def _order(orders: dict[str, list[str]]) -> None:
    for order in orders[db.engine.dialect.name]:
        db.session.execute(text(order))
    db.session.commit()


def noted() -> dict[int, list[float]]:
    """Return the moments (time.time()) at which each row was claimed."""
    found: dict[int, list[float]] = {}
    for row, at in db.session.execute(text("SELECT row_id, at FROM claim_note")):
        found.setdefault(row, []).append(at)
    db.session.rollback()
    return found


def sent_too_late(too_late: Iterable[tuple[int, float]], journal: Sequence[Entry]) -> tuple[int, list[int]]:
    """Count the rows claimed after their moment, and return those that were sent by such a claim.

    `too_late` gives for each row the moment after which no claim of it may be sent. No two rows may share a
    mailbox, so that each is the first row of its message.
    """
    claims, stored = noted(), {}
    for entry in journal:
        stored.setdefault(entry.message_id, []).append(entry.at)
    claimed, wrong, names = 0, [], message_ids([row for row, _moment in too_late])
    for row, moment in too_late:
        later = [at for at in claims.get(row, []) if at > moment + 0.002]  # SQLite's clock has milliseconds
        claimed += bool(later)
        if later and any(at > later[0] for at in stored.get(names[row], [])):
            wrong.append(row)
    return claimed, wrong
