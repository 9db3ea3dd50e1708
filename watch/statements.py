"""SQL statements that SQLite and PostgreSQL write differently, and the number of rows changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, Update
from sqlalchemy.dialects import postgresql, sqlite

from watch.extensions import db


def upsert(model: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT in the database's dialect, which offers ON CONFLICT."""
    insert: postgresql.Insert | sqlite.Insert
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(model)
    return insert


def changed(statement: Update | Delete) -> int:
    """Run an UPDATE or DELETE and return the number of rows it changed.

    Of several concurrent requests the database lets one change the row; the others get 0.
    """
    count: int = db.session.execute(statement).rowcount  # type: ignore[attr-defined]  # the type is of any result
    return count
