"""Skips ids after a restore, so that no id given since the copy was made is given again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, inspect, text

from watch.models import Model

SKIPPED = 10_000_000  # of 2,147 million: room for 200 restores


def skip(connection: Connection, floors: Mapping[str, int]) -> dict[str, int]:
    """Let every table continue ten million ids higher, and above `floors`. Return the new values by table.

    `floors` are the values of earlier restores, because the same copy may be restored twice.
    """
    given = _given_on_sqlite if connection.dialect.name == "sqlite" else _given_on_postgresql
    goes_on = {table: max(last, floors.get(table, 0)) + SKIPPED for table, last in given(connection).items()}
    for table, number in goes_on.items():
        _go_on(connection, table, number)
    return goes_on


def floors_of(restored: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the highest values that earlier restores continued from, by table."""
    floors: dict[str, int] = {}
    for numbers in restored:
        floors |= {table: max(number, floors.get(table, 0)) for table, number in numbers.items()}
    return floors


def _given_on_sqlite(connection: Connection) -> dict[str, int]:
    """Return the highest id ever given, by table, as AUTOINCREMENT remembers it."""
    if not inspect(connection).has_table("sqlite_sequence"):
        return {}
    remembers = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    given: dict[str, int] = dict(connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all())
    return {name: int(given.get(name, 0)) for name in connection.scalars(remembers)}


def _given_on_postgresql(connection: Connection) -> dict[str, int]:
    given: dict[str, int] = {}
    for table in Model.metadata.sorted_tables:
        named = text("SELECT pg_get_serial_sequence(:table, 'id')") if "id" in table.c else None
        sequence = connection.scalar(named, {"table": f'"{table.name}"'}) if named is not None else None
        if sequence:
            given[table.name] = int(connection.scalar(text(f"SELECT last_value FROM {sequence}")) or 0)
    return given


def _go_on(connection: Connection, table: str, number: int) -> None:
    names = {"table": table, "number": number}
    if connection.dialect.name == "postgresql":
        sequence = text("SELECT setval(pg_get_serial_sequence(:quoted, 'id'), :number)")
        connection.execute(sequence, {"quoted": f'"{table}"', "number": number})
        return
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), names)
    connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :number)"), names)
