"""The journal's files: a folder per database, a file per machine and month, a line per entry.

A line is on disk before its writer goes on, and files are only appended to. A line torn by a crash is
skipped, and the next begins below it. A machine's marker file holds the serial of the last transaction that
it knows to be committed.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import current_app

from watch.models import utcnow

Line = dict[str, Any]


def folder() -> Path:
    """Return the folder with the journals of all databases."""
    named = current_app.config["JOURNAL"]
    return Path(named).absolute() if named else Path(current_app.instance_path).parent / "journal"


def can_write() -> bool:
    """Return True if that folder exists, or can be made, and is writable."""
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder(), os.W_OK)


def host() -> str:
    """Return this machine's name, in a form that a file name may have."""
    return quote(current_app.config["HOST_NAME"] or socket.gethostname(), safe="")[:200]


def append(database: str, serial: int, line: Line) -> None:
    """Add a line to this machine's file, and return once it is on disk. Raises OSError."""
    place = folder() / database
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{host()}.{utcnow():%Y-%m}.jsonl"
    with _held(path) as file:
        if not (size := os.fstat(file).st_size):
            is_first = _months(place) == [path]
            _write(file, {"journal": database, "host": host(), "from": 0 if is_first else serial})
            _sync_folder(place)
            _forget_old(place)
        elif os.pread(file, 1, size - 1) != b"\n":  # the previous writer died in the middle of its line
            os.write(file, b"\n")
        _write(file, line)
        os.fsync(file)


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """Open the file for one writer at a time."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _write(file: int, line: Line) -> None:
    left = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    while left:
        left = left[os.write(file, left) :]


def _sync_folder(place: Path) -> None:
    """Sync the folder, so that a new file is still there after a power cut."""
    for each in (place, place.parent):
        opened = os.open(each, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)


def _months(place: Path) -> list[Path]:
    """Return this machine's files, the oldest first."""
    return sorted(path for path in place.glob("*.jsonl") if path.stem.rpartition(".")[0] == host())


def _forget_old(place: Path) -> None:
    """Delete the files of months that no backup needs any more, whichever machine wrote them."""
    for path in place.glob("*.jsonl"):
        begins = datetime.strptime(path.stem.rpartition(".")[2], "%Y-%m").replace(tzinfo=UTC)
        if begins + timedelta(days=31) < kept_since():
            path.unlink(missing_ok=True)


def kept_since() -> datetime:
    """Return the time before which no backup is kept (JOURNAL_DAYS)."""
    return utcnow() - timedelta(days=current_app.config["JOURNAL_DAYS"])


def raise_marker(database: str, serial: int) -> None:
    """Record that this serial is committed. Not synced: after a power cut it is a minute old at most."""
    place = folder() / database
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _held(place / f"{host()}.marker") as file:
        if serial > int(os.pread(file, 30, 0) or 0):
            os.ftruncate(file, 0)
            os.write(file, f"{serial:020}\n".encode())


def marker(database: str, place: Path | None = None) -> int:
    """Return the highest serial of any machine's marker in a folder (by default ours), or 0."""
    texts = (path.read_text() for path in ((place or folder()) / database).glob("*.marker"))
    return max((int(text) for text in texts if text.strip()), default=0)


def databases(place: Path | None = None) -> set[str]:
    """Return the databases whose journals are in a folder (by default ours)."""
    return {path.name for path in (place or folder()).glob("*") if path.is_dir()}
