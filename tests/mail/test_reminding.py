"""Checks reminders before a meeting, by default a week and a day, to those called who have not said no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_answer, make_meeting, make_member, make_person
from tests.mail.relay import Relay
from tests.page_client import PageClient
from tests.test_clock import at_once
from watch import clock, jobs
from watch.extensions import db
from watch.language import STOCKHOLM, local
from watch.mail import delivery
from watch.meetings import service
from watch.models import (
    Answer,
    Meeting,
    MeetingAnswer,
    MeetingKind,
    Membership,
    NoticeChoice,
    OutboxState,
    Person,
    Suppression,
    utcnow,
)

ALL = ["amina", "bengt", "carin", "dawit"]
CALLED = date(2026, 3, 2)
MEETING = date(2026, 4, 1)  # the night to 29 March is an hour shorter
WEEK_BEFORE, DAY_BEFORE = date(2026, 3, 25), date(2026, 3, 31)


def borås(day: date, at: str = "12.00") -> datetime:
    """Return a moment in Swedish time."""
    return datetime.combine(day, time(*map(int, at.split("."))), STOCKHOLM)


@pytest.fixture(autouse=True)
def when_it_is_called() -> Iterator[None]:
    """Set the clock to 2 March."""
    with time_machine.travel(borås(CALLED)):
        yield


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting in a month, called to the whole group; the mails have been sent."""
    return call(scene, MEETING)


def call(scene: Scene, day: date, at: str = "18.00") -> Meeting:
    begins = borås(day, at)
    plan = service.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Tvättstugan")
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    db.session.commit()
    return meeting


def tick(day: date, at: str = "09.00") -> None:
    """Run the jobs due at that moment."""
    with time_machine.travel(borås(day, at)):
        clock.run_due([job for job in jobs.JOBS if job.name == "remind"])
    db.session.expire_all()


def reminded(outbox: Outbox) -> list[str]:
    """Return who got a reminder, once for each."""
    return sorted(
        address.partition("@")[0] for kind, address in outbox.addressed() if kind == "meeting-reminder"
    )


def test_a_week_and_a_day_before_in_the_morning(scene: Scene, meeting: Meeting, outbox: Outbox) -> None:
    tick(WEEK_BEFORE, "08.59")
    assert reminded(outbox) == []
    tick(WEEK_BEFORE, "09.00")
    assert reminded(outbox) == ALL
    for day in range(6):
        tick(WEEK_BEFORE + timedelta(days=day), "23.59")
    tick(DAY_BEFORE, "08.59")
    assert reminded(outbox) == ALL
    tick(DAY_BEFORE, "09.00")
    assert reminded(outbox) == sorted(ALL * 2)
    tick(MEETING, "17.59")
    assert reminded(outbox) == sorted(ALL * 2)
    rows = [row for row in outbox.rows() if row.mailing.kind == "meeting-reminder"]
    assert {row.not_after for row in rows} == {meeting.starts_at}
    assert {row.mailing.meeting_id for row in rows} == {meeting.id}


