"""Checks that unanswered requests reach the lead, then every coordinator, and that the applicant is told."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_coordinator, make_person, make_request
from tests.newcomers import Fill, what_leaves
from tests.page_client import PageClient
from tests.test_clock import at_once as ticks_at_once
from watch import clock, jobs, tokens
from watch.extensions import db
from watch.joining.service import escalation
from watch.language import STOCKHOLM
from watch.models import (
    Coordinator,
    JoinRequest,
    Language,
    Person,
    Purpose,
    RequestState,
    Suppression,
    utcnow,
)

ASKED = datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM)
ESCALATED = ("join-waiting", "join-unanswered")


def day(number: int, at: str = "09.00") -> datetime:
    """Return a moment so many days after Farah asked, in Swedish time."""
    when: date = ASKED.date() + timedelta(days=number)
    return datetime.combine(when, time(*map(int, at.split("."))), STOCKHOLM)


def tick(number: int, at: str = "13.00") -> None:
    """Run the jobs of that day."""
    with time_machine.travel(day(number, at)):
        clock.run_due(jobs.JOBS)
    db.session.expire_all()


def what_is_told() -> list[tuple[str, str]]:
    """Return the mails that leave, but for what officers are mailed on Mondays."""
    return [each for each in what_leaves() if each[0] != "officers-week"]


def escalated(outbox: Outbox) -> list[tuple[str, str]]:
    """Return whom the request has reached, in order."""
    return [(kind, address.partition("@")[0]) for kind, address in outbox.addressed() if kind in ESCALATED]


@pytest.fixture
def request_(scene: Scene) -> JoinRequest:
    """Farah asked on 2 March in Bengt's stairwell 3. Dawit coordinates stairwell 1."""
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    request = db.session.scalars(select(JoinRequest)).one()
    request.created_at = request.confirmed_at = ASKED
    db.session.commit()
    return request


