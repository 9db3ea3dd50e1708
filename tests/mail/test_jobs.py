"""The worker is woken by the commit, and a queue that is down hurts nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
from watch import jobs
from watch.extensions import db
from watch.groups.queries import active_member_ids
from watch.mail import outbox, pulse
from watch.mail.sender import Sender
from watch.models import Group, Notice, OutboxRow

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def empty_queue(app: Flask) -> None:
    """Nothing rings but what the test does."""
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
        outbox.queue("notice", to=scene.carin, about=_notice(scene))
    assert jobs.engine().pending_count() == 0
    db.session.rollback()
    assert db.session.scalar(select(func.count(OutboxRow.id))) == 0


def test_the_bell_wakes_the_sender(app: Flask, scene: Scene, relay: Relay, tmp_path: Path) -> None:
    sender = app.extensions["sender"] = Sender(app, pulse.take_slot(tmp_path))
    sender.start()
    try:
        _wait_for(lambda: not sender.bell.is_set(), 5)
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
    kept = app.extensions.pop("huey"), app.extensions.pop("huey tasks")
    address = app.config["QUEUE_URL"]
    app.config["QUEUE_URL"] = f"sqlite:///{tmp_path}/no/such/folder/queue.db"
    try:
        tell(scene)
    finally:
        app.config["QUEUE_URL"] = address
        app.extensions["huey"], app.extensions["huey tasks"] = kept
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


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_sends_within_a_moment_and_ends_cleanly(
    app: Flask, scene: Scene, relay: Relay, tmp_path: Path, stop: signal.Signals
) -> None:
    queue = f"sqlite:///{tmp_path}/queue.db"
    settings = {
        "WATCH_ENV": "development", "WATCH_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "WATCH_QUEUE_URL": queue, "WATCH_MAIL_PORT": str(relay.port),
    }  # fmt: skip
    db.session.commit()
    words = [sys.executable, "-m", "flask", "--app", "watch", "worker"]
    worker = subprocess.Popen(words, env={**os.environ, **settings}, cwd=ROOT, stdout=subprocess.PIPE)
    kept = app.extensions.pop("huey"), app.extensions.pop("huey tasks"), app.config["QUEUE_URL"]
    app.config["QUEUE_URL"] = queue
    try:
        tell(scene)
        _wait_for(lambda: len(relay.taken) == 4, 60)  # the process has to start first
        meeting_notice = _notice(scene)
        outbox.queue_many("notice", people=active_member_ids(scene.group), about=meeting_notice)
        db.session.commit()
        _wait_for(lambda: len(relay.taken) == 8, 20)  # the bell: the clock alone would take up to a minute
        _wait_for(lambda: states() == {"sent": ALL * 2}, 10)
        worker.send_signal(stop)
        assert worker.wait(10) == 0
    finally:
        worker.kill()
        worker.wait(10)
        app.extensions["huey"], app.extensions["huey tasks"], app.config["QUEUE_URL"] = kept
    assert worker.stdout
    assert b"@" not in worker.stdout.read()


def _notice(scene: Scene) -> Notice:
    return make_notice(scene.group, by=scene.amina)


def _wait_for(is_so: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.05)
