"""Meetings in calendar programs: as a file, and as a calendar of one's own that can be renewed and ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_answer, make_meeting, make_member
from tests.page_client import Page, PageClient
from watch import calendar, tokens
from watch.extensions import db
from watch.groups.service.members import leave
from watch.language import STOCKHOLM
from watch.mail import outbox
from watch.meetings import service
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Answer,
    CalendarFeed,
    Meeting,
    MeetingKind,
    Membership,
    Person,
    Purpose,
    utcnow,
)

BASE = "http://127.0.0.1:8000"
NAMES = ("Amina", "Bengt", "Carin", "Dawit", "Elsa", "Öberg", "Våglängdsgatan", "carin@", "ATTENDEE")
CLOCKS = [  # begin and end here, and in UTC; over a change of the clock the length is what passes
    ("2027-03-28 01:30", 0, "2027-03-28 03:30", 0, "20270328T003000Z", "20270328T013000Z"),
    ("2027-10-31 01:30", 0, "2027-10-31 03:30", 0, "20271030T233000Z", "20271031T023000Z"),
    ("2027-10-31 02:15", 0, "2027-10-31 02:15", 1, "20271031T001500Z", "20271031T011500Z"),
    ("2027-10-31 02:15", 1, "2027-10-31 02:45", 1, "20271031T011500Z", "20271031T014500Z"),
    ("2027-07-01 22:00", 0, "2027-07-02 00:00", 0, "20270701T200000Z", "20270701T220000Z"),
]  # fmt: skip


def events_of(page: Page) -> dict[str, icalendar.Event]:
    """Return the entries of a file, by the random part of their UID."""
    assert page.status == 200
    parsed = icalendar.Calendar.from_ical(page.html)
    assert parsed["METHOD"] == "PUBLISH"
    return {str(event["UID"]).partition("@")[0]: event for event in parsed.walk("VEVENT")}


def event_of(page: Page) -> icalendar.Event:
    (event,) = events_of(page).values()
    return event


def make_address(client: PageClient, person: Person) -> str:
    """Press the button of the settings' page; return the path of the calendar."""
    page = client.get("/me/settings", as_=person).click("Träffarna i din kalender")
    return address_on(page.press("Skapa en adress till kalendern").follow())


def address_on(page: Page) -> str:
    (found,) = set(re.findall(rf'value="{BASE}(/calendar/[0-9a-v]{{32}}\.ics)"', page.html))
    assert f'href="webcal://127.0.0.1:8000{found}"' in page.html
    return found


def here(clock: str, fold: int) -> datetime:
    """Return a moment by the clock on the wall; the hour that comes twice in autumn has two folds."""
    return datetime.fromisoformat(clock).replace(tzinfo=STOCKHOLM, fold=fold)


@pytest.mark.parametrize(("begins", "fold", "ends", "end_fold", "start_utc", "end_utc"), CLOCKS)
def test_a_file_has_the_moments_on_both_sides_of_a_change_of_the_clock(
    client: PageClient, scene: Scene, begins: str, fold: int, ends: str, end_fold: int,
    start_utc: str, end_utc: str,
) -> None:  # fmt: skip
    meeting = make_meeting(scene.group, starts_at=here(begins, fold))
    meeting.ends_at = here(ends, end_fold).astimezone(UTC)
    page = client.get(f"/meetings/{meeting.id}/calendar.ics", as_=scene.carin)
    lines = page.html.split("\r\n")
    assert (f"DTSTART:{start_utc}" in lines, f"DTEND:{end_utc}" in lines) == (True, True)
    event = event_of(page)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (meeting.starts_at, meeting.ends_at)
    assert "TZID" not in page.html


def test_the_file_of_the_page_is_the_same_entry_as_that_in_the_mail(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    row = outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    assert row
    db.session.commit()
    mailed = calendar.invitation(row.mailing)
    assert mailed
    page = client.get(f"/meetings/{meeting.id}", as_=scene.carin).click("Lägg i kalendern")
    assert page.response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert page.response.headers["Cache-Control"] == "no-store"
    (before,) = mailed.walk("VEVENT")
    same = ("UID", "SEQUENCE", "LOCATION", "SUMMARY", "STATUS")
    assert [event_of(page)[each] for each in same] == [before[each] for each in same]
    assert event_of(page)["URL"] == f"{BASE}/meetings/{meeting.id}"


def test_an_answer_link_gives_the_file_without_signing_in_to_those_who_may_answer(
    client: PageClient, scene: Scene
) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    row = outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    assert row
    db.session.commit()
    link = f"/r/{tokens.make(Purpose.ANSWER, row)}"
    page = client.get(link).click("Lägg i kalendern")
    assert event_of(page)["URL"] == f"{BASE}/meetings/{meeting.id}"
    assert "Set-Cookie" not in page.response.headers
    assert "ATTENDEE" not in page.html
    leave(db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one(),
          by=scene.carin)  # fmt: skip
    db.session.commit()
    assert client.get(f"{link}/calendar.ics").status == 410


def test_a_cancelled_meeting_is_cancelled_in_the_file_and_no_longer_offered(
    client: PageClient, scene: Scene
) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    service.cancel(meeting, by=scene.amina)
    db.session.commit()
    assert "Lägg i kalendern" not in client.get(f"/meetings/{meeting.id}", as_=scene.carin).text
    event = event_of(client.get(f"/meetings/{meeting.id}/calendar.ics", as_=scene.carin))
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 2, "TRANSPARENT")


