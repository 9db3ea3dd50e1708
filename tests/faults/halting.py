"""A worker stands still, as a machine without power does not: what it holds stays in its hands."""

from __future__ import annotations

import signal
import time

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests.faults.processes import Process
from watch.extensions import db
from watch.models import OutboxRow, OutboxState


def halt(worker: Process, connections: int) -> None:
    """Let it stand still where it holds more messages than it has connections, and no lock of the database.

    With SQLite's one lock in its hands nobody could write until it goes on, or dies. Raises RuntimeError.
    """
    for _ in range(50):
        worker.signal(signal.SIGSTOP)
        if is_free() and held() > connections:
            return
        worker.signal(signal.SIGCONT)
        time.sleep(0.05)
    raise RuntimeError("it never stood still in the middle of its messages")


def held() -> int:
    """How many rows are somebody's."""
    wanted = select(func.count(OutboxRow.id)).where(OutboxRow.state == OutboxState.SENDING)
    count = db.session.scalar(wanted) or 0
    db.session.rollback()
    return count


def is_free() -> bool:
    """Whether nobody else is amid a transaction."""
    try:
        if db.engine.dialect.name == "sqlite":
            db.session.execute(text("UPDATE outbox_row SET id = id WHERE id < 0"))
            return True
        others = "datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
        return not db.session.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}"))
    except OperationalError:  # SQLite's one writer is the one that stands still
        return False
    finally:
        db.session.rollback()
