"""Checks that a backup made while everything runs is of one moment, complete and private."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import make_person
from tests.ops.installation import Installation, differences, everything, installation, programs
from watch.extensions import db
from watch.models import JournalState, Landlord, Mailbox, Person

__all__ = ["installation"]


def test_a_copy_holds_all_that_was_there(scene: Scene, installation: Installation) -> None:
    before = everything()
    copy = installation.backup()
    scene.group.name = "Changed since"
    make_person("Ny Granne", "ny@example.org")
    db.session.commit()
    installation.put_by_hand(copy)
    assert differences(before, everything()) == {}


def test_it_is_for_us_alone_and_nothing_lies_beside_it(scene: Scene, installation: Installation) -> None:
    mask = os.umask(0)
    try:
        copy = installation.backup()
    finally:
        os.umask(mask)
    assert oct(copy.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in installation.folder.iterdir()] == ["yesterday"]
    said = installation.process("backup", installation.folder / "again")
    assert (said.returncode, said.stdout.startswith(f"The copy is {installation.folder / 'again'} (")) == (
        0,
        True,
    )


def test_it_replaces_nothing(scene: Scene, installation: Installation) -> None:
    copy = installation.backup()
    made = copy.read_bytes()
    assert installation.refuses("backup", copy) == f"Error: {copy} is there already; nothing was changed."
    assert copy.read_bytes() == made
    nowhere = installation.folder / "nowhere" / "copy"
    assert installation.refuses("backup", nowhere) == f"Error: {nowhere.parent}: No such file or directory."
    assert [path.name for path in installation.folder.iterdir()] == ["yesterday"]


def test_it_raises_the_marker(scene: Scene, installation: Installation) -> None:
    state = db.session.get_one(JournalState, 1)
    serial = state.serial
    installation.backup()
    assert state.serial == serial + 1


def test_what_was_erased_is_in_no_copy(scene: Scene, installation: Installation) -> None:
    """The freed bytes of an erased row must not be copied."""
    db.session.add(Landlord(name="Hyresvärden Ulla-Britt Sjögren"))
    db.session.commit()
    whole = installation.backup("before").read_bytes()
    if db.engine.dialect.name == "sqlite":  # pg_dump packs what it writes
        assert b"Ulla-Britt" in whole
    db.session.delete(db.session.scalars(select(Landlord).where(Landlord.name.like("Hyres%"))).one())
    assert b"Ulla-Britt" not in installation.backup("after").read_bytes()


def test_a_copy_is_of_one_moment_though_others_write(
    app: Flask, scene: Scene, installation: Installation
) -> None:
    """Each transaction of the writers adds a person and an address, so a copy must have as many of both."""

    def pair() -> tuple[int, int]:
        people = select(func.count(Person.id)).where(Person.mailbox_id.is_not(None))
        return db.session.scalar(people) or 0, db.session.scalar(select(func.count(Mailbox.id))) or 0

    extra = pair()[1] - pair()[0]
    sizes = []
    with writing(app):
        copies = [installation.backup(f"copy-{number}") for number in range(3)]
    for copy in copies:
        installation.put_by_hand(copy)
        people, mailboxes = pair()
        assert mailboxes == people + extra
        sizes.append(people)
    assert sizes == sorted(set(sizes)), "nobody wrote meanwhile"


@contextmanager
def writing(app: Flask) -> Iterator[None]:
    """Run two threads that write all the time."""
    ends = threading.Event()

    def write(who: str) -> None:
        number = 0
        with app.app_context():
            while not ends.is_set():
                number += 1
                make_person(f"{who} {number}", f"{who}{number}@example.org")
                db.session.commit()
                time.sleep(0.01)
            db.session.remove()

    threads = [threading.Thread(target=write, args=[who]) for who in ("a", "b")]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ends.set()
        for thread in threads:
            thread.join()
        gc.collect()  # the connections that they had when a command's pool took the place of theirs


def a_program(folder: Path, name: str, script: str) -> Path:
    """Make a program of that name in a folder of its own."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return folder


def test_a_program_that_is_missing_or_too_old_is_a_sentence(
    app: Flask, scene: Scene, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite copies itself")
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setitem(app.config, "POSTGRES_PROGRAMS", str(folder))
    refused = installation.refuses("backup", tmp_path / "copy")
    assert refused.startswith("Error: pg_dump is not found. Install PostgreSQL's client")
    a_program(folder, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'")
    refused = installation.refuses("backup", tmp_path / "copy")
    assert "is of version 9, the server of" in refused
    assert "WATCH_POSTGRES_PROGRAMS" in refused
    assert not (tmp_path / "copy").exists()


def test_the_password_stands_on_no_command_line(
    app: Flask, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    """Other users of the machine can read command lines. No key of ours is passed on either."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite copies itself")
    folder = tmp_path / "programs"
    folder.mkdir()
    a_program(
        folder,
        "pg_dump",
        f'case "$1" in --version) exec {programs()}/pg_dump --version;; esac\n'
        f'echo "$@" > {tmp_path}/words; env > {tmp_path}/environment; exit 1',
    )
    url = db.engine.url.set(password="s p@ss'word").render_as_string(hide_password=False)
    other = make_app(DATABASE_URL=url, POSTGRES_PROGRAMS=str(folder))
    result = Installation(other, tmp_path).run("backup", tmp_path / "copy")
    assert (result.exit_code, result.output[:28]) == (1, "Error: The copy was not made")
    with other.app_context():
        db.engine.dispose()
    words, given = (tmp_path / "words").read_text(), (tmp_path / "environment").read_text()
    assert "p@ss" not in words
    assert "--format=custom" in words
    assert "PGPASSWORD=s p@ss'word\n" in given
    assert "WATCH_" not in given
    assert not (tmp_path / "copy").exists()