def test_a_meeting_that_has_begun_is_offered_neither_for_calendars_nor_for_the_notice_board(
    client: PageClient, scene: Scene
) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    offered = {"Lägg i kalendern", "Skriv ut för anslagstavlan (PDF)"}
    assert offered <= set(client.get(f"/meetings/{meeting.id}", as_=scene.carin).links)
    meeting.starts_at -= timedelta(days=8)
    meeting.ends_at -= timedelta(days=8)
    assert offered & set(client.get(f"/meetings/{meeting.id}", as_=scene.carin).links) == set()


def test_an_own_calendar_shows_ones_meetings_and_no_name(client: PageClient, scene: Scene) -> None:
    """Not another stairwell's or group's, nor one of over a year ago; cancelled ones are cancelled."""
    now = utcnow().replace(microsecond=0)
    coming = make_meeting(scene.group, starts_at=now + timedelta(days=3), by=scene.amina)
    own = make_meeting(scene.group, starts_at=now + timedelta(days=4), stairwell=scene.stairwell_3)
    past = make_meeting(scene.group, starts_at=now - timedelta(days=364))
    off = make_meeting(scene.group, starts_at=now + timedelta(days=5))
    off.cancelled_at = now
    make_meeting(scene.group, starts_at=now - timedelta(days=366))
    make_meeting(scene.group, starts_at=now + timedelta(days=6), stairwell=scene.stairwell_1)
    make_meeting(scene.other_group, starts_at=now + timedelta(days=7))
    make_answer(coming, scene.carin, Answer.NO, 0)
    make_answer(own, scene.carin, Answer.MAYBE)
    make_answer(coming, scene.bengt, Answer.YES)
    page = client.get(make_address(client, scene.carin))
    shown = events_of(page)
    assert {uid: str(each["STATUS"]) for uid, each in shown.items()} == {
        coming.uid: "CONFIRMED", own.uid: "TENTATIVE", past.uid: "CONFIRMED", off.uid: "CANCELLED",
    }  # fmt: skip
    assert [str(shown[each.uid]["TRANSP"]) for each in (coming, own)] == ["TRANSPARENT", "OPAQUE"]
    assert [each for each in NAMES if each in page.html] == []
    assert str(icalendar.Calendar.from_ical(page.html)["X-WR-CALNAME"]) == "Träffar med grannar"


def test_it_speaks_the_readers_language_whoever_asks(client: PageClient, scene: Scene) -> None:
    make_meeting(scene.group, by=scene.amina)
    make_member(scene.jenny, scene.group, flat_of(scene.stairwell_3, "1203"))
    feed = CalendarFeed(person_id=scene.jenny.id)
    db.session.add(feed)
    db.session.commit()
    page = client.get(
        f"/calendar/{tokens.make(Purpose.CALENDAR, feed)}.ics", headers={"Accept-Language": "en"}
    )
    assert str(event_of(page)["SUMMARY"]) == "Kulan deriska lala yeesho"


def test_an_unchanged_calendar_is_not_sent_again_and_sets_no_cookie(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    address = make_address(client, scene.carin)
    client.post("/logout")
    first = client.get(address)
    assert "Set-Cookie" not in first.response.headers
    assert first.response.headers["Cache-Control"] == "private, no-cache"
    tag = first.response.headers["ETag"]
    with time_machine.travel(utcnow() + timedelta(hours=2)):
        again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status, again.html) == (304, "")
    meeting.place, meeting.sequence, meeting.changed_at = "Cykelrummet", 2, utcnow()
    db.session.commit()
    moved = client.get(address, headers={"If-None-Match": tag})
    assert str(event_of(moved)["LOCATION"]) == "Cykelrummet"


