"""Checks that nothing starts on, or writes to, a database with another data key."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text

from config import BadSetting
from tests.cast import Scene
from tests.page_client import PageClient
from watch.accounts.queries import is_readable
from watch.crypto import Keyring
from watch.extensions import db
from watch.models import Mailbox

OTHER_KEY = b"another key, which is as long..."
ANOTHER = base64.b64encode(OTHER_KEY).decode()
SENTENCE = "WATCH_DATA_KEY is another one than the database was written with."


def test_a_start_with_another_key_stops_with_a_sentence(
    app: Flask, scene: Scene, make_app: Callable[..., Flask]
) -> None:
    db.session.commit()
    url = app.config["DATABASE_URL"]
    with pytest.raises(BadSetting) as said:
        make_app(DATABASE_URL=url, DATA_KEY=ANOTHER)
    assert str(said.value) == SENTENCE
    make_app(DATABASE_URL=url)


def test_a_command_adds_nobody_under_another_key(app: Flask, scene: Scene) -> None:
    before = db.session.scalars(select(Mailbox.id)).all()
    db.session.commit()
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "watch",
        "people",
        "appoint-officer",
        "new@example.org",
    ]
    settings = {
        "WATCH_ENV": "development",
        "WATCH_DATA_KEY": ANOTHER,
        "WATCH_DATABASE_URL": app.config["DATABASE_URL"],
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    stopped = subprocess.run(
        [*command, "--area", "norrby"], env=kept | settings, capture_output=True, text=True, check=False
    )
    assert (stopped.returncode, stopped.stderr) == (1, SENTENCE + "\n")
    assert db.session.scalars(select(Mailbox.id)).all() == before


def test_a_database_put_in_place_under_a_running_server_is_not_ready(
    app: Flask, scene: Scene, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.session.commit()
    monkeypatch.setitem(app.extensions, "keyring", Keyring(OTHER_KEY))
    page = client.get("/readyz")
    assert (page.status, page.response.get_data(as_text=True)) == (
        503,
        "data key is another than the database's\n",
    )


def test_an_empty_database_takes_any_key(app: Flask, make_app: Callable[..., Flask]) -> None:
    make_app(DATABASE_URL=app.config["DATABASE_URL"], DATA_KEY=ANOTHER)


def test_one_damaged_address_does_not_make_the_key_look_wrong(app: Flask, scene: Scene) -> None:
    first = db.session.scalars(select(Mailbox.id).order_by(Mailbox.id)).first()
    db.session.execute(
        text("UPDATE mailbox SET address = :damaged WHERE id = :first"), {"damaged": b"?", "first": first}
    )
    assert is_readable()
    db.session.rollback()
