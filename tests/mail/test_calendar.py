"""Checks the calendar entry of a meeting: every program reads it alike, and each meeting has its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from flask import Flask
from sqlalchemy import delete

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_meeting
from tests.mail.letters import LETTERS
from tests.mail.relay import Relay, Taken
from tests.page_client import PageClient
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.mail import delivery, outbox
from watch.mail.kinds import KINDS
from watch.meetings.mails import MEETING_CALLED, MEETING_CANCELLED
from watch.models import Language, Meeting, MeetingPart, OutboxRow, OutboxState, utcnow

KINDS_OF_ENTRY = {
    "meeting-called": ("CONFIRMED", 1, "Träff med grannar"),
    "meeting-reminder": ("CONFIRMED", 1, "Träff med grannar"),
    "meeting-changed": ("CONFIRMED", 2, "Träff med grannar"),
    "meeting-cancelled": ("CANCELLED", 2, "Inställd: träff med grannar"),
}
HARD_PLACES = [
    "Tvättstugan, port 21; ring på \\ knacka",
    "Rad ett\nrad två\n\nrad fyra",
    "في غرفة الغسيل، الطابق الأرضي، بجانب المدخل الرئيسي للمبنى من جهة الشارع",
    "Gården 🏡 vid grillen 👨‍👩‍👧‍👦 och lekplatsen 🛝🛝🛝 bakom huset, gå runt knuten 🧭🧭🧭🧭",
    "x" * 63 + "å" * 20,
    "a\u2028b\u0085c",  # separators of lines to Python, but not in a calendar
]


def taken(relay: Relay) -> Taken:
    """Return the newest mail as the mail server took it."""
    db.session.commit()
    delivery.run()
    return relay.taken[-1]


def entry(letter: Taken) -> tuple[str, str, icalendar.Event]:
    """Return the calendar part of a mail: its text, its method, and its only event."""
    (part,) = [each for each in letter.mail.iter_parts() if each.get_content_type() == "text/calendar"]
    text = part.get_content()
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar["METHOD"] == part["Content-Type"].params["method"]
    (event,) = calendar.walk("VEVENT")
    return text, str(calendar["METHOD"]), event


@pytest.mark.parametrize("kind", KINDS_OF_ENTRY)
def test_a_meeting_comes_as_a_calendar_entry_that_asks_for_no_answer(
    scene: Scene, relay: Relay, kind: str
) -> None:
    row = LETTERS[kind](scene)
    assert row
    assert row.mailing.meeting
    meeting = row.mailing.meeting
    meeting.starts_at = (utcnow() + timedelta(days=9)).replace(microsecond=0)
    meeting.ends_at = meeting.starts_at + timedelta(minutes=90)
    if kind == "meeting-cancelled":  # only who has heard of a meeting is told that it is off
        call = outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
        assert call
        call.state, call.next_at, call.settled_at = OutboxState.SENT, None, utcnow()
    text, method, event = entry(taken(relay))
    assert (method, event["STATUS"], event["SEQUENCE"], event["SUMMARY"]) == (
        "PUBLISH", *KINDS_OF_ENTRY[kind],
    )  # fmt: skip
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (meeting.starts_at, meeting.ends_at)
    assert "ATTENDEE" not in event  # RFC 5546, 3.2.1: an organiser, and no attendee
    assert event["ORGANIZER"].startswith("mailto:meddelanden@")
    assert "carin" not in text
    is_on = event["STATUS"] == "CONFIRMED"
    online = f" Via länk: {meeting.link}" if meeting.link else ""
    assert event.get("DESCRIPTION") == (f"Svara med länken i mejlet.{online}" if is_on else None)


def test_a_meeting_without_an_end_has_none_and_its_link_is_told(scene: Scene, relay: Relay) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    meeting.is_open_ended, meeting.link = True, "https://meet.example/grannar?rum=5"
    outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    letter = taken(relay)
    event = entry(letter)[2]
    assert ("DTEND" in event, "DURATION" in event) == (False, False)
    assert event["DESCRIPTION"] == f"Svara med länken i mejlet. Via länk: {meeting.link}"
    assert f"Via länk: {meeting.link}" in letter.text()
    assert f'href="{meeting.link}"' in letter.text("html")
    assert "–" not in letter.text().split("När: ")[1].split("\n")[0]


def test_who_reads_a_shared_calendar_cannot_answer_for_its_owner(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    text, _method, event = entry(taken(relay))
    page = str(event["URL"]).removeprefix("http://127.0.0.1:8000")
    assert page == f"/meetings/{meeting.id}"
    assert client.get(page).location == f"/login?next={page}"
    assert "/r/" not in text.replace("\r\n ", "")


@on_one_database
@pytest.mark.parametrize("place", HARD_PLACES)
@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", f"https://{'grannsamverkan.' * 4}example.org"])
def test_whatever_a_place_holds_comes_out_the_same_and_no_line_is_long(
    app: Flask, scene: Scene, relay: Relay, monkeypatch: pytest.MonkeyPatch, place: str, base: str
) -> None:
    monkeypatch.setitem(app.config, "BASE_URL", base)
    meeting = make_meeting(scene.group, by=scene.amina)
    meeting.place = place
    outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    text, _method, event = entry(taken(relay))
    assert str(event["LOCATION"]) == place
    assert str(event["URL"]) == f"{base}/meetings/{meeting.id}"
    lines = text.replace("\r\n", "\n").split("\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert lines[-1] == ""
    assert "\ufffd" not in text


@on_one_database
@pytest.mark.parametrize(
    ("here", "in_utc"),
    [
        (datetime(2027, 4, 10, 18, tzinfo=STOCKHOLM), "20270410T160000Z"),
        (datetime(2027, 1, 10, 18, tzinfo=STOCKHOLM), "20270110T170000Z"),
        (datetime(2027, 3, 27, 18, tzinfo=STOCKHOLM), "20270327T170000Z"),
        (datetime(2027, 3, 28, 18, tzinfo=STOCKHOLM), "20270328T160000Z"),
        (datetime(2027, 10, 30, 18, tzinfo=STOCKHOLM), "20271030T160000Z"),
        (datetime(2027, 10, 31, 18, tzinfo=STOCKHOLM), "20271031T170000Z"),
        (
            datetime(2027, 3, 28, 1, 30, tzinfo=STOCKHOLM),
            "20270328T003000Z",
        ),  # spring: the clocks go forward
        (datetime(2027, 3, 28, 3, tzinfo=STOCKHOLM), "20270328T010000Z"),
        (
            datetime(2027, 10, 31, 2, 30, tzinfo=STOCKHOLM, fold=1),
            "20271031T013000Z",
        ),  # the second 02.30
    ],
)
@pytest.mark.parametrize("language", [Language.SWEDISH, Language.ARABIC])
def test_its_moments_are_in_utc_and_no_zone_has_to_be_known(
    scene: Scene, relay: Relay, here: datetime, in_utc: str, language: Language
) -> None:
    scene.carin.language = language
    meeting = make_meeting(scene.group, starts_at=here, by=scene.amina)
    outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    text, _method, event = entry(taken(relay))
    assert f"DTSTART:{in_utc}" in text.splitlines()
    assert event["DTSTART"].dt == here.astimezone(UTC)
    assert "TZID" not in text
    assert "VTIMEZONE" not in text


def test_all_words_about_a_meeting_are_of_one_entry_and_another_meeting_is_another(
    scene: Scene, relay: Relay
) -> None:
    meeting, other = make_meeting(scene.group, by=scene.amina), make_meeting(scene.group, by=scene.amina)
    uids = []
    for kind, about in (
        ("meeting-called", meeting),
        ("meeting-reminder", meeting),
        ("meeting-called", other),
    ):
        outbox.queue(KINDS[kind], to=scene.carin, about=about)
        uids.append(str(entry(taken(relay))[2]["UID"]))
    meeting.cancelled_at = utcnow()
    outbox.queue(MEETING_CANCELLED, to=scene.carin, about=meeting)
    uids.append(str(entry(taken(relay))[2]["UID"]))
    assert uids[0] == uids[1] == uids[3] != uids[2]
    assert all(re.fullmatch(r"[0-9a-f]{32}@127\.0\.0\.1", uid) for uid in uids)


def test_a_meeting_that_gets_the_number_of_a_lost_one_is_not_taken_for_it(scene: Scene, relay: Relay) -> None:
    """After a restore ids are reused, and the lost meeting is still in people's calendars."""
    lost = make_meeting(scene.group, by=scene.amina)
    outbox.queue(MEETING_CALLED, to=scene.carin, about=lost)
    before, number = entry(taken(relay))[2]["UID"], lost.id
    db.session.execute(delete(OutboxRow))
    db.session.execute(delete(Meeting))
    db.session.expunge_all()
    again = make_meeting(db.session.merge(scene.group), by=db.session.merge(scene.amina))
    again.parts = []
    db.session.flush()
    again.id, again.parts = number, [MeetingPart.of(again.called_from)]
    outbox.queue(MEETING_CALLED, to=db.session.merge(scene.carin), about=again)
    assert entry(taken(relay))[2]["UID"] != before
