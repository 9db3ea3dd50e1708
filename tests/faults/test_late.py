"""A worker stands still for longer than its lease, and another takes over; then the first one goes on."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, func, select, text
from sqlalchemy.exc import OperationalError

from tests.cast import Scene
from tests.faults import truth
from tests.faults.conftest import LINES
from tests.faults.processes import Process, Relay, Workers
from tests.faults.test_killing import SEED, fill, unsettled, wait_for
from tests.mail.test_delivery import tell
from watch.extensions import db
from watch.models import OutboxRow, OutboxState

NEIGHBOURS = 24
SLOW = ("--delay-ms", "200", "--delay-of", "reply")  # so that at any moment each line is amid a message


@pytest.mark.parametrize("mail_server", [SLOW], indirect=True)
def test_a_worker_that_comes_late_sends_what_was_open_and_settles_nothing(
    scene: Scene, mail_server: Relay, settings: dict[str, str], tmp_path: Path
) -> None:
    settings |= {"WATCH_MAIL_TIMEOUT": "2", "WATCH_MAIL_LOOK_SECONDS": "0.5"}  # a lease of 18 seconds
    fill(scene, number=NEIGHBOURS)
    tell(scene)
    with Workers(1, settings | {"WATCH_HOST_NAME": "slow"}, tmp_path) as slow:
        wait_for(lambda: len(mail_server.entries()) > LINES)  # its lines are open
        halt(slow.all[0])
        open_ = held()
        assert open_ > LINES
        with Workers(1, settings | {"WATCH_HOST_NAME": "quick"}, tmp_path):
            wait_for(lambda: unsettled() == 0)
            settled, stored = rows(), len(mail_server.entries())
            slow.all[0].signal(signal.SIGCONT)
            slow.all[0].signal(signal.SIGTERM)  # it ends what it has in hand
            assert slow.all[0].wait(30) == 0
    assert rows() == settled
    assert len(mail_server.entries()) == stored
    counts = truth.count(truth.load_rows(), mail_server.entries(), seed=SEED, acknowledged=NEIGHBOURS + 4)
    assert counts.is_clean, str(counts)
    assert counts.duplicates <= LINES, str(counts)


def halt(worker: Process) -> None:
    """Let it stand still where it holds no lock of the database: nobody could do anything then."""
    for _ in range(50):
        worker.signal(signal.SIGSTOP)
        if held() > LINES and is_free():
            return
        worker.signal(signal.SIGCONT)
    pytest.fail("it never stood still in the middle of its messages")


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


def rows() -> list[Row[Any]]:
    """How every row stands."""
    found = db.session.execute(select(OutboxRow.__table__).order_by(OutboxRow.id)).all()
    db.session.rollback()
    return list(found)
