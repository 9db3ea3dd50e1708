"""Runs migrations on the application's own engine; one that fails leaves nothing behind."""

from __future__ import annotations

from logging.config import fileConfig

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine

from watch.extensions import db


def run() -> None:
    """Run what was asked for, in one transaction."""
    engine: Engine = db.engine
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
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
                if is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"the migration breaks foreign keys: {lost}")
        finally:
            if is_sqlite:
                _keep_foreign_keys(connection, True)


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
