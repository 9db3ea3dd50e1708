"""Checks a mail server that is down: mail waits, and senders and the operator are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete

from tests.cast import Scene
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, after, row_of, states, tell
from tests.page_client import PageClient
from watch.extensions import db
from watch.mail import delivery, metrics, record
from watch.mail.worker_lock import owner_name
from watch.models import Worker

STUCK = "Mejl går inte ut just nu"


@pytest.fixture(params=["nobody listens", "no STARTTLS"])
def outage(
    request: pytest.FixtureRequest, app: Flask, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Make the mail server refuse connections, until the returned function is called."""
    if request.param == "nobody listens":
        relay.stop()
        return relay.start
    monkeypatch.setattr(app.extensions["mail"], "use_tls", True)
    return lambda: monkeypatch.setattr(app.extensions["mail"], "use_tls", False)


def test_after_ten_minutes_everybody_concerned_is_told(
    scene: Scene, client: PageClient, cli: Callable[..., Result], outage: Callable[[], None]
) -> None:
    record.beat(owner_name("none"), every=0)  # what this process has sent before is another story
    db.session.execute(delete(Worker))
    tell(scene)
    due = row_of(scene.amina).next_at
    page = f"/groups/{scene.group.id}/notices/new"
    for minutes in (0, 1, 5, 9):  # a worker looks again and again
        with after(minutes):
            assert delivery.run() == 0
            assert STUCK not in client.get(page, as_=scene.amina).text
    with after(11):
        assert delivery.run() == 0
        assert STUCK in client.get(page, as_=scene.amina).text
        assert metrics.readings()["oldest_due_seconds"][1] >= 11 * 60
        assert f"due since {due:%Y-%m-%d %H:%M} UTC" in cli("outbox", "status").output
        outage()
        assert delivery.run() == 4
        assert STUCK not in client.get(page, as_=scene.amina).text
    assert (states(), row_of(scene.carin).attempts) == ({"sent": ALL}, 1)