def test_the_lead_after_7_days_and_every_coordinator_after_14(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    tick(6)
    assert escalated(outbox) == []
    tick(7)
    assert escalated(outbox) == [("join-waiting", "amina")]
    tick(13)
    assert len(escalated(outbox)) == 1
    tick(14)
    assert sorted(escalated(outbox)[1:]) == [("join-waiting", "bengt"), ("join-waiting", "dawit")]
    for later in (15, 21, 40):
        tick(later)
    assert len(escalated(outbox)) == 3


def test_after_an_outage_it_reaches_everybody_at_once_and_each_once(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    tick(20)
    tick(21)
    assert sorted(escalated(outbox)) == [("join-waiting", who) for who in ("amina", "bengt", "dawit")]


def test_it_counts_from_when_the_address_was_confirmed(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    request_.confirmed_at = day(5)
    tick(11)
    assert escalated(outbox) == []
    tick(12)
    assert escalated(outbox) == [("join-waiting", "amina")]


@pytest.mark.parametrize(
    "state", [RequestState.APPROVED, RequestState.DECLINED, RequestState.WITHDRAWN, RequestState.UNCONFIRMED]
)
def test_what_does_not_wait_does_not_escalate(
    state: RequestState, scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    request_.state = state
    if state is RequestState.UNCONFIRMED:
        request_.confirmed_at = None
    else:
        request_.decided_at = day(1)
    tick(8)
    tick(15)
    assert escalated(outbox) == []


def test_a_mail_that_waits_is_kept_back_once_somebody_has_answered(
    client: PageClient, scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    with time_machine.travel(day(7, "13.00")):
        clock.run_due(jobs.JOBS)
        client.post(f"/requests/{request_.id}/decline", as_=scene.bengt)
        assert what_is_told() == [("join-declined", "farah@example.org")]
    assert escalated(outbox) == [("join-waiting", "amina")]


def test_two_clocks_at_once_ask_once(app: Flask, scene: Scene, request_: JoinRequest, outbox: Outbox) -> None:
    with time_machine.travel(day(7, "13.00")):
        ticks_at_once(app, list(jobs.JOBS))
    assert escalated(outbox) == [("join-waiting", "amina")]


def test_where_nobody_is_left_to_ask_the_applicant_is_told(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    db.session.execute(db.update(Coordinator).values(ended_at=day(3)))
    tick(7)
    assert escalated(outbox) == []
    tick(14)
    assert escalated(outbox) == [("join-unanswered", "farah")]
    tick(15)
    assert len(escalated(outbox)) == 1
    with time_machine.travel(day(14, "14.00")):
        assert what_is_told() == [("join-unanswered", "farah@example.org")]


def test_a_lead_alone_is_asked_again_and_then_the_applicant_is_told(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    alone = Coordinator.person_id != scene.amina.id
    db.session.execute(db.update(Coordinator).where(alone).values(ended_at=day(3)))
    tick(7)
    tick(14)
    assert escalated(outbox) == [("join-waiting", "amina"), ("join-unanswered", "farah")]


def test_whom_mail_does_not_reach_is_nobody_to_ask(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    for each in (scene.amina, scene.bengt, scene.dawit):
        each.mailbox.suppression, each.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    tick(14)
    assert escalated(outbox) == [("join-unanswered", "farah")]


def test_a_knock_escalates_too_and_nobody_is_written_to_who_has_no_address(
    client: PageClient, scene: Scene, request_: JoinRequest, outbox: Outbox, code: str, fill: Fill
) -> None:
    with time_machine.travel(ASKED):
        client.post(f"/j/{code}", fill(how="knock", address="", floor="1", door="1"))
    request_.state, request_.decided_at = RequestState.DECLINED, ASKED
    tick(7)
    assert escalated(outbox) == [("join-waiting", "amina")]
    db.session.execute(db.update(Coordinator).values(ended_at=day(8)))
    tick(14)
    tick(15)
    assert len(escalated(outbox)) == 1


def test_another_groups_coordinators_hear_nothing_and_the_police_neither(
    scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    tick(7)
    tick(14)
    assert {who for _kind, who in escalated(outbox)} & {"ivan", "gun", "hodan"} == set()


def test_more_than_a_batch_goes_on_at_the_next_tick(
    scene: Scene, request_: JoinRequest, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalation, "BATCH", 2)
    for number in range(3):
        person = make_person(f"Granne {number}", f"granne{number}@example.org")
        make_request(person, scene.group, scene.stairwell_3).confirmed_at = ASKED
    tick(7, "13.00")
    assert len(escalated(outbox)) == 2
    tick(7, "13.01")
    assert len(escalated(outbox)) == 4
    tick(7, "13.02")
    assert len(escalated(outbox)) == 4


def answers(client: PageClient, request: JoinRequest, who: Person) -> tuple[int, bool]:
    """Return whether somebody can open a request, and whether their list has it."""
    members = client.get(f"/groups/{request.group_id}/members", as_=who)
    return client.get(f"/requests/{request.id}", as_=who).status, "Farah Ahmadi" in members.text


def test_a_coordinator_of_another_stairwell_answers_once_it_is_everybodys(
    client: PageClient, scene: Scene, request_: JoinRequest
) -> None:
    with time_machine.travel(day(13)):
        assert answers(client, request_, scene.dawit) == (404, False)
        assert answers(client, request_, scene.ivan)[0] == 404
    with time_machine.travel(day(14, "12.01")):
        assert answers(client, request_, scene.dawit) == (200, True)
        assert answers(client, request_, scene.bengt) == (200, True)
        assert client.get(f"/requests/{request_.id}", as_=scene.ivan).status == 404
        assert client.get(f"/requests/{request_.id}", as_=scene.gun).status == 404
        assert client.get(f"/requests/{request_.id}", as_=scene.carin).status == 404
        client.post(f"/requests/{request_.id}/approve", as_=scene.dawit)
    db.session.expire_all()
    assert (request_.state, request_.decided_by) == (RequestState.APPROVED, scene.dawit)


def test_the_mailed_page_opens_for_whom_it_has_reached_also_when_answered(
    client: PageClient, scene: Scene, request_: JoinRequest, outbox: Outbox
) -> None:
    tick(14)
    (row,) = [row for row in outbox.rows() if row.person == scene.dawit]
    page = f"/a/{tokens.make(Purpose.DECIDE, row)}"
    with time_machine.travel(day(14, "14.00")):
        client.post("/language", {"language": "sv"})
        done = client.get(page).press("Ja, välkommen in").follow()
        assert "Anmälan är besvarad: ja." in done.text
    with time_machine.travel(day(15)):
        assert client.get(page).status == 200


def test_another_stairwells_coordinator_is_not_told_who_takes_part_there(
    client: PageClient, scene: Scene, request_: JoinRequest
) -> None:
    request_.flat = scene.stairwell_3.flats[1]  # Bengt's
    scene.dawit.language = Language.SWEDISH  # in Arabic the word would be missing in any case
    taken = "är redan någon med"
    with time_machine.travel(day(15)):
        told = {
            who.name: [
                taken in client.get(path, as_=who).text
                for path in (f"/requests/{request_.id}", f"/groups/{request_.group_id}/members")
            ]
            for who in (scene.bengt, scene.dawit)
        }
    assert told == {"Bengt Åkesson": [True, True], "Dawit Tesfaye": [False, False]}


def test_who_waits_is_told_how_long_it_can_take(
    client: PageClient, scene: Scene, request_: JoinRequest
) -> None:
    request_.created_at = utcnow()
    page = client.get(f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, request_)}")
    assert "efter två veckor alla kontaktombud i huset." in page.text
