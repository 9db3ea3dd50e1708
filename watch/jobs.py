"""The background worker: it sends mail, makes letters and runs the daily jobs.

The queue only wakes a worker; what there is to do stands in the database. A commit that queued mail or
ordered letters wakes one. A tick every minute runs the due jobs and takes over the letters of a worker that
died.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
from datetime import time
from time import monotonic
from typing import Any

import structlog
from flask import Flask, current_app
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage
from redis import ConnectionPool
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import config as settings
from watch import clock, journal, presence
from watch.audit import sealing
from watch.clock import Job
from watch.contacts import service as contacts
from watch.crypto import keyring
from watch.extensions import db
from watch.findings import service as findings
from watch.followup.service import months
from watch.followup.service import telling as week
from watch.groups.queries import areas, unreached
from watch.groups.service import recounting, telling
from watch.handouts import service as handouts
from watch.joining.service import escalation
from watch.mail import metrics
from watch.mail.delivery import SenderThread
from watch.mail.outbox import WAKE
from watch.mail.worker_lock import take_worker_lock
from watch.meetings import service as meetings
from watch.meetings.queries import reminding
from watch.models import utcnow
from watch.printing import letter_pages
from watch.printing.service import packs
from watch.retention.service import erasing

QUEUE_PATIENCE = 2  # seconds; a user is waiting for the page whose commit wakes a worker
JOBS = (
    *(Job(f"seal {at:%H:%M}", at, sealing.seal) for at in sealing.SEALED_AT),
    Job("recount", areas.RECOUNT_AT, recounting.recount_groups),
    Job("months", months.COUNT_AT, months.count_months),
    Job("tally", time(3, 0), meetings.tally),
    Job("erase", time(3, 30), erasing.erase_what_is_over),
    Job("latecomers", reminding.REMIND_AT, meetings.call_latecomers),  # before they are reminded
    Job("remind", reminding.REMIND_AT, meetings.remind),
    Job("notes", reminding.REMIND_AT, meetings.remind_of_notes),
    Job("climb", escalation.ESCALATE_AT, escalation.escalate),
    Job("contacts", time(8, 30), contacts.ask_contacts),
    Job("links of findings", time(8, 30), findings.mail_moved_links),
    Job("officers", week.TELL_AT, week.tell_officers),
    Job("unreached", unreached.TELL_AT, telling.tell_of_unreached),
    Job("papers", time(9), handouts.tell_coordinators),
    Job("latecomers of the day", time(16), meetings.call_latecomers),
    Job("papers of the day", time(16), handouts.tell_coordinators),
)

TASKS_BY_FLAG = {WAKE: "wake", packs.ASKED: "letters"}  # run after a commit with the flag in session.info

log = structlog.get_logger("jobs")


def init_app(app: Flask) -> None:
    """Wake a worker with every commit that queued mail or ordered letters."""
    if not event.contains(db.session, "after_commit", _wake):
        event.listen(db.session, "before_commit", _wake_within)
        event.listen(db.session, "after_commit", _wake)


def _wake_within(session: Session) -> None:
    """Put the wake-up into the transaction itself if queue and data are in one PostgreSQL database."""
    flags = TASKS_BY_FLAG.keys() & session.info.keys()
    if session.in_nested_transaction() or not flags or not _is_in_the_database():
        return
    storage, connection = engine().storage, session.connection()
    try:
        with connection.begin_nested():
            for flag in flags:
                connection.exec_driver_sql(
                    f"INSERT INTO {storage.table_task} (queue, data, priority) VALUES (%s, %s, 0)",
                    (storage.name, engine().serialize_task(tasks()[TASKS_BY_FLAG[flag]].s())),
                )
            connection.exec_driver_sql("SELECT pg_notify(%s, '')", (storage.channel,))
    except SQLAlchemyError as broken:  # no worker has made the tables yet; _wake makes them after the commit
        log.warning("queue-down", error=type(broken).__name__)
    else:
        _tasks_to_run(session)


def _tasks_to_run(session: Session) -> list[str]:
    """Return the tasks that this commit asks for, and clear the flags."""
    return [task for flag, task in TASKS_BY_FLAG.items() if session.info.pop(flag, False)]


def _wake(session: Session) -> None:
    """Wake a worker after the commit. A queue that is down is only logged: workers look by themselves."""
    if session.in_nested_transaction() or not (waiting := _tasks_to_run(session)):
        return
    try:
        for task in waiting:
            tasks()[task]()
    except Exception as broken:  # whatever the queue's storage raises
        log.warning("queue-down", error=type(broken).__name__)


def engine() -> Huey:
    """Return the application's queue, opened at first use."""
    if "huey" not in current_app.extensions:
        current_app.extensions["huey"] = huey = _open(current_app.config["QUEUE_URL"])
        current_app.extensions["huey tasks"] = _register(huey, current_app._get_current_object())  # type: ignore[attr-defined]  # of a proxy
    found: Huey = current_app.extensions["huey"]
    return found


def tasks() -> dict[str, Any]:
    """Return the worker's tasks by name."""
    engine()
    found: dict[str, Any] = current_app.extensions["huey tasks"]
    return found


