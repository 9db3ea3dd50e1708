"""Rows as the first test made them: the scene's, and those that the addresses of pages name.

Inserting them as they lie in the database takes a tenth of the time of making them, or less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Table
from sqlalchemy.orm import make_transient_to_detached

from watch.extensions import db
from watch.models import Model, utcnow

NOT_OF_THE_SCENE = {"journal_state", "journal_host"}  # they belong to the journal's files


@dataclass(frozen=True)
class TableRows:
    """The rows of a table, as the driver of the database reads and writes them."""

    table: Table
    rows: list[tuple[Any, ...]]

    @property
    def insert(self) -> str:
        """The statement that inserts one row."""
        value = "?" if db.engine.dialect.name == "sqlite" else "%s"
        values = ", ".join([value] * len(self.table.columns))
        return f'INSERT INTO "{self.table.name}" ({_names(self.table)}) VALUES ({values})'

    def moved(self, by: timedelta) -> list[tuple[Any, ...]]:
        """Return the rows with every moment later by this time."""
        moments = {at for at, column in enumerate(self.table.columns) if _holds_moments(column)}
        return [
            tuple(_later(each, by) if at in moments and each else each for at, each in enumerate(row))
            for row in self.rows
        ]


def _holds_moments(column: Any) -> bool:
    return isinstance(getattr(column.type, "impl", None), DateTime)


def _later(moment: datetime | str, by: timedelta) -> datetime | str:
    if isinstance(moment, datetime):
        return moment + by
    return (datetime.fromisoformat(moment) + by).isoformat(" ", "microseconds")  # as SQLite stores it


@dataclass(frozen=True)
class Stored:
    """A stored scene: when it was made, its rows, and which rows the cast are."""

    made_at: datetime
    tables: list[TableRows]
    cast: dict[str, tuple[type[Model], int]]


_stored: dict[tuple[str, str], Stored] = {}  # by database, and what the rows are


def remember(cast: Mapping[str, Model], of: str = "scene") -> None:
    """Store all current rows, and which rows the cast are. The first ones stay."""
    if (db.engine.dialect.name, of) in _stored:
        return
    known = {name: (type(each), each.id) for name, each in cast.items()}  # type: ignore[attr-defined]  # all have
    db.session.commit()
    with db.engine.connect() as connection:
        tables = [
            TableRows(table, [tuple(row) for row in connection.exec_driver_sql(_select(table))])
            for table in _tables()
        ]
    _stored[db.engine.dialect.name, of] = Stored(utcnow(), [each for each in tables if each.rows], known)


def _select(table: Table) -> str:
    return f'SELECT {_names(table)} FROM "{table.name}"'


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _tables() -> list[Table]:
    return [table for table in Model.metadata.sorted_tables if table.name not in NOT_OF_THE_SCENE]


def is_scene_alone() -> bool:
    """Return True if the database has as many rows as the stored scene, so that no fixture has added any."""
    stored = _stored.get((db.engine.dialect.name, "scene"))
    known = {each.table.name: len(each.rows) for each in stored.tables} if stored else {}
    names = [table.name for table in _tables()]
    counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
    found = db.session.connection().exec_driver_sql(f"SELECT {counts}").one()
    return {name: count for name, count in zip(names, found, strict=True) if count} == known


def restore(of: str = "scene") -> dict[str, Model]:
    """Insert the rows as if they were made now and return the cast; nothing if none are stored yet."""
    stored = _stored.get((db.engine.dialect.name, of))
    if stored is None:
        return {}
    later = utcnow() - stored.made_at
    with db.engine.begin() as connection:
        for each in stored.tables:
            connection.exec_driver_sql(each.insert, each.moved(later))
        if db.engine.dialect.name == "postgresql":
            numbered = (
                each.table.name for each in stored.tables if each.table.autoincrement_column is not None
            )
            counted = (f"setval('{name}_id_seq', (SELECT max(id) FROM \"{name}\"))" for name in numbered)
            connection.exec_driver_sql(f"SELECT {', '.join(counted)}")
    return {name: _loaded_when_read(model, number) for name, (model, number) in stored.cast.items()}


def _loaded_when_read(model: type[Model], number: int) -> Model:
    row = model(id=number)
    make_transient_to_detached(row)
    db.session.add(row)
    return row
