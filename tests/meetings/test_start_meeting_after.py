"""What a start meeting leaves: the group's first steps and numbers, notes, and answers that are erased."""

from __future__ import annotations

from datetime import UTC, datetime

import icalendar
import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_coordinator, make_group, make_person, stairwell_of
from tests.mail.relay import Relay
from tests.mail.test_word_of_meetings import send, to
from tests.meetings.starting import answer_link, call_to_start, interest_of, names
from tests.meetings.test_numbers import downloaded, numbers, table
from tests.page_client import PageClient
from tests.retention.nights import erase_all
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import coordinators_of
from watch.groups.service.members import admit
from watch.interest import service as interest_service
from watch.lifecycle.queries import start_of
from watch.meetings import service
from watch.models import (
    Answer,
    CalendarFeed,
    Group,
    GroupState,
    Meeting,
    MeetingAnswer,
    Person,
    Purpose,
    StartStep,
    utcnow,
)


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def meeting(scene: Scene, interested: list[Person]) -> Meeting:
    """Called for the 12th of March, before there is a group; Jenny comes with one more."""
    meeting = call_to_start(scene)
    service.answer(meeting, scene.jenny, Answer.YES, 2)
    db.session.commit()
    return meeting


def group_of(scene: Scene) -> Group:
    """Start the group of Norrby Långgata."""
    group = make_group(scene.langgatan, GroupState.STARTING)
    db.session.commit()
    return group


def later(days: int) -> time_machine.travel:
    return time_machine.travel(datetime(2026, 3, 2 + days, 12, 0, tzinfo=UTC), tick=True)


def test_the_groups_checklist_knows_it_once_the_group_is_started(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    group = group_of(scene)
    booked = start_of(group, coordinators_of(group), utcnow())
    assert booked.done == {StartStep.MEETING_BOOKED: datetime(2026, 3, 2, tzinfo=UTC).date()}
    assert booked.meeting_on == meeting.starts_at.date()
    page = client.get(f"/groups/{group.id}/lifecycle", as_=scene.gun)
    assert ("Kalla till uppstartsmöte" in page.links, "mötet är 12 mars" in page.text) == (False, True)
    with later(11):
        held = start_of(group, coordinators_of(group), utcnow())
        assert held.done[StartStep.MEETING_HELD] == meeting.starts_at.date()
        assert held.last_meeting == meeting.ends_at
    other = start_of(scene.other_group, coordinators_of(scene.other_group), utcnow())
    assert (other.done, other.meeting_on) == ({}, None)


def test_one_that_is_off_is_neither_booked_nor_held(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    group = group_of(scene)
    service.cancel(meeting, by=scene.gun)
    db.session.commit()
    with later(11):
        assert start_of(group, coordinators_of(group), utcnow()).done == {}
    page = client.get(f"/groups/{group.id}/lifecycle", as_=scene.gun)
    again = page.click("Kalla till uppstartsmöte")
    assert "Ett uppstartsmöte är redan kallat" not in again.text
    assert again.status == 200


def test_members_find_it_among_the_groups_meetings_and_numbers(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    group, stairwell = group_of(scene), stairwell_of(scene.langgatan, 21)
    mia = make_person("Mia", "mia@example.org")
    admit(mia, group, stairwell=stairwell, flat=flat_of(stairwell, "1001"))
    make_coordinator(mia, group, lead=True)
    db.session.commit()
    assert "Uppstartsmöte" in client.get(f"/groups/{group.id}/meetings", as_=mia).text
    assert "Norrbyhuset" in client.get(f"/groups/{group.id}", as_=mia).text
    page = client.get(f"/meetings/{meeting.id}", as_=mia)
    assert ("Ändra träffen" in page.links, "Jenny" in page.text) == (False, False)
    with later(11):
        service.tally(utcnow())
        service.write_count(meeting, 14, by=scene.gun)
        db.session.commit()
        (row,) = table(numbers(client, group, mia), "Träffar en och en")
        assert (row[1], row[-2]) == ("Uppstartsmöte", "14")
        (row,) = downloaded(client, "/areas/norrby/meetings/numbers.csv", scene.gun)
        assert (row[1:3], row[-2]) == (["Uppstartsmöte", "De som har visat intresse"], "14")
        assert row[3:8] == ["färre än 5"] * 5
    assert numbers(client, scene.other_group, scene.ivan).text.count("Uppstartsmöte") == 0


def test_the_notes_reach_the_interested_who_read_them_without_being_members(
    client: PageClient, scene: Scene, interested: list[Person], meeting: Meeting, relay: Relay
) -> None:
    send(relay)
    with later(11):
        saved = service.save_notes(
            meeting, "# Vad vi kom fram till\n\nVi startar i maj.", seen=0, form_key="k", by=scene.gun
        )
        db.session.commit()
        preview = client.get(f"/meetings/{meeting.id}/notes/preview", as_=scene.gun)
        assert "De som träffen var för får anteckningarna" in preview.text
        service.publish_notes(meeting, seen=saved.version, by=scene.gun)
        mails = send(relay)
        assert names(mails) == ["jenny", "lo"]
        (mail,) = to("lo", mails)
        assert "är med i grannsamverkan" not in mail.text()
        page = client.get(answer_link(mail))
        assert (page.status, "Vi startar i maj." in page.text) == (200, True)
        interest_service.withdraw(interest_of(interested[1]))
        db.session.commit()
        assert client.get(answer_link(mail)).status == 410


def test_their_calendar_shows_it_without_the_page_that_is_closed_to_them(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    feeds = {}
    for person in (scene.jenny, scene.carin):
        feed = CalendarFeed(person_id=person.id)
        db.session.add(feed)
        db.session.commit()
        text = client.get(f"/calendar/{tokens.make(Purpose.CALENDAR, feed)}.ics").response.data
        feeds[person] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    (entry,) = feeds[scene.jenny]
    assert (str(entry["LOCATION"]), entry.get("URL")) == ("Norrbyhuset", None)
    assert feeds[scene.carin] == []


def test_answers_go_with_whoever_is_erased_after_their_interest_ended(
    scene: Scene, interested: list[Person], meeting: Meeting
) -> None:
    jenny = scene.jenny.id
    interest_of(scene.jenny).ended_at = utcnow()
    db.session.commit()
    with later(29):
        erase_all()
        assert db.session.get(Person, jenny) is not None
    with time_machine.travel(datetime(2026, 4, 3, 12, 0, tzinfo=UTC), tick=True):
        erase_all()
        assert db.session.get(Person, jenny) is None
        assert db.session.scalars(select(MeetingAnswer)).all() == []
        assert db.session.get(Meeting, meeting.id) is not None
