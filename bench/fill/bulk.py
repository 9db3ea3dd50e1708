"""Inserts many rows at once on both databases, without the services or the session's objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any

from psycopg import sql
from sqlalchemy import Table, func, insert, select, text

from watch.database import Base
from watch.extensions import db
from watch.models import Model

Row = dict[str, Any]


class Batch:
    """Rows of many tables, held in memory until they are inserted together."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def add(self, model: type[Model], **row: Any) -> None:
        """Add a row. All rows of a table have the same columns."""
        self.rows[model.__tablename__].append(row)

    def of(self, model: type[Model]) -> list[Row]:
        """Return the rows of one table."""
        return self.rows[model.__tablename__]

    def insert(self) -> None:
        """Insert all rows, referenced tables first."""
        for table in Base.metadata.sorted_tables:
            if rows := self.rows.get(table.name):
                if db.engine.dialect.name == "postgresql":
                    _copy(table, rows)
                else:
                    db.session.execute(insert(table), rows)


def _copy(table: Table, rows: list[Row]) -> None:
    """Insert by COPY. INSERTs, each with its answer, take twice as long on PostgreSQL."""
    dialect, names = db.engine.dialect, list(rows[0])
    known = ((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
    stored = [(name, process or _as_it_is) for name, process in known]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    cursor = db.session.connection().connection.cursor()
    with cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([process(row[name]) for name, process in stored])


def _as_it_is(value: Any) -> Any:
    return value


def reserve(model: type[Model], rows: int) -> Iterator[int]:
    """Return so many ids that nobody else gets before the commit.

    In SQLite they follow the largest id, because only this transaction can write. In PostgreSQL the sequence
    is moved past them.
    """
    name = model.__tablename__
    last = db.session.scalar(select(func.max(model.__table__.c.id))) or 0
    if db.engine.dialect.name == "postgresql":
        move = text("SELECT setval(name, greatest(nextval(name), :last + 1) + :rows) - :rows FROM "
                    "pg_get_serial_sequence(:table, 'id') AS name")  # fmt: skip
        last = db.session.execute(move, {"last": last, "rows": rows, "table": name}).scalar_one()
    return count(last + 1)


def make_room() -> None:
    """Let SQLite cache 256 MB of pages. Otherwise pages are written out and read back all the time."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA cache_size = -262144"))


def analyze() -> None:
    """Update PostgreSQL's statistics. Otherwise its first plans are made for empty tables."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))
