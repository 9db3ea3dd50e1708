"""The scene's rows as the first test made them: to insert them takes a quarter of making them anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.orm import make_transient_to_detached

from watch.extensions import db
from watch.models import Model, utcnow

NOT_OF_THE_SCENE = {"journal_state", "journal_host"}  # they belong to the journal's files


@dataclass(frozen=True)
class Stored:
    """When a scene was made, its rows, and who is called what in it."""

    made_at: datetime
    rows: list[tuple[Table, list[dict[str, Any]]]]
    cast: dict[str, tuple[type[Model], int]]


_stored: dict[str, Stored] = {}  # by database


def remember(cast: Mapping[str, Model]) -> None:
    """Keep every row that there is now, and which rows the cast are."""
    tables = [table for table in Model.metadata.sorted_tables if table.name not in NOT_OF_THE_SCENE]
    rows = [(table, [dict(row) for row in db.session.execute(select(table)).mappings()]) for table in tables]
    known = {name: (type(each), each.id) for name, each in cast.items()}  # type: ignore[attr-defined]  # all have
    _stored[db.engine.dialect.name] = Stored(utcnow(), [(table, each) for table, each in rows if each], known)
    db.session.commit()


def restore() -> dict[str, Model]:
    """Put the rows back as if they were made now, and return the cast; nobody where nothing is kept yet."""
    stored = _stored.get(db.engine.dialect.name)
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
