"""Databases that the migrations have made. They run once, and each test process gets copies.

Migrating takes SQLite some seconds, and every process of the tests needs it, also up to older versions. What
is copied lies in the folder TEST_MIGRATED; on PostgreSQL it is a template database, and the folder holds a
file that says that it is whole. A lock on the folder lets the processes wait for each other.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from watch.extensions import db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
PLACE = "TEST_MIGRATED"
SERVER = "WATCH_TEST_DATABASE_URL"
NEWEST = "head"
FROM = {"0020": "0017", "0022": "0020", "0031": "0022"}  # older versions, each made from one before it


def put(make_app: Callable[..., Flask], at: str, version: str = NEWEST) -> None:
    """Make the database at this URL, which is empty or not there yet, as it is at a version."""
    url, folder = make_url(at), Path(os.environ[PLACE])
    with _alone(folder):
        _copy(_whole(make_app, url, folder, version), url)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _whole(make_app: Callable[..., Flask], like: URL, folder: Path, version: str) -> URL:
    """Return where a database at this version lies to be copied, and make it if nobody has."""
    is_sqlite = like.get_backend_name() == "sqlite"
    name = f"watch_at_{version}"
    found = like.set(database=str(folder / f"{name}.db") if is_sqlite else name)
    if not (mark := folder / f"{like.get_backend_name()}-{version}").exists():
        _copy(_whole(make_app, like, folder, FROM[version]) if version in FROM else None, found)
        app = make_app(DATABASE_URL=found.render_as_string(hide_password=False))
        with app.app_context():
            upgrade(str(MIGRATIONS), revision=version)
            db.engine.dispose()
        mark.touch()
    return found


def _copy(old: URL | None, new: URL) -> None:
    """Copy a database, to which nobody is connected; without one, make an empty one."""
    if new.get_backend_name() == "sqlite":
        if old:
            shutil.copyfile(str(old.database), str(new.database))
        return
    engine = create_engine(os.environ[SERVER], isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{new.database}" WITH (FORCE)'))
        template = old.database if old else "template0"
        connection.execute(text(f'CREATE DATABASE "{new.database}" TEMPLATE "{template}"'))
    engine.dispose()


def forget(server: str) -> None:
    """Drop the templates on a PostgreSQL server, which may be somebody's own."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for name in connection.scalars(
            text("SELECT datname FROM pg_database WHERE datname LIKE 'watch_at_%'")
        ):
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()
