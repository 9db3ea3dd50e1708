"""Checks that each kind of queue wakes a worker, and that mail is sent even while the queue is down."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.cast import Scene
from tests.databases import postgres_server
from tests.factories import make_notice
from tests.faults.processes import ROOT, Workers, environment
from tests.faults.test_killing import need_no_officer, wait_for
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, states, tell
from tests.page_client import PageClient
from tests.queues import RedisServer, queue_at, redis_server
from watch import jobs
from watch.extensions import db
from watch.mail import delivery

NEVER = "3600"  # seconds: nobody waits for that
TWO_TICKS = 130  # seconds: mail that waits because the mail server was slow is sent at the clock's next tick
ONE_POSTGRESQL = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server of this test's own."""
    with redis_server(tmp_path) as server:
        yield server


def address_of_data() -> str:
    """Return the test database's URL as a setting."""
    return db.engine.url.render_as_string(hide_password=False)


def settings(app: Flask, relay: Relay, folder: Path, *, looks_every: str) -> dict[str, str]:
    """Return a worker process's settings: this test's database and queue."""
    return {
        "WATCH_ENV": "development",
        "WATCH_DATABASE_URL": address_of_data(),
        "WATCH_QUEUE_URL": app.config["QUEUE_URL"],
        "WATCH_HOST_NAME": folder.name,
        "WATCH_MAIL_PORT": str(relay.port),
        "WATCH_MAIL_LOOK_SECONDS": looks_every,
    }


def waiting() -> int:
    """Return how many wake-ups are in the queue."""
    return int(jobs.engine().pending_count())


def is_all_sent(times: int = 1) -> bool:
    """Return True if so many notices have reached everybody."""
    return states() == {"sent": ALL * times}


@pytest.mark.parametrize(
    ("app", "kind"),
    [("sqlite", "sqlite"), ("sqlite", "redis"), ("postgresql", "postgresql"), ("postgresql", "redis")],
    indirect=["app"],
)
def test_the_ring_alone_wakes_a_worker(
    app: Flask, scene: Scene, relay: Relay, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = {
        "sqlite": lambda: f"sqlite:///{tmp_path}/queue.db",
        "postgresql": address_of_data,
        "redis": lambda: request.getfixturevalue("redis").url,
    }[kind]()
    need_no_officer()
    with queue_at(app, url):
        tell(scene)
        assert waiting() == 1
        with Workers(1, settings(app, relay, tmp_path, looks_every=NEVER), tmp_path):
            # its first look, and the clock's first tick
            wait_for(lambda: is_all_sent() and waiting() == 0, TWO_TICKS)
            tell(scene)
            wait_for(lambda: len(relay.taken) > len(ALL), 40)
            wait_for(lambda: waiting() == 0)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_when_it_is_asked_to_and_has_said_no_address(
    app: Flask, scene: Scene, relay: Relay, tmp_path: Path, stop: signal.Signals
) -> None:
    need_no_officer()
    with (
        queue_at(app, f"sqlite:///{tmp_path}/queue.db"),
        Workers(1, settings(app, relay, tmp_path, looks_every="0.5"), tmp_path) as workers,
    ):
        tell(scene)
        wait_for(is_all_sent)
        workers.all[0].signal(stop)
        assert workers.all[0].wait(10) == 0
    assert "@" not in workers.all[0].log.read_text()


@ONE_POSTGRESQL
@pytest.mark.parametrize("spelled", [str, unquote, lambda url: url.replace("+psycopg", "")])
def test_in_one_postgresql_the_ring_is_part_of_the_transaction(
    app: Flask, scene: Scene, spelled: Callable[[str], str]
) -> None:
    def refuse(_session: object) -> None:
        raise RuntimeError("the commit does not come about")

    with queue_at(app, spelled(address_of_data())):
        assert waiting() == 0  # and with that the tables are made
        event.listen(db.session, "before_commit", refuse)  # after the ring
        try:
            with pytest.raises(RuntimeError):
                tell(scene)
            assert db.session.scalar(text("SELECT count(*) FROM huey_task")) == 1
        finally:
            event.remove(db.session, "before_commit", refuse)
            db.session.rollback()
        assert (waiting(), states()) == (0, {})
        tell(scene)
        assert (waiting(), states()) == (1, {"queued": ALL})


@ONE_POSTGRESQL
def test_before_the_first_worker_has_begun_a_notice_is_sent_all_the_same(app: Flask, scene: Scene) -> None:
    with queue_at(app, address_of_data()):
        tell(scene)  # there are no tables for the ring yet
        assert (waiting(), states()) == (1, {"queued": ALL})
        tell(scene)
        assert (waiting(), states()) == (2, {"queued": ALL * 2})


@ONE_POSTGRESQL
def test_processes_that_begin_together_make_the_queue_once(app: Flask) -> None:
    with queue_at(app, address_of_data()):
        storages = [jobs._open(address_of_data()).storage for _ in range(8)]
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda each: each.queue_size(), storages)) == [0] * 8
        for each in storages:
            each.close()


