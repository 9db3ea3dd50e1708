"""The background engine: it only wakes and keeps the clock. What there is to do stands in the database.

A commit that queued mail rings the worker; a tick every minute finds what waited (retries, a lost ring).
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import config as settings
from watch.crypto import keyring
from watch.extensions import db
from watch.groups import service as groups
from watch.mail import delivery
from watch.mail.outbox import WAKE
from watch.models import utcnow

log = structlog.get_logger("jobs")


def init_app(app: Flask) -> None:
    """Ring the worker after every commit that queued mail."""
    if not event.contains(db.session, "after_commit", _ring):
        event.listen(db.session, "after_commit", _ring)


def _ring(session: Session) -> None:
    """A queue that is down must not fail what was just committed: the next tick finds the mail."""
    if session.in_nested_transaction() or not session.info.pop(WAKE, False):
        return
    try:
        wake()
    except Exception as broken:  # whatever the queue's storage raises
        log.warning("queue-down", error=type(broken).__name__)


def wake() -> None:
    """Tell the worker that mail is due."""
    tasks()["wake"]()


def engine() -> Huey:
    """The application's queue, opened when it is first needed."""
    if "huey" not in current_app.extensions:
        huey = _open(current_app.config["QUEUE_URL"])
        current_app.extensions["huey"] = huey
        current_app.extensions["huey tasks"] = _register(huey, current_app._get_current_object())  # type: ignore[attr-defined]
    found: Huey = current_app.extensions["huey"]
    return found


def tasks() -> dict[str, Callable[..., Any]]:
    """What can be asked of the worker, by name."""
    engine()
    found: dict[str, Callable[..., Any]] = current_app.extensions["huey tasks"]
    return found


def _open(url: str) -> Huey:
    """The queue of a QUEUE_URL. Raises config.BadSetting."""
    signed = SignedSerializer(secret=keyring().derive("queue"))
    common = {"name": "watch", "results": False, "serializer": signed}
    match url.partition(":")[0].partition("+")[0]:
        case "":
            return SqliteHuey(filename=_beside_the_database(), fsync=False, timeout=2, **common)
        case "sqlite":
            return SqliteHuey(filename=make_url(url).database, fsync=False, timeout=2, **common)
        case "postgresql":
            return PostgresHuey(dsn=url.replace("postgresql+psycopg:", "postgresql:", 1), **common)
        case "redis" | "rediss":
            return RedisHuey(url=url, **common)
        case "memory":
            return MemoryHuey(**common)
    raise settings.BadSetting(
        f"WATCH_QUEUE_URL is {url!r}; it needs to begin with sqlite:, postgresql: or redis:."
    )


def _beside_the_database() -> str:
    database = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    folder = Path(database).parent if database else Path(current_app.instance_path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder / "queue.db")


def _register(huey: Huey, app: Flask) -> dict[str, Callable[..., Any]]:
    """The tasks, each in a context of the application of its own."""

    def in_context(work: Callable[[], object]) -> Callable[[], None]:
        def task() -> None:
            with app.app_context():
                work()

        return task

    def stops() -> bool:
        flag = app.extensions.get("worker stop flag")
        return flag is not None and flag.is_set()

    def send() -> None:
        delivery.run(stops)

    nightly = crontab(hour="2", minute="30")
    return {
        "wake": huey.task(name="wake")(in_context(send)),
        "tick": huey.periodic_task(crontab(), name="tick")(in_context(send)),
        "night": huey.periodic_task(nightly, name="night")(in_context(_recount)),
    }


def _recount() -> None:
    """Members' and partners' numbers change once a night, so that nobody can be seen joining or leaving."""
    groups.recount_groups(utcnow())
    db.session.commit()


def work() -> None:
    """Run the worker until it is told to stop; the message in hand is finished first."""
    logging.getLogger("huey").setLevel(logging.WARNING)
    consumer = engine().create_consumer(workers=1, initial_delay=0.1, backoff=1.2, max_delay=0.4)
    gently = (False, True)  # no restart; let the task end
    consumer._signal_actions = {signal.SIGTERM: gently, signal.SIGINT: gently}
    current_app.extensions["worker stop flag"] = consumer.stop_flag
    wake()  # what waited while nobody worked
    consumer.run()
