"""Which processes of ours use the database on this machine: a restore wants to be alone.

The operating system's locks tell it, and forget whoever has died.
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
    """Somebody else is there: a web server or a worker, or, for those, a restore."""


def folder() -> Path:
    """Where this machine's files lie: beside the database's, where it is one."""
    database = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    place = Path(database).parent if database else Path(current_app.instance_path)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def stay() -> None:
    """Be there until this process ends, beside others. Raises Busy while a restore is under way."""
    current_app.extensions["presence"] = _locked(fcntl.LOCK_SH)


@contextmanager
def alone() -> Iterator[None]:
    """Be there alone. Raises Busy where a web server or a worker runs on this machine."""
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
