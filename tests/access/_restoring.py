"""Rows as they were before a request, on SQLite: whether it changed any, and how they become so again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from flask import current_app

from watch.extensions import db

TRACES = {"audit_entry", "audit_block", "rate_count"}


def _beside() -> sqlite3.Connection:
    """Return a connection beside the application's. Of the test alone: others may put another file there."""
    return sqlite3.connect(str(db.engine.url.database), isolation_level=None)


def restorer() -> Callable[[], None]:
    """Return a function that restores every row, so that one role's POST changes nothing for the next.

    Only tables with other rows than now are written. Copying the file instead would have every connection of
    the application read again which tables there are, which takes as long as a page.
    """
    db.session.commit()
    live = _beside()
    names = [name for (name,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = {name: _rows_of(live, name) for name in names}
    left_at = _version(live)

    def again() -> None:
        nonlocal left_at
        db.session.commit()
        if _version(live) != left_at:
            live.execute("BEGIN IMMEDIATE")
            for name in (name for name in names if _rows_of(live, name) != kept[name]):
                _write(live, name, kept[name])
            live.execute("COMMIT")
            left_at = _version(live)
        shutil.rmtree(current_app.config["JOURNAL"], ignore_errors=True)  # else the rows are refused as old

    return again


def _version(live: sqlite3.Connection) -> tuple[int, int]:
    """Return what is different after any connection has written: another one, or this one."""
    return int(live.execute("PRAGMA data_version").fetchone()[0]), live.total_changes


def _rows_of(live: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    return live.execute(f'SELECT rowid, * FROM "{name}" ORDER BY rowid').fetchall()


def _write(live: sqlite3.Connection, name: str, rows: list[tuple[Any, ...]]) -> None:
    """Give a table these rows, without their references being followed: all tables become as they were."""
    live.execute(f'DELETE FROM "{name}"')
    columns = [column for (column,) in live.execute("SELECT name FROM pragma_table_info(?)", [name])]
    quoted = ", ".join(f'"{each}"' for each in ("rowid", *columns))
    values = ", ".join("?" * (len(columns) + 1))
    live.executemany(f'INSERT INTO "{name}" ({quoted}) VALUES ({values})', rows)


def rows_kept() -> dict[str, list[Any]]:
    """Return all that a GET must not change: every row except traces, rate limits and times of last use."""
    kept = {
        table.name: [column.name for column in table.columns if column.name != "last_seen_at"]
        for table in db.metadata.sorted_tables
        if table.name not in TRACES
    }
    with closing(_beside()) as live:
        return {
            name: live.execute(f"SELECT {', '.join(own)} FROM {name}").fetchall()
            for name, own in kept.items()
        }
