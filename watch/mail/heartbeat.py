"""Which worker this is, and that it lives: its slot on this machine, and a row that says how it goes."""

from __future__ import annotations

import fcntl
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import func, select

from watch.extensions import db
from watch.models import OutboxRow, Worker, utcnow
from watch.statements import upsert

BEATS_EVERY = 5.0  # seconds
MOST_WORKERS = 256  # on one machine
ALIVE = timedelta(minutes=2)


@dataclass
class WorkerLock:
    """A place for a worker on this machine, held by an operating system's lock for as long as it lives."""

    number: int
    file: IO[bytes]

    @property
    def owner(self) -> str:
        """The name on its leases."""
        return own_name(str(self.number))


def own_name(slot: str) -> str:
    """Machine and slot."""
    host = current_app.config["HOST_NAME"] or socket.gethostname()
    return f"{host}#{slot}"[:80]


def take_worker_lock(folder: Path) -> WorkerLock:
    """The first free slot; whoever held it before is dead. Raises RuntimeError where none is free."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(MOST_WORKERS):
        file = (folder / f"worker-{number}.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        return WorkerLock(number, file)
    raise RuntimeError(f"{MOST_WORKERS} workers run on this machine already")


@dataclass
class _Count:
    """What this process has sent since it last told the database."""

    unsaid: int = 0
    said_at: float = field(default_factory=time.monotonic)


_counts: dict[str, _Count] = {}


def beat(owner: str, sent: int = 0, *, every: float = BEATS_EVERY) -> None:
    """Say that the worker lives and how much it has sent, every so many seconds; does not commit."""
    count = _counts.setdefault(owner, _Count())
    count.unsaid += sent
    passed = time.monotonic() - count.said_at
    if passed < every:
        return
    moment, rate = utcnow(), round(count.unsaid / max(passed, 1) * 60)
    facts = {"seen_at": moment, "per_minute": rate}
    if count.unsaid:
        facts["last_sent_at"] = moment
    row = upsert(Worker).values(owner=owner, started_at=moment, sent=count.unsaid, **facts)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["owner"], set_={**facts, "sent": Worker.sent + count.unsaid}
        )
    )
    _counts[owner] = _Count()


def per_minute() -> int:
    """Messages that all living workers send a minute."""
    alive = select(func.sum(Worker.per_minute)).where(Worker.seen_at > utcnow() - ALIVE)
    return db.session.scalar(alive) or 0


def oldest_due() -> datetime | None:
    """Since when the message that waits longest has been due; None where nothing is."""
    return db.session.scalar(select(func.min(OutboxRow.next_at)).where(OutboxRow.next_at <= utcnow()))
