"""Statements that SQLite and PostgreSQL write each in its own way, and how many rows one has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, Update
from sqlalchemy.dialects import postgresql, sqlite

from watch.extensions import db


def upsert(model: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT in the dialect of the database, which can say what to do about a row that is there."""
    insert: postgresql.Insert | sqlite.Insert
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(model)
    return insert


def changed(statement: Update | Delete) -> int:
    """Run an UPDATE or DELETE and return the number of rows it changed.

    Of several who press at once, the database lets one change the row: the others get 0.
    """
    count: int = db.session.execute(statement).rowcount  # type: ignore[attr-defined]  # the type is of any result
    return count
