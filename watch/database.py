"""The declarative base, times in UTC, and the settings that make SQLite reliable."""

from __future__ import annotations

import enum
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Connection, DateTime, Dialect, Engine, Enum, MetaData, Table, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapper, registry
from sqlalchemy.types import TypeDecorator

LARGEST_NUMBER = 2**31 - 1  # the largest id of a row, in both databases
BUSY_IN_SQLITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
BUSY_IN_POSTGRESQL = frozenset({"55P03", "40P01", "40001"})  # lock not available, deadlock, serialization
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONLY_READS = "only_reads"  # execution option of a connection that does not write, even in a POST


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, always aware. SQLite knows no time zones and stores it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def stored_enum(kind: type[enum.Enum], name: str | None = None) -> Enum:
    """The column of an enum: its values as text, with a constraint of this name (otherwise the class's)."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """The base of all tables: named constraints, enums stored by value, moments in UTC."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UtcDateTime,
            enum.Enum: stored_enum(enum.Enum),
        },
    )


@event.listens_for(Mapper, "instrument_class")
def _give_no_number_twice(mapper: Mapper[Any], _model: type[Any]) -> None:
    """Declare AUTOINCREMENT, because SQLite otherwise gives the id of an erased row again.

    Audit entries and links refer to rows by id, and a new row must not inherit them.
    """
    table = mapper.local_table
    if isinstance(table, Table) and table.autoincrement_column is not None:
        table.dialect_options["sqlite"]["autoincrement"] = True


def is_busy(trouble: OperationalError) -> bool:
    """Return True if only another transaction is in the way, not a broken disk or connection."""
    code = getattr(trouble.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in BUSY_IN_SQLITE  # the low byte is the primary code, the rest a detail
    return getattr(trouble.orig, "sqlstate", None) in BUSY_IN_POSTGRESQL


def name_of_error(error: Exception) -> str:
    """The kind of error, and what the database calls it: `OperationalError SQLITE_FULL`."""
    cause = getattr(error, "orig", None)
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(error).__name__} {name}" if name else type(error).__name__


def is_reading() -> bool:
    """Return True if the transaction about to begin only reads: in a GET, unless it leaves traces."""
    return has_request_context() and request.method in SAFE_METHODS and not g.get("leaves_traces", False)


def is_made(engine: Engine) -> bool:
    """Return False if the database is an SQLite file that does not exist; connecting would create it."""
    if engine.dialect.name != "sqlite":
        return True
    file = engine.url.database
    return bool(file) and Path(str(file)).exists()


def has_log_of_another(engine: Engine) -> bool:
    """Return True if SQLite's file was replaced by a copy while the old database's log still lies beside it.

    The first connection would play that log into the copy, and mix the two. Our databases say in their header
    that they write such a log (bytes 18 and 19, SQLite's database file format, 1.3.3); a copy by `flask
    backup` does not.
    """
    if engine.dialect.name != "sqlite":
        return False
    file = Path(str(engine.url.database))
    log = file.with_name(f"{file.name}-wal")
    if not (file.is_file() and log.is_file() and log.stat().st_size):
        return False
    # Another process reads the file: closing it here would release the locks of all our connections to it.
    header = subprocess.run(["head", "-c", "20", file], capture_output=True, check=True).stdout
    return header[18:] == b"\1\1"


def prepare_sqlite(engine: Engine) -> None:
    """Make SQLite wait for locks, enforce foreign keys and survive a power cut.

    Writing transactions begin IMMEDIATE: with the default BEGIN, two that first read and then write block
    each other, and one fails with "database is locked".
    """
    pragmas = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "busy_timeout": 20_000,
    }

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below, not the driver's
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
            (kept,) = connection.execute(f"PRAGMA {name}").fetchone()
            if kept != value:
                raise RuntimeError(f"SQLite keeps {name} at {kept}, and {value} is needed")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = is_reading() or connection.get_execution_options().get(ONLY_READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
