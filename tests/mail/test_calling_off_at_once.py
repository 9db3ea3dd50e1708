"""Checks cancelling a meeting at the moment when its mails are claimed: none is missed.

Whatever the order, each mail is either stopped and its reader not told, or sent and its reader told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.cast import Scene
from tests.mail.relay import Relay
from tests.mail.test_calling_off import ALL, call_off, called, send, told
from tests.mail.test_calling_off import meeting as meeting  # the fixture
from tests.page_client import PageClient
from tests.turns import begin, standing_still
from watch.extensions import db
from watch.mail import queue, record
from watch.mail.types import Claim
from watch.meetings import service
from watch.models import Meeting, Person, utcnow

OF_THE_WORD = "INSERT INTO mailing"  # what cancelling does last: it has decided by then whom to stop
OF_THE_MEETING = "UPDATE meeting"
READ_AGAIN = "FROM meeting WHERE meeting.id"  # what a claim does after it has taken its rows …
WHO_WANTS_IT = "outbox_row.attempts, outbox_row.created_at"  # … and then


def cancelling(meeting: Meeting, by: Person) -> Callable[[], None]:
    """Cancel a meeting, in a transaction of its own."""
    number, who = meeting.id, by.id

    def cancel() -> None:
        service.cancel(db.session.get_one(Meeting, number), by=db.session.get_one(Person, who))
        db.session.commit()

    return cancel


def claim() -> list[Claim]:
    """Return what a worker claims, or nothing if another transaction is first."""
    try:
        return queue.claim("a worker", 10) or []
    except OperationalError:
        db.session.rollback()
        return []


def readers(claims: list[Claim]) -> list[str]:
    return sorted(claim.recipient.address.partition("@")[0] for claim in claims if claim.recipient)


@pytest.mark.parametrize("at", [OF_THE_MEETING, OF_THE_WORD])
def test_calling_off_comes_first(app: Flask, scene: Scene, meeting: Meeting, relay: Relay, at: str) -> None:
    with standing_still(app, at, cancelling(meeting, scene.amina)) as cancel:
        claimed = begin(app, claim)
        if db.engine.dialect.name == "postgresql":  # SQLite's one writer lets the claim wait until then
            claimed.exception(30)
    cancel.result()
    taken = claimed.result(30)
    assert taken == [] or at == OF_THE_MEETING  # nothing of it was changed yet: the claim was first, then
    send()
    assert told(relay) == readers(taken)
    assert called(relay) == []


@pytest.mark.parametrize("at", [READ_AGAIN, WHO_WANTS_IT])
def test_the_claim_comes_first(app: Flask, scene: Scene, meeting: Meeting, relay: Relay, at: str) -> None:
    work = cancelling(meeting, scene.amina)
    with standing_still(app, at, claim) as claimed:
        cancel = begin(app, work)
        time.sleep(0.5)  # it has come as far as it can by then
    cancel.result(30)
    taken = readers(claimed.result(30))
    assert taken == ALL or at == READ_AGAIN  # until it has read again it lets the other go first
    send()
    assert (told(relay), called(relay)) == (taken, [])


def test_what_one_worker_gives_back_another_does_not_get_in_between(
    app: Flask, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """The cancelling transaction sees rows being sent that then wait again; they must not be sent now."""
    held = claim()
    assert readers(held) == ALL

    def give_and_take() -> list[Claim]:
        record.give_back(held)
        db.session.commit()
        return claim()

    with standing_still(app, OF_THE_WORD, cancelling(meeting, scene.amina)) as cancel:
        claimed = begin(app, give_and_take)
        if db.engine.dialect.name == "postgresql":  # SQLite's one writer lets them wait until then
            claimed.exception(30)
    cancel.result()
    taken = claimed.result(30)
    send(minutes=30)
    assert (taken, called(relay), told(relay)) == ([], [], [])


def test_a_reminder_that_is_queued_meanwhile_is_not_sent(
    app: Flask, client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """The job has seen the meeting as planned, and pauses. Then the meeting is cancelled."""
    send()
    due = meeting.starts_at - timedelta(days=6, hours=1)

    def remind() -> None:
        service.remind(due)
        db.session.commit()

    if db.engine.dialect.name == "sqlite":  # where writers take turns
        call_off(client, scene, meeting)
        remind()
    else:
        with standing_still(app, "INSERT INTO mailing", remind) as reminding:
            call_off(client, scene, meeting)
        reminding.result()
    assert meeting.starts_at > utcnow()
    send()
    assert (called(relay), told(relay), len(relay.taken)) == (ALL, ALL, 8)
