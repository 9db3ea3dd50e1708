"""Runs migrations on the application's own engine; one that fails leaves nothing behind."""

from __future__ import annotations

from functools import partialmethod
from logging.config import fileConfig

from alembic import context
from alembic.operations import AbstractOperations, Operations
from flask import current_app
from sqlalchemy import Connection, Engine, inspect, text

from watch.extensions import db

# A batch reads the table that it makes anew. By default it would read all tables behind its foreign keys too,
# which takes most of the time.
ALONE = {"resolve_fks": False}
Operations.batch_alter_table = partialmethod(AbstractOperations.batch_alter_table, reflect_kwargs=ALONE)


def run() -> None:
    """Run what was asked for, in one transaction."""
    engine: Engine = db.engine
    is_sqlite = engine.dialect.name == "sqlite"
    given = _numbers_given(engine) if is_sqlite else {}
    with engine.connect() as connection:
        if is_sqlite:
            _keep_foreign_keys(connection, False)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,  # SQLite too: its BEGIN is our own (watch/database.py)
            **current_app.extensions["migrate"].configure_args,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                _give_none_again(connection, given)
                if is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"the migration breaks foreign keys: {lost}")
        finally:
            if is_sqlite:
                _keep_foreign_keys(connection, True)


def _numbers_given(engine: Engine) -> dict[str, int]:
    """The highest number that each table has given to a row so far, erased ones too."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("sqlite_sequence"):
            return {}
        return dict(connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all())


def _give_none_again(connection: Connection, given: dict[str, int]) -> None:
    """A batch makes a table anew from the rows that are left, and forgets the numbers of those erased."""
    for table, seq in given.items():
        if inspect(connection).has_table(table):
            row = {"table": table, "seq": seq}
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table AND seq < :seq"), row)
            connection.execute(
                text(
                    "INSERT INTO sqlite_sequence (name, seq) SELECT :table, :seq"
                    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :table)"
                ),
                row,
            )


def _keep_foreign_keys(connection: Connection, keep: bool) -> None:
    """A batch makes a table anew and drops the old one, to which others point.

    Before the transaction and past SQLAlchemy, because inside one SQLite ignores this pragma.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys = {int(keep)}")


if not current_app.config.get("TESTING") and context.config.config_file_name:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)
run()