def test_a_new_address_ends_the_old_one_and_turning_off_ends_all(client: PageClient, scene: Scene) -> None:
    make_meeting(scene.group, by=scene.amina)
    old = make_address(client, scene.carin)
    page = client.get("/me/calendar", as_=scene.carin).press("Ny adress").follow()
    new = address_on(page)
    assert (client.get(old).status, client.get(new).status) == (404, 200)
    ended = client.get("/me/calendar", as_=scene.carin).press("Stäng av").follow()
    assert "/calendar/" not in ended.html.replace("/me/calendar/", "")
    unknown = "/calendar/" + "0" * 32 + ".ics"
    answers = [client.get(each) for each in (old, new, unknown, "/calendar/x.ics")]
    assert {each.status for each in answers} == {404}
    assert len({re.sub(r"/calendar/\w+", "", each.text) for each in answers}) == 1
    again = make_address(client, scene.carin)
    assert again not in {old, new}
    assert client.get(new).status == 404


def test_who_leaves_sees_no_meetings_there_any_more(client: PageClient, scene: Scene) -> None:
    make_meeting(scene.group, by=scene.amina)
    address = make_address(client, scene.carin)
    assert len(events_of(client.get(address))) == 1
    leave(db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one(),
          by=scene.carin)  # fmt: skip
    db.session.commit()
    assert events_of(client.get(address)) == {}


def test_ones_own_address_is_another_persons_on_no_page(client: PageClient, scene: Scene) -> None:
    carins = make_address(client, scene.carin)
    assert carins not in client.get("/me/calendar", as_=scene.bengt).html
    assert make_address(client, scene.bengt) != carins
    client.get("/me/calendar", as_=scene.bengt).press("Stäng av")
    assert client.get(carins).status == 200


def test_a_year_of_meetings_takes_as_many_statements_as_one(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    address = make_address(client, scene.carin)
    make_meeting(scene.group)
    client.get(address)
    counts = []
    for more in (0, 30):
        for number in range(more):
            make_meeting(scene.group, starts_at=utcnow() + timedelta(days=number + 2))
        db.session.commit()
        with statements() as seen:
            client.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_meeting_without_an_end_has_none_in_the_calendar(app: Flask, scene: Scene) -> None:
    meeting = Meeting(
        uid="abc", group=scene.group, kind=MeetingKind.ANNUAL, starts_at=utcnow(), place="Gården",
        called_at=utcnow(), sequence=1, ends_at=utcnow() + timedelta(hours=2), is_open_ended=True,
    )  # fmt: skip
    with app.test_request_context(), db.session.no_autoflush:
        event = calendar.entry(meeting)
    db.session.expunge_all()
    assert ("DTSTART" in event, "DTEND" in event) == (True, False)


def test_an_officers_calendar_has_the_meetings_of_their_areas(client: PageClient, scene: Scene) -> None:
    begins = utcnow() + timedelta(days=9)
    plan = service.Plan(MeetingKind.COORDINATORS, begins, begins + timedelta(hours=2), "Stadshuset")
    here, there = (
        service.call(service.planned_for_coordinators(area, plan), by=officer)
        for area, officer in ((scene.group.area, scene.gun), (scene.other_group.area, scene.hodan))
    )
    make_meeting(scene.group)
    db.session.commit()
    shown = [
        events_of(client.get(make_address(client, person))).keys() for person in (scene.gun, scene.hodan)
    ]
    assert shown == [{here.uid}, {there.uid}]


def test_a_coordinators_calendar_has_the_areas_meetings_and_nobodys_has_a_draft(
    client: PageClient, scene: Scene
) -> None:
    begins = utcnow() + timedelta(days=9)
    plan = service.Plan(MeetingKind.COORDINATORS, begins, begins + timedelta(hours=2), "Stadshuset",
                        link="https://meet.example/rum", is_open_ended=True)  # fmt: skip
    of_area = service.call(service.planned_for_coordinators(scene.group.area, plan), by=scene.gun)
    for_all = make_meeting(scene.group)
    service.save_draft(service.planned(scene.group, plan), by=scene.amina)
    make_answer(for_all, scene.carin, Answer.NO)
    db.session.commit()
    shown = {
        person: events_of(client.get(make_address(client, person))) for person in (scene.amina, scene.carin)
    }
    assert {person: shown[person].keys() for person in shown} == {
        scene.amina: {of_area.uid, for_all.uid}, scene.carin: {for_all.uid},
    }  # fmt: skip
    event = shown[scene.amina][of_area.uid]
    assert ("DTEND" in event, event["DESCRIPTION"]) == (False, "Via länk: https://meet.example/rum")
    assert shown[scene.carin][for_all.uid]["TRANSP"] == "TRANSPARENT"
