"""Tells which of our processes use the database on this machine; a restore must be alone.

The operating system's file locks tell it, and are released when a process dies.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import current_app

from watch.extensions import db


class Busy(Exception):
    """A web server or worker is running, or, for those, a restore."""


def folder() -> Path:
    """Return the folder for this machine's files; on SQLite, the database's own."""
    database = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    place = Path(database).parent if database else Path(current_app.instance_path)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def stay() -> None:
    """Mark this process as using the database until it ends. Raises Busy while a restore runs."""
    current_app.extensions["presence"] = _locked(fcntl.LOCK_SH)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the database alone. Raises Busy if a web server or worker runs on this machine."""
    with _locked(fcntl.LOCK_EX):
        yield


def _locked(how: int) -> IO[bytes]:
    file = (folder() / f"{Path(db.engine.url.database or 'memory').name}.running").open("ab")
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Busy from None
    return file
