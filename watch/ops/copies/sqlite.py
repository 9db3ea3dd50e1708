"""Copies of an SQLite database: one file, made while others write, and restored by a rename."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from watch.database import prepare_sqlite
from watch.extensions import db
from watch.ops.copies.facts import Facts, Unusable
from watch.ops.copies.making import new_file, sync

LOGS = ("-wal", "-shm", "-journal")


def make(path: Path) -> None:
    """Copy the database as of one moment, without remains of erased rows. Raises Unusable."""
    try:
        with new_file(path) as half, closing(sqlite3.connect(_own_file())) as connection:
            connection.execute("PRAGMA busy_timeout = 20000")
            connection.execute("VACUUM INTO ?", (str(half),))
    except sqlite3.Error as wrong:
        raise Unusable(f"{path} cannot be written ({wrong}).") from None


@contextmanager
def opened(path: Path) -> Iterator[SqliteCopy]:
    """Open a copy of the copy, which is deleted unless it has become the database. Raises Unusable."""
    new = _own_file().with_name(f"{_own_file().name}.restoring")
    _remove(new)
    try:
        _copy(path, new)
        yield SqliteCopy(new, _facts(new))
    finally:
        _remove(new)


@dataclass(frozen=True)
class SqliteCopy:
    """The copied file, beside the database."""

    file: Path
    facts: Facts

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the application's engine use the file, which replaces the database at the end."""
        own, ours = _own_file(), db.engine
        theirs = create_engine(f"sqlite:///{self.file}", hide_parameters=True)
        prepare_sqlite(theirs)
        engines: Any = db.engines  # it is a dict, though typed as a Mapping
        engines[None] = theirs
        try:
            yield
        finally:
            db.session.remove()
            theirs.dispose()
            ours.dispose()
            engines[None] = ours
        _settle(self.file)
        _replace(own, self.file)


def _own_file() -> Path:
    return Path(str(db.engine.url.database))


def _copy(path: Path, new: Path) -> None:
    """Copy the file, and its log if it was copied with one. Raises Unusable."""
    try:
        for end in ("", "-wal"):
            if end == "" or path.with_name(path.name + end).exists():
                target = new.with_name(new.name + end)
                os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                shutil.copyfile(path.with_name(path.name + end), target)
        with closing(sqlite3.connect(new)) as copy:
            (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except OSError as wrong:
        raise Unusable(f"{path}: {wrong.strerror}.") from None
    except sqlite3.Error as wrong:
        raise Unusable(f"{path} is no copy of an SQLite database ({wrong}).") from None
    if sound != "ok":
        raise Unusable(f"{path} is damaged: {sound}.")


def _facts(path: Path) -> Facts:
    with closing(sqlite3.connect(path)) as copy:
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

        def rows(table: str, columns: str) -> list[tuple[Any, ...]]:
            # names from this file only, nothing that a user typed
            wanted = f"SELECT {columns} FROM {table} LIMIT 1000"
            return copy.execute(wanted).fetchall() if table in tables else []

        revision, state = rows("alembic_version", "version_num"), rows("journal_state", "database, serial")
        return Facts(
            revision=revision[0][0] if revision else None,
            database=state[0][0] if state else None,
            serial=state[0][1] if state else 0,
            hosts=frozenset(name for (name,) in rows("journal_host", "name")),
            sealed=tuple(address for (address,) in rows("mailbox", "address")[:3]),
        )


def _settle(path: Path) -> None:
    """Merge the log into the file and sync it."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync(path)


def _replace(own: Path, new: Path) -> None:
    """Replace the database by the file. The old log goes first, or SQLite would play it into the new file."""
    for log in LOGS:
        own.with_name(own.name + log).unlink(missing_ok=True)
    os.replace(new, own)
    sync(own.parent)


def _remove(path: Path) -> None:
    for end in ("", *LOGS):
        path.with_name(path.name + end).unlink(missing_ok=True)
