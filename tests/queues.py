"""The kinds of queue that wake a worker: a file, PostgreSQL, and a Redis of our own on loopback."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as NotThere
from sqlalchemy import text

from tests.faults.processes import HOST, Process, free_port
from tests.missing import REDIS, skip_or_fail
from watch.extensions import db


@dataclass
class RedisServer:
    """A Redis server that stores nothing on disk and can be restarted."""

    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """Start the server and return once it answers. Skips the test if Redis is not installed."""
        program = shutil.which("redis-server")
        if program is None:
            skip_or_fail(REDIS)
        words = [program, "--bind", HOST, "--port", str(self.port), "--dir", str(self.folder), "--save", "",
                 "--appendonly", "no"]  # fmt: skip
        self.process = Process(words, {}, self.folder / "redis.log")
        self.process.start()
        for _ in range(100):
            try:
                with Redis.from_url(self.url) as asking:
                    asking.ping()
                return
            except NotThere:
                time.sleep(0.05)
        raise TimeoutError(f"see {self.process.log}")

    def stop(self) -> None:
        """Stop the server, with all its data."""
        self.process.end()


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Yield a running server."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def queue_at(app: Flask, url: str) -> Iterator[None]:
    """Let the application use this queue for a while, and delete huey's tables afterwards."""
    names = ("huey", "huey tasks")
    ours = {name: app.extensions.pop(name) for name in names if name in app.extensions}
    address, app.config["QUEUE_URL"] = app.config["QUEUE_URL"], url
    try:
        yield
    finally:
        for name in names:
            app.extensions.pop(name, None)
        app.extensions.update(ours)
        app.config["QUEUE_URL"] = address
        db.session.rollback()
        drop_tables()


def drop_tables() -> None:
    """Drop huey's tables if they are in the test's database."""
    if db.engine.dialect.name == "postgresql":
        for name in ("task", "schedule", "kv", "counter"):
            db.session.execute(text(f"DROP TABLE IF EXISTS huey_{name}"))
        db.session.commit()
