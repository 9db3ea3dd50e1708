"""Checks what becomes of a group's part in the gatherings of others when it is closed, and opened again."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from sqlalchemy import select, update

from tests.cast import Scene
from tests.closing.test_closing import DAY, close, sent
from tests.closing.test_waiting import open_again, waiting
from tests.factories import make_group, make_meeting
from tests.page_client import PageClient
from watch.calendar import cancellation
from watch.extensions import db
from watch.handouts.service import hand_out
from watch.mail.queue import UNLEASED
from watch.meetings import service as meetings
from watch.meetings.queries.calls import mailings_on_paper
from watch.meetings.queries.invited import questions_to
from watch.meetings.service.joint import ask_groups
from watch.models import (
    Group,
    Mailing,
    Meeting,
    MeetingKind,
    MeetingPart,
    OutboxRow,
    OutboxState,
    PartState,
    utcnow,
)
from watch.recipients import flats_on_paper

MEMBERS = ("Amina", "Bengt", "Carin", "Dawit")


@pytest.fixture
def gathering(scene: Scene) -> Meeting:
    """A gathering of another group of the area, in three weeks, to which the scene's group is asked."""
    caller = make_group(scene.langgatan)
    caller.area = scene.group.area
    meeting = make_meeting(caller, kind=MeetingKind.JOINT, starts_at=utcnow() + 21 * DAY)
    meeting.parts.append(MeetingPart.invited(scene.group))
    db.session.commit()
    return meeting


def part(meeting: Meeting, group: Group) -> tuple[PartState, datetime | None, int | None]:
    db.session.expire_all()
    found = next(each for each in meeting.parts if each.group_id == group.id)
    return found.state, found.decided_at, found.decided_by_id


def test_members_are_not_told_that_the_group_has_said_no(scene: Scene, gathering: Meeting) -> None:
    """They hear that they are not called any more, and why, and it is marked as off in their calendars."""
    meetings.take_part(gathering, scene.group, by=scene.amina)
    sent()
    arrive()
    close(scene)
    told = [each for each in sent() if each[0] != "group-closed"]
    assert told == [("part-ended", each) for each in MEMBERS]
    mailing = db.session.scalars(select(Mailing).filter_by(kind="part-ended")).one()
    (entry,) = cancellation(mailing).walk("VEVENT")
    assert (str(entry["STATUS"]), int(entry["SEQUENCE"])) == ("CANCELLED", gathering.sequence)


@pytest.mark.parametrize("told", [True, False])
def test_a_group_that_was_in_it_is_in_it_again_as_before(
    scene: Scene, gathering: Meeting, told: bool
) -> None:
    """Whoever has heard that it is not, and only they, are called again."""
    meetings.take_part(gathering, scene.group, by=scene.amina)
    sent()
    arrive()
    before = part(gathering, scene.group)
    close(scene)
    assert part(gathering, scene.group)[0] is PartState.ENDED
    words = [who for kind, who in sent() if kind == "part-ended"] if told else []
    assert words == (list(MEMBERS) if told else [])
    if told:
        arrive()
    with time_machine.travel(utcnow() + DAY):
        open_again(scene)
        assert part(gathering, scene.group) == before
        called = [("meeting-called", each) for each in MEMBERS] if told else []
        assert [each for each in sent() if each[0] != "group-reopened"] == called
        meetings.call_latecomers(utcnow())
        assert sent() == []


def test_who_was_not_called_yet_is_called_once_it_is_opened(scene: Scene, gathering: Meeting) -> None:
    meetings.take_part(gathering, scene.group, by=scene.amina)
    db.session.commit()
    assert waiting(scene) == [(gathering, 1)]
    close(scene)
    assert [each for each in sent() if each[0] != "group-closed"] == []
    open_again(scene)
    assert [each for each in sent() if each[0] != "group-reopened"] == [
        ("meeting-called", each) for each in MEMBERS
    ]
    assert waiting(scene) == [(gathering, 1)]


def test_a_flat_that_has_the_call_on_paper_gets_no_other(scene: Scene, gathering: Meeting) -> None:
    meetings.take_part(gathering, scene.group, by=scene.amina)
    hand_out(flats_on_paper(mailings_on_paper(gathering), {scene.group.id: None}), by=scene.bengt)
    close(scene)
    open_again(scene)
    assert waiting(scene) == []


@pytest.mark.parametrize("has_come", [True, False])
def test_a_question_without_an_answer_stays_one(scene: Scene, gathering: Meeting, has_come: bool) -> None:
    """A mail with the question that a worker left out meanwhile is sent; one that has come is not."""
    ask_groups(gathering)
    db.session.commit()
    if has_come:
        assert sent() == [("joint-invited", "Amina")]
        arrive()
    close(scene)
    assert {kind for kind, _name in sent()} == {"group-closed"}
    open_again(scene)
    assert part(gathering, scene.group) == (PartState.INVITED, None, None)
    assert [each.id for each, _part in questions_to(scene.group, utcnow())] == [gathering.id]
    assert (("joint-invited", "Amina") in sent()) is not has_come


def test_a_group_that_has_said_no_itself_still_has(scene: Scene, gathering: Meeting) -> None:
    meetings.decline(gathering, scene.group, by=scene.amina)
    before = part(gathering, scene.group)
    close(scene)
    open_again(scene)
    assert part(gathering, scene.group) == before


@pytest.mark.parametrize("what", ["off", "over"])
def test_a_gathering_that_was_without_it_stays_so(scene: Scene, gathering: Meeting, what: str) -> None:
    meetings.take_part(gathering, scene.group, by=scene.amina)
    close(scene)
    if what == "off":
        meetings.cancel(gathering, by=scene.gun)
    with time_machine.travel(utcnow() + (22 if what == "over" else 1) * DAY):
        open_again(scene)
        assert part(gathering, scene.group)[0] is PartState.ENDED


def test_nobody_reads_that_a_group_has_said_no_that_was_closed(
    client: PageClient, scene: Scene, gathering: Meeting
) -> None:
    meetings.take_part(gathering, scene.group, by=scene.amina)
    close(scene)
    page = client.get(f"/meetings/{gathering.id}", as_=scene.gun)
    assert "Har tackat nej" not in page.text
    open_again(scene)
    page = client.get(f"/meetings/{gathering.id}", as_=scene.gun)
    assert "Har tackat nej" not in page.text
    asked = client.get(f"/meetings/{gathering.id}/joint", as_=scene.amina)
    assert "Ni är med." in asked.text


def arrive() -> None:
    """Let all mails that a worker has taken arrive."""
    gone = {"state": OutboxState.SENT, "settled_at": utcnow(), **UNLEASED}
    db.session.execute(update(OutboxRow).where(OutboxRow.lease_until.is_not(None)).values(gone))
    db.session.commit()