DIES_AFTER_THE_COMMIT = """
import os, signal
from sqlalchemy import event, select
from watch import create_app
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.mail import outbox
from watch.models import Group, Notice
from watch.notices.mails import NOTICE
with create_app().app_context():
    event.listen(db.session, "after_commit", lambda _: os.kill(os.getpid(), signal.SIGKILL), insert=True)
    notice = db.session.scalars(select(Notice)).one()
    outbox.queue_many(NOTICE, people=active_member_ids(notice.group), about=notice)
    db.session.commit()
"""


@pytest.mark.parametrize(
    ("app", "kind", "rings"), [("postgresql", "postgresql", 1), ("sqlite", "sqlite", 0)], indirect=["app"]
)
def test_killed_right_after_the_commit_nothing_is_lost(
    app: Flask, scene: Scene, relay: Relay, tmp_path: Path, kind: str, rings: int
) -> None:
    make_notice(scene.group, by=scene.amina)
    db.session.commit()
    url = address_of_data() if kind == "postgresql" else f"sqlite:///{tmp_path}/queue.db"
    with queue_at(app, url):
        assert waiting() == 0
        given = environment(settings(app, relay, tmp_path, looks_every=NEVER))
        done = subprocess.run([sys.executable, "-c", DIES_AFTER_THE_COMMIT], env=given, cwd=ROOT, check=False)
        assert done.returncode == -signal.SIGKILL
        assert (waiting(), states()) == (rings, {"queued": ALL})
        assert delivery.run() == 4  # a worker's own look
        assert is_all_sent()


def test_while_redis_is_away_pages_answer_and_workers_look_by_themselves(
    app: Flask, client: PageClient, scene: Scene, relay: Relay, redis: RedisServer, tmp_path: Path
) -> None:
    need_no_officer()
    redis.stop()
    with (
        queue_at(app, redis.url),
        Workers(1, settings(app, relay, tmp_path, looks_every="0.5"), tmp_path) as workers,
    ):
        tell(scene)
        wait_for(is_all_sent)  # it has begun without its queue
        page = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
        page = page.press("Förhandsgranska", {"title": "Ny lampa", "body": "Hej", "audience": "group"})
        assert page.press("Skicka till 4 grannar").status == 303
        wait_for(lambda: len(relay.taken) == 8)
    assert workers.all[0].wait(0) == 0  # it ended when it was asked to
    said = workers.all[0].log.read_text()
    assert (said.count("queue-down"), said.count("Traceback")) == (1, 0), said


@pytest.mark.parametrize(("app", "kind"), [("sqlite", "redis"), ("sqlite", "postgresql")], indirect=["app"])
def test_when_the_queue_is_back_its_ring_is_heard_without_a_restart(
    app: Flask, scene: Scene, relay: Relay, tmp_path: Path, kind: str
) -> None:
    need_no_officer()
    with ExitStack() as stack:
        opened = redis_server(tmp_path) if kind == "redis" else postgres_server()
        server = stack.enter_context(opened)
        server.stop()
        stack.enter_context(queue_at(app, server.url))
        tell(scene)
        stack.enter_context(Workers(1, settings(app, relay, tmp_path, looks_every=NEVER), tmp_path))
        wait_for(is_all_sent, TWO_TICKS)  # its first look
        for times in (2, 4):
            server.start()
            before = len(relay.taken)
            tell(scene)
            wait_for(lambda before=before: len(relay.taken) > before, 40)
            wait_for(lambda times=times: is_all_sent(times), TWO_TICKS)
            server.stop()
            tell(scene)
            assert states()["queued"] == ALL
