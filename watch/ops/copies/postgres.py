"""Copies of a PostgreSQL database, made with pg_dump, pg_restore and psql.

The password is passed in the environment, because everybody on the machine can read a command line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import NamedTemporaryFile
from typing import IO

from flask import current_app
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from watch.extensions import db
from watch.ops.copies.facts import Facts, Unusable
from watch.ops.copies.making import new_file

PLAIN = ("--no-owner", "--no-privileges")  # the user who restores it becomes the owner
WANTED = "Install PostgreSQL's client of the server's version, or say its folder in WATCH_POSTGRES_PROGRAMS."
# pg_restore --clean drops only the tables that the copy has. A newer table would stay, and the migration that
# creates it would fail. The queue's tables stay, because they hold wake-ups only.
EMPTY = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename NOT LIKE 'huey\\_%'
    LOOP EXECUTE format('DROP TABLE %I CASCADE', name); END LOOP;
END $$
"""


def make(path: Path) -> None:
    """Copy the database as of one moment. Raises Unusable."""
    program = _program("pg_dump")
    _demand_as_young_as_the_server(program)
    with new_file(path) as half:
        _run([program, "--format=custom", *PLAIN, "--exclude-table=huey_*", f"--file={half}", _address()])


@contextmanager
def opened(path: Path) -> Iterator[PostgresCopy]:
    """Open a copy for reading. Raises Unusable."""
    yield PostgresCopy(path, _facts(path))


@dataclass(frozen=True)
class PostgresCopy:
    """A file made by pg_dump."""

    file: Path
    facts: Facts

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Replace all tables by those of the copy, in one transaction. Raises Unusable."""
        db.session.remove()
        db.engine.dispose()
        reading = [_program("pg_restore"), *PLAIN, "--file=-", str(self.file)]
        writing = [
            _program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
            f"--command={EMPTY}", "--file=-", _address(),
        ]  # fmt: skip
        _pour(reading, writing)
        yield


def _pour(reading: Sequence[str], writing: Sequence[str]) -> None:
    """Pipe one program's output into another, which sees the end only if the first succeeded."""
    with NamedTemporaryFile() as said, NamedTemporaryFile() as answered:
        with (
            Popen(reading, stdout=PIPE, stderr=said, env=_environment()) as copy,
            Popen(writing, stdin=PIPE, stdout=DEVNULL, stderr=answered, env=_environment()) as database,
        ):
            assert copy.stdout
            assert database.stdin
            with suppress(BrokenPipeError):  # psql has stopped, and its error is reported below
                shutil.copyfileobj(copy.stdout, database.stdin)
            copy.stdout.close()
            if copy.wait():
                database.kill()  # at the end of its input psql would commit an incomplete copy
            with suppress(BrokenPipeError):
                database.stdin.close()
        if copy.returncode or database.returncode:
            raise Unusable(
                f"PostgreSQL did not take the copy ({_first_line(said) or _first_line(answered)})."
            )


def _facts(path: Path) -> Facts:
    try:
        with path.open("rb") as file:
            is_dump = file.read(5) == b"PGDMP"
    except OSError as wrong:
        raise Unusable(f"{path}: {wrong.strerror}.") from None
    if not is_dump:
        raise Unusable(f"{path} is no copy that pg_dump has made.")
    revision, state = list(_rows(path, "alembic_version")), list(_rows(path, "journal_state"))
    return Facts(
        revision=revision[0]["version_num"] if revision else None,
        database=state[0]["database"] if state else None,
        serial=int(state[0]["serial"]) if state else 0,
        hosts=frozenset(row["name"] for row in _rows(path, "journal_host")),
        sealed=tuple(bytes.fromhex(row["address"][3:]) for row in islice(_rows(path, "mailbox"), 3)),
    )


def _rows(path: Path, table: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table in a copy, as COPY writes them: bytes as `\\x` and digits."""
    words = [_program("pg_restore"), "--data-only", f"--table={table}", "--file=-", str(path)]
    columns: list[str] | None = None
    with Popen(words, stdout=PIPE, stderr=DEVNULL, text=True, encoding="utf-8") as reading:
        assert reading.stdout
        try:
            for line in map(str.rstrip, reading.stdout):
                if line.startswith("COPY "):
                    columns = line[line.index("(") + 1 : line.index(")")].replace('"', "").split(", ")
                elif line == "\\.":
                    return
                elif columns:
                    yield dict(zip(columns, line.split("\t"), strict=False))
        finally:
            reading.kill()


def _program(name: str) -> str:
    """Return the path of a PostgreSQL program. Raises Unusable."""
    found = shutil.which(name, path=current_app.config["POSTGRES_PROGRAMS"] or None)
    if found is None:
        raise Unusable(f"{name} is not found. {WANTED}")
    return found


def _demand_as_young_as_the_server(program: str) -> None:
    """Check that pg_dump is not older than the server, whose data it might miss. Raises Unusable."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"\d+", told)
    server = int(db.session.scalar(text("SHOW server_version_num")) or 0) // 10_000
    db.session.rollback()
    if version is None or int(version[0]) < server:
        raise Unusable(f"{program} is of version {version and version[0]}, the server of {server}. {WANTED}")


def _run(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode:
        raise Unusable(f"The copy was not made ({done.stderr.strip().partition(chr(10))[0]}).")


def _address() -> str:
    """Return the database's address without the password."""
    url = db.engine.url
    facts = {"dbname": url.database, "host": url.host, "port": url.port, "user": url.username}
    more = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return "--dbname=" + make_conninfo("", **{name: value for name, value in (facts | more).items() if value})


def _environment() -> dict[str, str]:
    """Return our environment without our secrets, and with the server's password."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    password = db.engine.url.password
    return kept | ({"PGPASSWORD": str(password)} if password else {})


def _first_line(file: IO[bytes]) -> str:
    file.seek(0)
    return file.readline().decode(errors="replace").strip()
