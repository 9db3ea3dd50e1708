"""Checks that each behaviour leads to its own state, whether or not the mail server hangs up afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from tests.faults.behaviours import FIRST_TIME, PLAIN
from tests.faults.processes import HOST, Relay
from tests.faults.test_killing import fill
from tests.mail.test_delivery import after, tell
from watch.extensions import db
from watch.mail import delivery
from watch.mail.connections import Connections
from watch.models import OutboxRow, OutboxState, utcnow

STATES = {
    "ok": OutboxState.SENT,
    "slow": OutboxState.SENT,
    "garbled": OutboxState.SENT,
    "dead": OutboxState.BOUNCED,
    "garbleddead": OutboxState.BOUNCED,
    "toolarge": OutboxState.PARKED,
    "storedrop": OutboxState.UNCERTAIN,
    "hang": OutboxState.UNCERTAIN,
    "drop": OutboxState.UNCERTAIN,
    "blocked": OutboxState.QUEUED,
    "busy": OutboxState.QUEUED,
    "full": OutboxState.QUEUED,
    "closing": OutboxState.QUEUED,
}


@pytest.fixture
def sends_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Point the application at a mail server."""

    def point(server: Relay, patience: int = 2) -> None:
        monkeypatch.setattr(app.extensions["mail"], "server", HOST)
        monkeypatch.setattr(app.extensions["mail"], "port", server.port)
        monkeypatch.setitem(app.config, "MAIL_TIMEOUT", patience)

    return point


@pytest.fixture
def connections() -> Iterator[Connections]:
    """Return a worker's connections."""
    found = Connections()
    yield found
    found.close()


@pytest.mark.parametrize("manner", ["plainly", "hangup", "reset"])
@pytest.mark.parametrize("way", PLAIN)
def test_each_way_to_treat_a_recipient_ends_in_its_own_state_and_stops_no_one_else(
    scene: Scene, mail_server: Relay, sends_to: Callable[..., None], way: str, manner: str
) -> None:
    nils = make_person("Nils", f"nils@{way}-{manner}.example.org")
    make_member(nils, scene.group, flat_of(scene.stairwell_3, "1103"))
    tell(scene)
    sends_to(mail_server)
    assert delivery.run() >= 4
    row = db.session.scalars(select(OutboxRow).where(OutboxRow.person_id == nils.id)).one()
    assert row.state is STATES[way]
    others = select(func.count(OutboxRow.id)).where(OutboxRow.state == OutboxState.SENT)
    assert (db.session.scalar(others) or 0) >= 4


@pytest.mark.parametrize("way", [way for way in FIRST_TIME if way in {"greylist", "busy-hangup-once"}])
def test_who_is_told_to_come_again_is_written_to_a_minute_later(
    scene: Scene, mail_server: Relay, sends_to: Callable[..., None], way: str
) -> None:
    nils = make_person("Nils", f"nils@{way}.example.org")
    make_member(nils, scene.group, flat_of(scene.stairwell_3, "1103"))
    tell(scene)
    sends_to(mail_server)
    assert delivery.run() == 4
    row = db.session.scalars(select(OutboxRow).where(OutboxRow.person_id == nils.id)).one()
    assert (row.state, row.last_code) == (OutboxState.QUEUED, 450)
    assert row.next_at is not None
    assert timedelta(0) < row.next_at - utcnow() <= timedelta(minutes=1)
    with after(2):
        assert delivery.run() == 1


@pytest.mark.parametrize("limit", ["polite", "abrupt", "silent"])
@pytest.mark.parametrize("most", [1, 20])
def test_a_mail_server_that_takes_few_messages_a_connection_costs_none_its_code_and_no_minute(
    scene: Scene, tmp_path: Path, sends_to: Callable[..., None], connections: Connections, most: int,
    limit: str,
) -> None:  # fmt: skip
    fill(scene)
    tell(scene)
    options = "--per-connection", str(most), "--limit", limit
    with Relay(tmp_path / "journal.jsonl", options) as server:
        sends_to(server, patience=30)  # none is used up: nobody is waited for
        sent = delivery.run(connections=connections)
        stored = Counter(entry.recipient for entry in server.entries())
    rows = db.session.execute(select(OutboxRow.state, OutboxRow.last_code, OutboxRow.attempts).distinct())
    assert rows.all() == [(OutboxState.SENT, 250, 1)]
    assert set(stored.values()) == {1}
    assert stored.total() == sent
    assert connections.destinations.throttled == {}
