"""Checks the worker with a database that cannot be written: logged once, retried, not taken for busy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psycopg
import pytest
import structlog
from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from tests.cast import Scene
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, states, tell
from watch.database import is_busy
from watch.extensions import db
from watch.mail.connections import Connections
from watch.mail.delivery import SenderThread
from watch.mail.worker_lock import take_worker_lock

READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "OperationalError SQLITE_READONLY"),
    "postgresql": ("SET TRANSACTION READ ONLY", "InternalError 25006"),
}


@contextmanager
def read_only() -> Iterator[str]:
    """Make the database refuse writes, as a full disk does. Returns the name of the error."""
    on, name = READ_ONLY[db.engine.dialect.name]

    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql(on)

    db.session.remove()
    event.listen(db.engine, "begin", refuse)
    try:
        yield name
    finally:
        event.remove(db.engine, "begin", refuse)
        db.session.remove()
        db.engine.dispose()  # the next connections know nothing of it


@pytest.fixture
def sender(app: Flask, tmp_path: Path) -> SenderThread:
    """A worker's sender that is not started; the test calls it."""
    return SenderThread(app, take_worker_lock(tmp_path))


def test_a_disk_that_takes_nothing_is_said_once_and_once_that_it_does_again(
    scene: Scene, relay: Relay, connections: Connections, sender: SenderThread
) -> None:
    tell(scene)
    with structlog.testing.capture_logs() as said:
        with read_only() as name:
            for _ in range(3):
                sender._try(connections)
            assert sender.failures == 3
        sender._try(connections)
    about_it = [each for each in said if each["event"].startswith(("round", "claim"))]
    assert [(each["event"], each.get("error")) for each in about_it] == [
        ("round-broken", name), ("round-mended", None)
    ]  # fmt: skip
    assert (states(), sender.failures) == ({"sent": ALL}, 0)


def test_what_a_full_disk_did_not_take_is_written_down_later_and_sent_once(
    scene: Scene, relay: Relay, connections: Connections, sender: SenderThread
) -> None:
    full = Event()
    relay.at_rcpt = full.set  # from the moment on at which the first message is under way

    @event.listens_for(db.engine, "begin")
    def refuse(connection: Connection) -> None:
        if full.is_set():
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    tell(scene)
    try:
        sender._try(connections)
        assert sender.failures == 1
    finally:
        event.remove(db.engine, "begin", refuse)
    db.session.remove()
    sender._try(connections)
    assert states() == {"sent": ALL}
    assert sorted(relay.addresses()) == [f"{name}@example.org" for name in ALL]


@pytest.mark.parametrize(("code", "name", "busy"), [
    (sqlite3.SQLITE_BUSY, "busy", True), (sqlite3.SQLITE_BUSY_SNAPSHOT, "busy snapshot", True),
    (sqlite3.SQLITE_LOCKED, "locked", True), (sqlite3.SQLITE_FULL, "full", False),
    (sqlite3.SQLITE_READONLY, "read only", False), (sqlite3.SQLITE_IOERR, "I/O error", False),
    (sqlite3.SQLITE_CANTOPEN, "cannot be opened", False),
])  # fmt: skip
def test_only_another_who_writes_makes_sqlite_busy(code: int, name: str, *, busy: bool) -> None:
    trouble = sqlite3.OperationalError(name)
    trouble.sqlite_errorcode = code
    assert is_busy(OperationalError("UPDATE", {}, trouble)) is busy


@pytest.mark.parametrize(("kind", "busy"), [
    (psycopg.errors.LockNotAvailable, True), (psycopg.errors.DeadlockDetected, True),
    (psycopg.errors.SerializationFailure, True), (psycopg.errors.DiskFull, False),
    (psycopg.errors.AdminShutdown, False), (psycopg.OperationalError, False),
])  # fmt: skip
def test_only_another_who_writes_makes_postgresql_busy(
    kind: type[psycopg.OperationalError], *, busy: bool
) -> None:
    assert is_busy(OperationalError("UPDATE", {}, kind("no"))) is busy
