"""Checks what monitoring asks: whether the application is up and can work, and how sending goes."""

from __future__ import annotations

import urllib.request
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.cast import Scene
from tests.mail.relay import free_port
from tests.mail.test_delivery import tell
from tests.page_client import PageClient
from watch.extensions import db
from watch.mail import metrics
from watch.models import OutboxRow, OutboxState, utcnow


def test_up_and_ready_say_so_in_a_word(client: PageClient) -> None:
    up, ready = client.get("/healthz"), client.get("/readyz")
    assert (up.status, up.response.get_data(as_text=True)) == (200, "ok\n")
    assert (ready.status, ready.response.get_data(as_text=True)) == (200, "ready\n")


def test_not_ready_names_what_is_missing_and_nothing_else(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("huey", "huey tasks"):
        monkeypatch.delitem(app.extensions, name, raising=False)
    monkeypatch.setitem(app.config, "QUEUE_URL", "sqlite:////no/such/folder/queue.db")
    page = client.get("/readyz")
    assert (page.status, page.response.get_data(as_text=True)) == (503, "queue does not answer\n")


def test_a_database_of_another_version_is_not_ready(client: PageClient) -> None:
    kept = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        page = client.get("/readyz")
        assert (page.status, page.response.get_data(as_text=True)) == (503, "database wants migrations\n")
    finally:
        db.session.execute(text("UPDATE alembic_version SET version_num = :kept"), {"kept": kept})
        db.session.commit()


def test_the_metrics_tell_what_waits_and_what_was_put_aside(app: Flask, scene: Scene) -> None:
    tell(scene)
    an_hour_ago = utcnow() - timedelta(hours=1)
    db.session.execute(update(OutboxRow).values(next_at=an_hour_ago))
    first = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)).first()
    assert first
    first.state, first.next_at = OutboxState.PARKED, None
    db.session.commit()
    port = free_port()
    metrics.serve(app, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    found = dict(line.split() for line in lines if not line.startswith("#"))
    assert found["watch_due_messages"] == "3.0"
    assert found["watch_parked_rows"] == "1.0"
    assert 3600 <= float(found["watch_oldest_due_seconds"]) < 3700
    assert "@" not in "".join(lines)
