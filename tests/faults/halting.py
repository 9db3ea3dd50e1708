"""Stops a worker without ending it, so that it keeps its leases."""

from __future__ import annotations

import signal
import time

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests.faults.processes import Process
from watch.extensions import db
from watch.models import OutboxRow, OutboxState


def halt(worker: Process, connections: int) -> None:
    """Stop the worker while it holds more messages than connections, and no lock of the database.

    With SQLite's only write lock held, nobody could write until it continues or dies. Raises RuntimeError.
    """
    for _ in range(50):
        worker.signal(signal.SIGSTOP)
        if is_free() and held() > connections:
            return
        worker.signal(signal.SIGCONT)
        time.sleep(0.05)
    raise RuntimeError("it never stood still in the middle of its messages")


def held() -> int:
    """Return how many rows are claimed."""
    wanted = select(func.count(OutboxRow.id)).where(OutboxRow.state == OutboxState.SENDING)
    count = db.session.scalar(wanted) or 0
    db.session.rollback()
    return count


def is_free() -> bool:
    """Return True if nobody else is in a transaction."""
    try:
        if db.engine.dialect.name == "sqlite":
            db.session.execute(text("UPDATE outbox_row SET id = id WHERE id < 0"))
            return True
        others = "datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
        return not db.session.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}"))
    except OperationalError:  # the stopped process holds SQLite's write lock
        return False
    finally:
        db.session.rollback()
