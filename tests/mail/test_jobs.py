"""Checks that a commit wakes the worker, and that a queue that is down stops nobody."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

import config
from tests.cast import Scene
from tests.factories import make_notice
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, states, tell
from tests.queues import queue_at
from watch import jobs
from watch.extensions import db
from watch.mail import outbox
from watch.mail.delivery import SenderThread
from watch.mail.worker_lock import take_worker_lock
from watch.models import Group, Notice, OutboxRow
from watch.notices.mails import NOTICE


@pytest.fixture(autouse=True)
def empty_queue(app: Flask) -> None:
    """Empty the queue, so that only the test wakes a worker."""
    jobs.engine().flush()


def test_a_commit_that_queued_mail_rings_once_and_another_does_not(scene: Scene) -> None:
    assert jobs.engine().pending_count() == 0
    tell(scene)
    assert jobs.engine().pending_count() == 1
    scene.group.counted_taking_part = 3
    db.session.commit()
    assert jobs.engine().pending_count() == 1


def test_what_was_taken_back_rings_nobody(scene: Scene) -> None:
    with db.session.begin_nested():
        outbox.queue(NOTICE, to=scene.carin, about=_notice(scene))
    assert jobs.engine().pending_count() == 0
    db.session.rollback()
    assert db.session.scalar(select(func.count(OutboxRow.id))) == 0


def test_the_bell_wakes_the_sender(app: Flask, scene: Scene, relay: Relay, tmp_path: Path) -> None:
    sender = app.extensions["sender"] = SenderThread(app, take_worker_lock(tmp_path))
    sender.start()
    try:
        _wait_for(lambda: not sender.wakeup.is_set(), 5)
        tell(scene)
        task = jobs.engine().dequeue()
        assert task is not None
        jobs.engine().execute(task)
        _wait_for(lambda: states() == {"sent": ALL}, 5)
    finally:
        sender.stop()
        sender.join(10)
        del app.extensions["sender"]


def test_a_queue_that_is_down_fails_no_request(scene: Scene, app: Flask, tmp_path: Path) -> None:
    with queue_at(app, f"sqlite:///{tmp_path}/no/such/folder/queue.db"):
        tell(scene)
    assert states() == {"queued": ALL}


def test_a_queue_address_of_no_known_kind_stops_with_a_sentence(app: Flask) -> None:
    with pytest.raises(config.BadSetting, match="WATCH_QUEUE_URL"):
        jobs._open("carrier-pigeon:")


def test_members_numbers_are_recounted_at_night(scene: Scene) -> None:
    scene.group.counted_taking_part = 1
    db.session.commit()
    jobs.tasks()["tick"].call_local()
    db.session.expire_all()
    assert db.session.get_one(Group, scene.group.id).counted_taking_part == 5


def test_the_operator_sees_how_many_wait_and_how_many_are_sent(
    scene: Scene, relay: Relay, cli: Callable[..., Result]
) -> None:
    tell(scene)
    said = cli("outbox", "status").output
    assert said.startswith("      4  queued      wait\nThe oldest has been due since ")
    assert "@" not in said


def _notice(scene: Scene) -> Notice:
    return make_notice(scene.group, by=scene.amina)


def _wait_for(is_so: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.05)
