"""Checks a worker that stops for longer than its lease, is replaced by another, and then continues."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from tests.cast import Scene
from tests.faults import truth
from tests.faults.conftest import CONNECTIONS
from tests.faults.halting import halt, held
from tests.faults.processes import Relay, Workers
from tests.faults.test_killing import SEED, fill, unsettled, wait_for
from tests.mail.test_delivery import tell
from watch.extensions import db
from watch.models import OutboxRow

NEIGHBOURS = 24
SLOW = ("--delay-ms", "200", "--delay-of", "reply")  # so that at any moment each connection is amid a message


@pytest.mark.parametrize("mail_server", [SLOW], indirect=True)
def test_a_worker_that_comes_late_sends_what_was_open_and_settles_nothing(
    scene: Scene, mail_server: Relay, settings: dict[str, str], tmp_path: Path
) -> None:
    settings |= {"WATCH_MAIL_TIMEOUT": "2", "WATCH_MAIL_LOOK_SECONDS": "0.5"}  # a lease of 18 seconds
    fill(scene, number=NEIGHBOURS)
    tell(scene)
    with Workers(1, settings | {"WATCH_HOST_NAME": "slow"}, tmp_path) as slow:
        wait_for(lambda: len(mail_server.entries()) > CONNECTIONS)  # its connections are open
        halt(slow.all[0], CONNECTIONS)
        open_ = held()
        assert open_ > CONNECTIONS
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
    assert counts.duplicates <= CONNECTIONS, str(counts)


def rows() -> list[Row[Any]]:
    """Return the state of every row."""
    found = db.session.execute(select(OutboxRow.__table__).order_by(OutboxRow.id)).all()
    db.session.rollback()
    return list(found)
