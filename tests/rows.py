"""Every row of the database as text, to compare what is stored before and after."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, select
from sqlalchemy.engine.interfaces import DBAPICursor

from watch.extensions import db
from watch.models import Model


class AllRows:
    """Reads every row. The values of a table are read anew only where the database stores others than before.

    What is stored is compared as the driver gives it, which takes a tenth of the time of reading values.
    """

    def __init__(self, left_out: Collection[str]) -> None:
        tables = [table for table in Model.metadata.sorted_tables if table.name not in left_out]
        self._tables = {table.name: (_statement(table), _values_of(table)) for table in tables}
        self._read: dict[str, tuple[list[Any], list[str]]] = {}  # what was stored, and the values read then

    def read(self) -> dict[str, list[str]]:
        """Return the values of each row by table, except when somebody was seen last."""
        db.session.rollback()
        connection = db.session.connection()
        with closing(connection.connection.cursor()) as cursor:
            found = {name: self._of(name, connection, cursor) for name in self._tables}
        db.session.rollback()  # otherwise reading here would hold SQLite's write lock
        return found

    def _of(self, name: str, connection: Connection, cursor: DBAPICursor) -> list[str]:
        statement, values = self._tables[name]
        cursor.execute(statement)
        stored = list(cursor.fetchall())
        known = self._read.get(name)
        if known is None or known[0] != stored:
            read = sorted(str(list(row)) for row in connection.execute(values))
            known = self._read[name] = stored, read
        return list(known[1])


def _statement(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in _columns(table))
    return f'SELECT {names} FROM "{table.name}"'


def _values_of(table: Table) -> Select[Any]:
    return select(*_columns(table))


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name != "last_seen_at"]