def _open(url: str) -> Huey:
    """Open the queue of a QUEUE_URL. Raises config.BadSetting."""
    signed = SignedSerializer(secret=keyring().derive("queue"))
    common = {"name": "watch", "results": False, "serializer": signed}
    match url.partition(":")[0].partition("+")[0]:
        case "":
            return SqliteHuey(filename=str(presence.folder() / "queue.db"), fsync=False, timeout=2, **common)
        case "sqlite":
            return SqliteHuey(filename=make_url(url).database, fsync=False, timeout=2, **common)
        case "postgresql":
            return Huey(storage_class=_InPostgres, dsn=_plain(url), **common)
        case "redis" | "rediss":
            pool = ConnectionPool.from_url(url, socket_connect_timeout=QUEUE_PATIENCE)
            return RedisHuey(connection_pool=pool, **common)
        case "memory":
            return MemoryHuey(**common)
    raise settings.BadSetting("WATCH_QUEUE_URL needs to begin with sqlite:, postgresql: or redis:.")


class _InPostgres(PostgresStorage):  # type: ignore[misc]  # huey has no types
    """A PostgreSQL queue that makes its tables at the first connection.

    huey's own makes them when it is opened. Then no worker could start while the queue is down, and of
    several processes that start together all but one would fail.
    """

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(name, create_tables=False, **settings)

    def _connect(self) -> Any:
        connection = super()._connect()
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (self.table_task,))
            (there,) = connection.execute("SELECT to_regclass(%s)", (self.table_task,)).fetchone()
            for order in () if there else self.ddl:
                connection.execute(order)
        return connection

    _create_connection = _connect


def _plain(url: str) -> str:
    """Return a database URL without the name of SQLAlchemy's driver."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


def _is_in_the_database() -> bool:
    """Return True if queue and data are in one PostgreSQL database, even if the URLs differ in spelling."""
    if db.engine.dialect.name != "postgresql" or not current_app.config["QUEUE_URL"].startswith("postgresql"):
        return False
    queue = make_url(current_app.config["QUEUE_URL"])
    return queue.set(drivername=db.engine.url.drivername) == db.engine.url


def _register(huey: Huey, app: Flask) -> dict[str, Any]:
    """Return the tasks by name. Each runs in an application context of its own."""

    def wake() -> None:
        if sender := app.extensions.get("sender"):
            sender.wake()

    def tick() -> None:
        with app.app_context():
            _beat()
            clock.run_due(JOBS)
        wake()
        letters()

    @huey.task(name="letters")
    def letters() -> None:
        with app.app_context():
            is_more = make_letters()
        if is_more:
            letters()  # queued again, so that other tasks get their turn

    return {
        "wake": huey.task(name="wake")(wake),
        "letters": letters,
        "tick": huey.periodic_task(crontab(), name="tick")(tick),
    }


def _beat() -> None:
    """Record that the database is in use.

    If an older copy has been put in its place, the worker ends and refuses to start until it is restored
    properly.
    """
    try:
        journal.beat()
        db.session.commit()
    except journal.CopyInPlace:
        db.session.rollback()
        log.error("copy-in-place", mend=journal.RESTORE)
        # it refuses to start again until `flask restore --in-place` has run
        os.kill(os.getpid(), signal.SIGTERM)


def make_letters() -> bool:
    """Make one PDF of a pack, with no transaction open. Return False if there is none to make."""
    number = packs.claim_file(utcnow())
    db.session.commit()
    if number is None:
        return False
    try:
        pages = packs.pages_to_make(number)
        db.session.commit()
        if pages:
            packs.keep_file(number, letter_pages.long_pdf_of(pages))
            db.session.commit()
    except Exception as broken:  # it is tried again; after the last try the pack's page says that it failed
        db.session.rollback()
        log.error("letters-failed", error=type(broken).__name__)
        packs.give_back(number)
        db.session.commit()
    return True


class _InAWord(logging.Filter):
    """A log filter that reports a queue that is down once a minute, without huey's tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.said_at = -60.0

    def filter(self, record: logging.LogRecord) -> bool:
        if not str(record.msg).startswith(("Error reading", "Error enqueueing")):
            return True
        if monotonic() - self.said_at >= 60 and record.exc_info and record.exc_info[0]:
            self.said_at = monotonic()
            log.warning("queue-down", error=record.exc_info[0].__name__)
        return False


def work() -> None:
    """Run the worker until it is told to stop. Messages being sent are finished first."""
    try:
        presence.stay()
    except presence.Busy:
        raise SystemExit("A restore is under way; the worker starts when it is done.") from None
    logging.getLogger("huey").setLevel(logging.WARNING)
    in_a_word = _InAWord()
    for name in ("Worker", "Scheduler"):
        logging.getLogger(f"huey.consumer.{name}").addFilter(in_a_word)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # of a proxy
    consumer = engine().create_consumer(workers=1, initial_delay=0.1, backoff=1.2, max_delay=0.4)
    gently = (False, True)  # no restart; let the task end
    consumer._signal_actions = {signal.SIGTERM: gently, signal.SIGINT: gently}
    slot = take_worker_lock(presence.folder())
    if (port := app.config["METRICS_PORT"]) and slot.number == 0:  # one worker serves the metrics of all
        try:
            metrics.serve(app, port)
        except OSError as taken:
            raise SystemExit(
                f"WATCH_METRICS_PORT is {port}, and nothing can listen there: {taken.strerror}."
            ) from None
    sender = app.extensions["sender"] = SenderThread(app, slot)
    gc.collect()
    gc.freeze()  # the garbage collector skips the modules loaded so far
    sender.start()
    consumer.run()
    sender.stop()
    sender.join()