def test_who_said_no_left_or_wants_no_mail_is_not_reminded(
    scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    late = make_member(scene.jenny, scene.group, flat_of(scene.stairwell_3, "1203"))
    make_answer(meeting, scene.amina, Answer.YES, 2)
    make_answer(meeting, scene.bengt, Answer.NO, 0)
    make_answer(call(scene, date(2026, 6, 1)), scene.amina, Answer.NO, 0)  # another meeting's no
    tick(WEEK_BEFORE)
    assert reminded(outbox) == ["amina", "carin", "dawit"]

    membership_of(scene.carin).notices = NoticeChoice.NOTHING
    membership_of(scene.dawit).left_at = utcnow()
    scene.amina.mailbox.suppression, scene.amina.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    tick(DAY_BEFORE)
    assert reminded(outbox) == ["amina", "carin", "dawit"]
    assert late.person_id == scene.jenny.id  # she was never called


def membership_of(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def test_only_those_who_were_called_to_their_own_stairwell(scene: Scene, outbox: Outbox) -> None:
    begins = borås(MEETING, "18.00")
    plan = service.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Tvättstugan")
    service.call(service.planned(scene.group, plan, [scene.stairwell_3]), by=scene.amina)
    tick(WEEK_BEFORE)
    assert reminded(outbox) == ["bengt", "carin"]


@pytest.mark.parametrize(
    ("day", "comes"),
    [
        (date(2026, 3, 11), True),  # called nine days before
        (date(2026, 3, 10), False),  # eight days before: the call was there yesterday
        (date(2026, 3, 5), True),  # three days: no week is left, but the day before comes
        (date(2026, 3, 4), False),
    ],
)
def test_a_call_of_just_now_is_reminder_enough(day: date, comes: bool, scene: Scene, outbox: Outbox) -> None:
    with time_machine.travel(borås(CALLED, "08.00")):
        call(scene, day)
    tick(max(day - timedelta(days=7), CALLED), "12.00")
    tick(day - timedelta(days=1), "08.59")
    if day < date(2026, 3, 9):
        assert reminded(outbox) == []
        tick(day - timedelta(days=1))
    assert reminded(outbox) == (ALL if comes else [])


def test_cancelled_past_or_never_called_it_is_not_reminded_of(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    make_meeting(scene.group, starts_at=borås(MEETING, "19.00"))  # nobody was asked
    call(scene, WEEK_BEFORE, "08.00")
    client.post(f"/meetings/{meeting.id}/cancel", as_=scene.amina)
    tick(WEEK_BEFORE)
    tick(DAY_BEFORE)
    assert reminded(outbox) == []


def test_one_that_moves_is_reminded_of_at_its_new_day(scene: Scene, meeting: Meeting, outbox: Outbox) -> None:
    later, later_week = MEETING + timedelta(days=14), WEEK_BEFORE + timedelta(days=14)
    move(meeting, borås(later, "19.00"))
    tick(WEEK_BEFORE)
    tick(DAY_BEFORE)
    assert reminded(outbox) == []
    tick(later_week)
    assert reminded(outbox) == ALL

    move(meeting, borås(later, "17.00"))  # the same day: they know
    tick(later_week, "10.00")
    assert reminded(outbox) == ALL

    move(meeting, borås(later + timedelta(days=7), "17.00"))  # another day, of which nobody was reminded
    tick(later_week + timedelta(days=7))
    assert reminded(outbox) == sorted(ALL * 2)


def move(meeting: Meeting, begins: datetime) -> None:
    meeting.starts_at, meeting.ends_at = begins, begins + timedelta(hours=1)
    db.session.commit()


def test_after_an_outage_it_comes_later_the_same_day_but_not_at_night(
    scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    tick(WEEK_BEFORE, "21.40")
    assert reminded(outbox) == ALL
    tick(DAY_BEFORE, "02.31")  # yesterday is made up for; the reminder of today waits for the morning
    assert reminded(outbox) == ALL
    tick(MEETING, "08.15")
    assert reminded(outbox) == sorted(ALL * 2)


def test_after_an_outage_of_days_one_reminder_comes_not_both(
    scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    tick(MEETING, "11.00")
    assert reminded(outbox) == ALL


def test_a_week_reminder_that_is_too_late_leaves_it_to_the_day_before(
    scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    tick(MEETING - timedelta(days=2), "12.00")
    assert reminded(outbox) == []
    tick(DAY_BEFORE)
    assert reminded(outbox) == ALL


def test_nothing_comes_once_the_meeting_has_begun(
    scene: Scene, meeting: Meeting, outbox: Outbox, relay: Relay
) -> None:
    later = call(scene, MEETING, "18.01")
    tick(MEETING, "18.00")
    rows = [row for row in outbox.rows() if row.mailing.kind == "meeting-reminder"]
    assert {row.mailing.meeting_id for row in rows} == {later.id}
    with time_machine.travel(later.starts_at):
        delivery.run()
    ends = {row.state for row in outbox.rows() if row.mailing.kind == "meeting-reminder"}
    assert ends == {OutboxState.EXPIRED}
    assert relay.taken == []


def test_who_says_no_before_it_leaves_is_not_reminded(
    scene: Scene, meeting: Meeting, outbox: Outbox, relay: Relay
) -> None:
    with time_machine.travel(borås(CALLED, "12.05")):
        delivery.run()
    tick(WEEK_BEFORE)
    relay.taken.clear()
    with time_machine.travel(borås(WEEK_BEFORE, "09.05")):
        service.answer(meeting, scene.carin, Answer.NO)
        service.answer(meeting, scene.dawit, Answer.MAYBE)
        db.session.commit()
        delivery.run()
    rows = [row for row in outbox.rows() if row.mailing.kind == "meeting-reminder" and row.mailbox]
    ends = {row.mailbox.address.partition("@")[0]: row.state.value for row in rows if row.mailbox}
    assert ends == {"amina": "sent", "bengt": "sent", "carin": "cancelled", "dawit": "sent"}
    assert len(relay.taken) == 3


def test_eight_machines_remind_once(app: Flask, scene: Scene, meeting: Meeting, outbox: Outbox) -> None:
    with time_machine.travel(borås(WEEK_BEFORE)):
        at_once(app, jobs.JOBS)
    assert reminded(outbox) == ALL


def test_the_no_of_one_leaves_the_mailbox_of_two_to_the_other(
    scene: Scene, carins_husband: Person, outbox: Outbox
) -> None:
    meeting = call(scene, MEETING)
    make_answer(meeting, scene.carin, Answer.NO, 0)
    tick(WEEK_BEFORE)
    rows = [row for row in outbox.rows() if row.mailing.kind == "meeting-reminder"]
    names = [row.person.name for row in rows if row.person and row.mailbox is scene.carin.mailbox]
    assert names == ["Pär Öberg"]


def test_the_answer_link_of_a_reminder_works(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    tick(WEEK_BEFORE)
    with time_machine.travel(borås(WEEK_BEFORE, "09.05")):
        delivery.run()
        (letter,) = [
            each.text()
            for each in relay.taken
            if each.recipients == ["carin@example.org"] and "Påminnelse" in str(each.mail["Subject"])
        ]
        link = next(word for word in letter.split() if "/r/" in word)
        client.get(link.partition("8000")[2]).press("Jag kommer", {"people": "2"})
    given = db.session.scalars(select(MeetingAnswer)).one()
    assert (given.by_id, given.answer, given.people) == (scene.carin.id, Answer.YES, 2)


def test_the_coordinator_reads_when_it_goes_out(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    address = f"/meetings/{meeting.id}"
    said = "Påminnelse går ut onsdag 25 mars 2026, till alla som inte har sagt nej."
    assert said in client.get(address, as_=scene.bengt).text
    assert "Påminnelse" not in client.get(address, as_=scene.carin).text
    with time_machine.travel(borås(WEEK_BEFORE, "09.01")):
        assert "Påminnelse går ut tisdag 31 mars 2026" in client.get(address, as_=scene.bengt).text
    with time_machine.travel(borås(DAY_BEFORE, "09.01")):
        assert "Påminnelse" not in client.get(address, as_=scene.bengt).text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-04-01", "Träffen är inlagd. 4 grannar får ett mejl. Påminnelse går ut onsdag 25 mars 2026."),
        ("2026-03-03", "Träffen är inlagd. 4 grannar får ett mejl."),
    ],
)
def test_calling_says_when_the_reminder_goes_out(
    day: str, said: str, client: PageClient, scene: Scene
) -> None:
    plan = {
        "kind": "stairwell",
        "day": day,
        "starts": "18.00",
        "ends": "19.00",
        "place": "Tvättstugan",
        "scope": "group",
    }
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    sent = page.press("Förhandsgranska", plan).press("Kalla 4 grannar")
    assert sent.follow().flashes == [("done", said)]


SAID = "Du har inte svarat än."


def choose(client: PageClient, meeting: Meeting, by: Person, **chosen: str) -> None:
    """Choose the reminders on their page."""
    page = client.get(f"/meetings/{meeting.id}", as_=by).click("Ändra påminnelserna")
    assert page.press("Spara", chosen).follow().flashes == [("done", "Påminnelserna är sparade.")]


def days_reminded(outbox: Outbox, meeting: Meeting) -> list[int]:
    """Return how many days before the meeting Amina was reminded of it, each time."""
    rows = [
        row
        for row in outbox.rows()
        if row.mailing.kind == "meeting-reminder" and row.mailing.meeting_id == meeting.id
    ]
    day = meeting.starts_at.astimezone(STOCKHOLM).date()
    mine = [row for row in rows if row.mailbox and row.mailbox.address.startswith("amina@")]
    return [(day - row.created_at.astimezone(STOCKHOLM).date()).days for row in mine]


def every_day(first: date, last: date, *times: str) -> None:
    """Run the clock on each of these days."""
    for number in range((last - first).days + 1):
        for at in times or ("09.00",):
            tick(first + timedelta(days=number), at)


@pytest.mark.parametrize(
    ("early", "late", "wanted"),
    [
        (7, 1, [7, 1]), (14, 3, [14, 3]), (1, 7, [7, 1]), (2, 2, [2]), (3, 2, [3, 2]), (0, 2, [2]),
        (14, 0, [14]), (0, 0, []),
    ],
)  # fmt: skip
def test_the_days_are_chosen_for_each_meeting(
    early: int, late: int, wanted: list[int], client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    plan = {"kind": "stairwell", "day": MEETING.isoformat(), "starts": "18.00", "ends": "19.00"}
    plan |= {"place": "Tvättstugan", "scope": "group"}
    plan |= {"remind_early": str(early), "remind_late": str(late)}
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page.press("Förhandsgranska", plan).press("Kalla 4 grannar")
    meeting = db.session.scalars(select(Meeting)).one()
    every_day(MEETING - timedelta(days=16), MEETING, "09.00", "23.59")
    assert days_reminded(outbox, meeting) == wanted


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (2, "Inga påminnelser. Går inte ut, för nära inbjudan: en vecka före, dagen före"),
        (8, "Påminnelser: dagen före Går inte ut, för nära inbjudan: en vecka före"),
        (20, "Påminnelser: en vecka före, dagen före"),
    ],
)
def test_the_preview_promises_only_reminders_that_go(
    days: int, said: str, client: PageClient, scene: Scene
) -> None:
    day = local(utcnow()).date() + timedelta(days=days)
    plan = {"day": day.isoformat(), "starts": "18.00", "ends": "19.00", "place": "X"}
    own = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    areas = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    pages = [
        own.press("Förhandsgranska", plan | {"kind": "stairwell", "scope": "group"}),
        areas.press("Förhandsgranska", plan | {"whom": "coordinators"}),
    ]
    assert [(said in page.text, "Går inte ut" in page.text) for page in pages] == [(True, days < 20)] * 2


def test_the_preview_says_when_and_what_and_the_mail_has_the_own_words(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    plan = {"kind": "stairwell", "day": MEETING.isoformat(), "starts": "18.00", "ends": "19.00"}
    plan |= {"place": "Tvättstugan", "scope": "group"}
    plan |= {"remind_early": "3", "reminder_text": "Ta med en stol."}
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    shown = page.press("Förhandsgranska", plan)
    assert "Påminnelser: 3 dagar före, dagen före" in shown.text
    assert "Ta med en stol." in shown.text
    shown.press("Kalla 4 grannar")
    day = MEETING - timedelta(days=3)
    tick(day)
    with time_machine.travel(borås(day, "09.05")):
        delivery.run()
    texts = [*texts_of(relay, "amina"), *texts_of(relay, "bengt"), *texts_of(relay, "carin")]
    assert [("Ta med en stol." in each, SAID in each) for each in texts] == [(True, True)] * 3
    assert sum("Ta med en stol." in each.text() for each in relay.taken) == 4  # with Dawit's, and no call


def test_own_words_about_somebody_are_refused(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    page = client.get(f"/meetings/{meeting.id}/reminders", as_=scene.amina)
    assert page.press("Spara", {"reminder_text": "Öva på 19121212-1212"}).status == 422
    assert page.press("Spara", {"remind_early": "5"}).status == 422
    db.session.expire_all()
    assert (meeting.remind_early, meeting.reminder_text) == (7, None)


def test_of_two_who_choose_at_the_same_time_the_later_sees_both(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    address = f"/meetings/{meeting.id}/reminders"
    older = client.get(address, as_=scene.amina)
    choose(client, meeting, scene.bengt, remind_early="14", reminder_text="Ta med en stol.")
    client.get(address, as_=scene.amina)
    both = older.press("Spara", {"remind_early": "3", "reminder_text": "Ta med fika."})
    assert both.status == 422
    assert "Någon annan ändrade samtidigt." in both.text
    saved = " ".join(both.text.split())
    assert "Första påminnelsen Två veckor före Sista påminnelsen Dagen före" in saved
    assert "Egna ord i påminnelsen Ta med en stol." in saved
    assert (both.form()["remind_early"], both.form()["reminder_text"]) == ("3", "Ta med fika.")
    db.session.expire_all()
    assert (meeting.remind_early, meeting.reminder_text) == (14, "Ta med en stol.")
    assert both.press("Spara").follow().flashes == [("done", "Påminnelserna är sparade.")]
    db.session.expire_all()
    assert (meeting.remind_early, meeting.reminder_text) == (3, "Ta med fika.")


def test_chosen_anew_a_day_that_has_gone_by_is_not_made_up_for(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    tick(WEEK_BEFORE)
    with time_machine.travel(borås(WEEK_BEFORE, "10.00")):
        choose(client, meeting, scene.amina, remind_early="14", remind_late="3")
    every_day(WEEK_BEFORE + timedelta(days=1), MEETING, "10.30", "12.00")
    assert days_reminded(outbox, meeting) == [7, 3]


def test_only_words_chosen_anew_leave_the_days_as_they_were(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    with time_machine.travel(borås(WEEK_BEFORE, "09.01")):
        choose(client, meeting, scene.amina, reminder_text="Ta med en stol.")
    every_day(WEEK_BEFORE, MEETING, "09.02")
    assert days_reminded(outbox, meeting) == [7, 1]


def test_once_it_has_begun_or_is_off_there_is_nothing_to_choose(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    address = f"/meetings/{meeting.id}/reminders"
    with time_machine.travel(meeting.starts_at):
        assert client.get(address, as_=scene.amina).location == f"/meetings/{meeting.id}"
        client.post(address, {"remind_early": "2", "remind_late": "0"}, as_=scene.amina)
    service.cancel(meeting, by=scene.amina)
    db.session.commit()
    client.post(address, {"remind_early": "2", "remind_late": "0"}, as_=scene.amina)
    db.session.expire_all()
    assert (meeting.remind_early, meeting.remind_late) == (7, 1)


@pytest.mark.parametrize(
    ("answer", "people", "said"),
    [
        (Answer.YES, 1, "Du har svarat att du kommer."),
        (Answer.YES, 3, "Du har svarat att ni kommer, 3 personer."),
        (Answer.MAYBE, 1, "Du har svarat kanske."),
        (None, 0, SAID),
    ],
)
def test_it_says_what_the_reader_has_answered(
    answer: Answer | None, people: int, said: str, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    if answer:
        make_answer(meeting, scene.carin, answer, people)
    make_answer(meeting, scene.bengt, Answer.YES, 5)
    tick(WEEK_BEFORE)
    with time_machine.travel(borås(WEEK_BEFORE, "09.05")):
        delivery.run()
    (mine,), (his,) = texts_of(relay, "carin"), texts_of(relay, "bengt")
    assert said in mine
    assert ("Svara om du kommer." in mine, "Ändra svaret" in mine) == (answer is None, answer is not None)
    assert "Du har svarat att ni kommer, 5 personer." in his


def texts_of(relay: Relay, who: str) -> list[str]:
    """Return the reminders that somebody got, each with single spaces."""
    return [
        " ".join(each.text().split())
        for each in relay.taken
        if each.recipients == [f"{who}@example.org"] and "Påminnelse" in str(each.mail["Subject"])
    ]


def test_two_who_share_a_mailbox_are_each_named_with_their_answer_in_one_mail(
    scene: Scene, carins_husband: Person, relay: Relay
) -> None:
    meeting = call(scene, MEETING)
    make_answer(meeting, scene.carin, Answer.YES, 2)
    tick(WEEK_BEFORE)
    with time_machine.travel(borås(WEEK_BEFORE, "09.05")):
        delivery.run()
    (text,) = texts_of(relay, "carin")
    assert "Carin Öberg med sällskap kommer, 2 personer. Pär Öberg har inte svarat än." in text
    make_answer(meeting, carins_husband, Answer.MAYBE)
    tick(DAY_BEFORE)
    with time_machine.travel(borås(DAY_BEFORE, "09.05")):
        delivery.run()
    assert "Pär Öberg kommer kanske." in texts_of(relay, "carin")[1]


def test_what_the_household_answered_counts_and_is_not_said_to_be_the_readers_own(
    scene: Scene, relay: Relay
) -> None:
    lova, nils, olle = [make_person(name.title(), f"{name}@example.org") for name in ("lova", "nils", "olle")]
    for person in (lova, nils):
        make_member(person, scene.group, flat_of(scene.stairwell_3, "1102"))
    make_member(olle, scene.group, flat_of(scene.stairwell_1, "1101"))
    meeting = call(scene, MEETING)
    make_answer(meeting, scene.carin, Answer.YES, 3)
    make_answer(meeting, nils, Answer.MAYBE, alone=True)
    make_answer(meeting, scene.dawit, Answer.NO)
    tick(WEEK_BEFORE)
    with time_machine.travel(borås(WEEK_BEFORE, "09.05")):
        delivery.run()
    (carins,), (lovas,), (nilss,) = (texts_of(relay, name) for name in ("carin", "lova", "nils"))
    assert "Du har svarat att ni kommer, 3 personer." in carins
    assert "Ditt hushåll har svarat att 3 personer kommer." in lovas
    assert "Du har svarat kanske." in nilss
    assert texts_of(relay, "olle") == texts_of(relay, "dawit") == []  # the household has said no
