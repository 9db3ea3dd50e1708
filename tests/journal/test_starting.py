"""Checks that an older copy of the database is noticed: nothing starts on it or erases in it."""

from __future__ import annotations

import base64
import os
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, update

from config import BadSetting
from tests.cast import Scene
from tests.journal.lines import place
from tests.page_client import PageClient
from watch import jobs, journal
from watch.accounts.service.officers import end_office
from watch.extensions import db
from watch.journal.state import IS_OLD
from watch.models import JournalState

Starts = Callable[..., Flask]
STARTED = {
    "ENV": "production", "SECRET_KEY": secrets.token_urlsafe(48), "BASE_URL": "http://127.0.0.1:8000",
    "CONTROLLER": "Exempelkommunen, 501 80 Borås", "MAIL_SERVER": "smtp.example.org",
}  # fmt: skip


def used(scene: Scene) -> None:
    """Take something away, and let a minute pass."""
    end_office(scene.group.area, scene.gun)
    db.session.commit()
    journal.beat()
    db.session.commit()


def an_older_copy() -> None:
    """Let the database be as if yesterday's copy were in its place."""
    db.session.execute(update(JournalState).values(serial=JournalState.serial - 1))
    db.session.commit()


def test_a_database_that_is_as_far_as_its_marker_starts(app: Flask, scene: Scene, make_app: Starts) -> None:
    used(scene)
    make_app(DATABASE_URL=app.config["DATABASE_URL"], JOURNAL=app.config["JOURNAL"])
    assert journal.trouble() is None


def test_an_older_one_does_not_and_a_sentence_says_what_to_do(
    app: Flask, scene: Scene, make_app: Starts, cli: Callable[..., Result], client: PageClient
) -> None:
    used(scene)
    an_older_copy()
    with pytest.raises(BadSetting) as said:
        make_app(DATABASE_URL=app.config["DATABASE_URL"], JOURNAL=app.config["JOURNAL"])
    assert str(said.value) == f"{IS_OLD} Stop all services and mend it: flask restore --in-place"
    for command in (
        ("worker",),
        ("outbox", "redrive"),
        ("people", "sign-in-link", "gun@example.org"),
        ("backup", "/nowhere/at-all"),
        ("demo", "seed"),
    ):
        refused = cli(*command)
        assert (refused.exit_code, refused.output) == (1, f"Error: {said.value}\n"), command
    assert client.get("/readyz").status == 503


def test_another_machine_knows_it_too(app: Flask, scene: Scene) -> None:
    used(scene)
    (here,) = place().glob("*.marker")
    here.rename(here.with_name("another.marker"))
    an_older_copy()
    assert journal.trouble() is not None


def test_a_server_that_runs_takes_nothing_away_in_an_older_copy(
    app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker ends too, because it would send mail again."""
    used(scene)
    an_older_copy()
    end_office(scene.langgatan.property.area, scene.gun)
    with pytest.raises(journal.CopyInPlace):
        db.session.commit()
    db.session.rollback()
    ended: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        ended.append(number)

    before = signal.signal(signal.SIGTERM, note)
    try:
        jobs.tasks()["tick"].call_local()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended == [signal.SIGTERM]


def test_a_database_without_a_name_beside_anothers_journal_does_not_start(
    app: Flask, make_app: Starts, tmp_path: Path
) -> None:
    """It may be a copy older than the journal. On a development machine it is a new database."""
    journal.beat()
    db.session.commit()
    lies = {"DATABASE_URL": app.config["DATABASE_URL"], "JOURNAL": app.config["JOURNAL"]}
    production = {**STARTED, "DATA_KEY": base64.b64encode(os.urandom(32)).decode()}
    make_app(**lies, **production)
    db.session.execute(delete(JournalState))
    db.session.commit()
    with pytest.raises(BadSetting) as said:
        make_app(**lies, **production)
    assert "flask restore --in-place" in str(said.value)
    make_app(**lies)
    make_app(**{**lies, **production, "JOURNAL": str(tmp_path)})


def test_a_journal_that_cannot_be_written_stops_the_start(
    app: Flask, scene: Scene, make_app: Starts, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    db.session.commit()
    with pytest.raises(BadSetting) as said:
        make_app(DATABASE_URL=app.config["DATABASE_URL"], JOURNAL=str(tmp_path / "file"))
    assert str(said.value) == f"WATCH_JOURNAL is {tmp_path / 'file'}; nothing can be written there."
    assert os.path.exists(tmp_path / "file")


def test_the_epoch_is_read_once_a_session(app: Flask) -> None:
    assert journal.epoch() == 0
    journal.beat()
    db.session.execute(update(JournalState).values(epoch=7))
    assert journal.epoch() == 0
    db.session.commit()
    db.session.remove()
    assert journal.epoch() == 7
