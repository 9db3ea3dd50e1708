"""Rows as the first test made them: the scene's, and those that the addresses of pages name.

Inserting them takes a quarter of the time of making them, or less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import make_transient_to_detached

from watch.extensions import db
from watch.models import Model, utcnow

NOT_OF_THE_SCENE = {"journal_state", "journal_host"}  # they belong to the journal's files


@dataclass(frozen=True)
class Stored:
    """A stored scene: when it was made, its rows, and which rows the cast are."""

    made_at: datetime
    rows: list[tuple[Table, list[dict[str, Any]]]]
    cast: dict[str, tuple[type[Model], int]]


_stored: dict[tuple[str, str], Stored] = {}  # by database, and what the rows are


def remember(cast: Mapping[str, Model], of: str = "scene") -> None:
    """Store all current rows, and which rows the cast are."""
    rows = [
        (table, [dict(row) for row in db.session.execute(select(table)).mappings()]) for table in _tables()
    ]
    known = {name: (type(each), each.id) for name, each in cast.items()}  # type: ignore[attr-defined]  # all have
    _stored[db.engine.dialect.name, of] = Stored(
        utcnow(), [(table, each) for table, each in rows if each], known
    )
    db.session.commit()


def _tables() -> list[Table]:
    return [table for table in Model.metadata.sorted_tables if table.name not in NOT_OF_THE_SCENE]


def is_scene_alone() -> bool:
    """Return True if the database has as many rows as the stored scene, so that no fixture has added any."""
    stored = _stored.get((db.engine.dialect.name, "scene"))
    known = {table.name: len(rows) for table, rows in stored.rows} if stored else {}
    counts = ((table.name, select(func.count()).select_from(table)) for table in _tables())
    return {name: found for name, count in counts if (found := db.session.scalar(count))} == known


def restore(of: str = "scene") -> dict[str, Model]:
    """Insert the rows as if they were made now and return the cast; nothing if none are stored yet."""
    stored = _stored.get((db.engine.dialect.name, of))
    if stored is None:
        return {}
    later = utcnow() - stored.made_at
    for table, rows in stored.rows:
        moved = [{k: v + later if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]
        db.session.execute(table.insert(), moved)
        if db.engine.dialect.name == "postgresql" and table.autoincrement_column is not None:
            db.session.execute(text(f"SELECT setval('{table.name}_id_seq', max(id)) FROM {table.name}"))
    db.session.commit()
    return {name: _loaded_when_read(model, number) for name, (model, number) in stored.cast.items()}


def _loaded_when_read(model: type[Model], number: int) -> Model:
    row = model(id=number)
    make_transient_to_detached(row)
    db.session.add(row)
    return row
