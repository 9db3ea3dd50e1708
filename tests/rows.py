"""Every row of the database as text, to compare what is stored before and after."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Table, select

from watch.extensions import db
from watch.models import Model


class AllRows:
    """Reads every row. The values of a table are read anew only where the database stores others than before.

    What is stored is compared as the driver gives it, which takes a tenth of the time of reading values.
    """

    def __init__(self, left_out: Collection[str]) -> None:
        self.tables = [table for table in Model.metadata.sorted_tables if table.name not in left_out]
        self._read: dict[str, tuple[list[Any], list[str]]] = {}  # what was stored, and the values read then

    def read(self) -> dict[str, list[str]]:
        """Return the values of each row by table, except when somebody was seen last."""
        db.session.rollback()
        connection = db.session.connection()
        found = {table.name: self._of(table, connection) for table in self.tables}
        db.session.rollback()  # otherwise reading here would hold SQLite's write lock
        return found

    def _of(self, table: Table, connection: Connection) -> list[str]:
        stored = _stored(table, connection)
        known = self._read.get(table.name)
        if known is None or known[0] != stored:
            known = self._read[table.name] = stored, _values(table, connection)
        return list(known[1])


def _stored(table: Table, connection: Connection) -> list[Any]:
    names = ", ".join(f'"{column.name}"' for column in _columns(table))
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f'SELECT {names} FROM "{table.name}"')
        return list(cursor.fetchall())


def _values(table: Table, connection: Connection) -> list[str]:
    return sorted(str(list(row)) for row in connection.execute(select(*_columns(table))))


def _columns(table: Table) -> list[Any]:
    return [column for column in table.columns if column.name != "last_seen_at"]
