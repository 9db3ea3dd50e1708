"""Copies of a PostgreSQL database, by its own programs: pg_dump, pg_restore and psql.

The password goes to them in the environment: what stands on a command line can be read by everybody.
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

PLAIN = ("--no-owner", "--no-privileges")  # whoever restores it owns it
WANTED = "Install PostgreSQL's client of the server's version, or say its folder in WATCH_POSTGRES_PROGRAMS."
# pg_restore's own --clean knows only the tables that the copy has: a younger one would be left, and stand in
# the way of the migration that makes it. The queue's tables hold wake-ups only.
EMPTY = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename NOT LIKE 'huey\\_%'
    LOOP EXECUTE format('DROP TABLE %I CASCADE', name); END LOOP;
END $$
"""


def make(path: Path) -> None:
    """Copy the database as it is at one moment. Raises Unusable."""
    program = _program("pg_dump")
    _demand_as_young_as_the_server(program)
    with new_file(path) as half:
        _run([program, "--format=custom", *PLAIN, "--exclude-table=huey_*", f"--file={half}", _address()])


@contextmanager
def opened(path: Path) -> Iterator[PostgresCopy]:
    """Look into a copy. Raises Unusable."""
    yield PostgresCopy(path, _facts(path))


@dataclass(frozen=True)
class PostgresCopy:
    """A file that pg_dump has made."""

    file: Path
    facts: Facts

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Everything that is there goes, and the copy comes, in one transaction. Raises Unusable."""
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
    """One program's output into another, which hears of its end only if the first has ended well."""
    with NamedTemporaryFile() as said, NamedTemporaryFile() as answered:
        with (
            Popen(reading, stdout=PIPE, stderr=said, env=_environment()) as copy,
            Popen(writing, stdin=PIPE, stdout=DEVNULL, stderr=answered, env=_environment()) as database,
        ):
            assert copy.stdout
            assert database.stdin
            with suppress(BrokenPipeError):  # psql has stopped, and says why
                shutil.copyfileobj(copy.stdout, database.stdin)
            copy.stdout.close()
            if copy.wait():
                database.kill()  # at an end of its input it would keep what has come so far
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
    r"""The rows of a table in a copy, as COPY writes them: bytes as `\\x` and digits."""
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
    """Where a program of PostgreSQL's is. Raises Unusable."""
    found = shutil.which(name, path=current_app.config["POSTGRES_PROGRAMS"] or None)
    if found is None:
        raise Unusable(f"{name} is not found. {WANTED}")
    return found


def _demand_as_young_as_the_server(program: str) -> None:
    """An older pg_dump does not know everything that the server may hold. Raises Unusable."""
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
    """Where the database is, without the password."""
    url = db.engine.url
    facts = {"dbname": url.database, "host": url.host, "port": url.port, "user": url.username}
    more = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    return "--dbname=" + make_conninfo("", **{name: value for name, value in (facts | more).items() if value})


def _environment() -> dict[str, str]:
    """None of our own secrets but the one that the server wants."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    password = db.engine.url.password
    return kept | ({"PGPASSWORD": str(password)} if password else {})


def _first_line(file: IO[bytes]) -> str:
    file.seek(0)
    return file.readline().decode(errors="replace").strip()
