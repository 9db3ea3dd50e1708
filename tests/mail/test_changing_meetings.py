"""A called meeting is moved: whoever was told hears of it once, and nobody gets the old time any more."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_answer, make_meeting, make_member, make_person
from tests.mail.relay import Relay
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.handouts.queries import open_handouts
from watch.invitations.mails import JOIN_APPROVED
from watch.language import local, speaking
from watch.mail import delivery, queue
from watch.mail import outbox as mail
from watch.mail.compose import Composer
from watch.meetings import service
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.queries.calls import households_to_call
from watch.meetings.queries.reminding import reminders_due, reminders_of
from watch.meetings.service import Plan
from watch.models import (
    AuditEntry,
    Language,
    Meeting,
    MeetingChange,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)


@pytest.fixture
def called(scene: Scene) -> Meeting:
    """A meeting in ten days; the call has arrived with everybody, and Elsa has it on paper."""
    begins = (utcnow() + timedelta(days=10)).replace(hour=16, minute=0, second=0, microsecond=0)
    meeting = make_meeting(scene.group, starts_at=begins, by=scene.amina, place="Tvättstugan")
    queued = mail.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    mail.queue_paper(queued, households_to_call(meeting))
    arrive(queued.id)
    return meeting


def arrive(mailing_id: int) -> None:
    for row in db.session.scalars(select(OutboxRow).where(OutboxRow.mailing_id == mailing_id)):
        is_paper = row.household_id is not None
        row.state = OutboxState.HANDED_OUT if is_paper else OutboxState.SENT
        row.next_at, row.settled_at = None, utcnow()
    db.session.commit()


def typed(meeting: Meeting, **changes: str) -> dict[str, str]:
    begins, ends = local(meeting.starts_at), local(meeting.ends_at)
    now = {"day": begins.date().isoformat(), "starts": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
    return now | {"place": meeting.place, "about": meeting.about or ""} | changes


def reviewed(client: PageClient, meeting: Meeting, by: Person, **changes: str) -> Page:
    page = client.get(f"/meetings/{meeting.id}/edit", as_=by)
    return page.press("Granska ändringen", typed(meeting, **changes))


def told(kind: str = "meeting-changed") -> list[OutboxRow]:
    rows = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
    return [row for row in rows if row.mailing.kind == kind]


def names(rows: list[OutboxRow]) -> list[str]:
    return sorted(row.mailbox.address.split("@")[0] for row in rows if row.mailbox)


def test_the_preview_says_what_changes_and_for_how_many(
    client: PageClient, scene: Scene, called: Meeting
) -> None:
    page = reviewed(client, called, scene.amina, starts="19:00", ends="20:30", place="Cykelrummet")
    assert "Inget är sparat och inget har skickats ännu." in page.text
    assert "Förut: Tvättstugan" in page.text
    assert "Nu: Cykelrummet" in page.text
    assert "4 grannar får ett mejl." in page.text
    assert "1 hushåll behöver det på papper" in page.text
    assert "Ändra och meddela 4 grannar" in page.buttons
    assert "Rätta stavfelet utan mejl" not in page.buttons
    db.session.refresh(called)
    assert (called.place, called.sequence, told()) == ("Tvättstugan", 1, [])


def test_everybody_who_was_told_hears_of_the_new_time_once(
    client: PageClient, scene: Scene, called: Meeting
) -> None:
    page = reviewed(client, called, scene.amina, starts="19:00", ends="20:30")
    done = page.press("Ändra och meddela 4 grannar").follow()
    again = page.press("Ändra och meddela 4 grannar").follow()
    assert done.flashes == [("done", "Träffen är ändrad. De som har fått inbjudan får besked.")]
    assert again.flashes[-1] == ("info", "Ändringen är redan sparad.")
    assert "Förut:" in done.text
    assert names(told()) == ["amina", "bengt", "carin", "dawit"]
    assert [row.household.flat.number for row in told() if row.household] == ["1001"]
    db.session.refresh(called)
    assert f"{local(called.starts_at):%H:%M}" == "19:00"
    assert [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))][
        -1
    ] == "meeting-changed"


def test_the_mail_says_old_and_new_and_the_calendar_moves(
    client: PageClient, scene: Scene, called: Meeting, relay: Relay
) -> None:
    with speaking(Language.SWEDISH):
        reviewed(client, called, scene.amina, starts="19:15", ends="20:30", place="Cykelrummet").press(
            "Ändra och meddela 4 grannar"
        )
    delivery.run()
    letter = next(each for each in relay.taken if each.recipients == ["carin@example.org"])
    text = letter.text()
    assert text.index("Förut:") < text.index("Nu:") < text.index("19.15")
    assert "Plats förut: Tvättstugan" in text
    assert "Plats nu: Cykelrummet" in text
    (part,) = [each for each in letter.mail.iter_parts() if each.get_content_type() == "text/calendar"]
    (event,) = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")
    assert event["UID"].startswith(called.uid)
    db.session.refresh(called)
    assert (event["SEQUENCE"], event["DTSTART"].dt, event["LOCATION"]) == (
        2, called.starts_at, "Cykelrummet",
    )  # fmt: skip
    link = text[text.index("/r/") :].split()[0]
    assert "Förut: Tvättstugan" in client.get(link).text


@pytest.mark.parametrize(
    ("before", "after", "said", "unsaid"),
    [
        (
            {"about": "Bara lampor"}, {"about": "Lampor och annat"},
            "Att prata om, förut: Bara lampor Att prata om, nu: Lampor och annat", "Länk",
        ),
        ({}, {"about": "Lampor"}, "Att prata om, förut: inget Att prata om, nu: Lampor", "Länk"),
        ({"about": "Lampor"}, {}, "Att prata om, förut: Lampor Att prata om, nu: inget", "Länk"),
        (
            {}, {"link": "https://meet.example/ny"},
            "Förut fanns ingen länk. Länk nu: https://meet.example/ny", "Att prata om",
        ),
        (
            {"link": "https://meet.example/gammal"}, {"link": "https://meet.example/ny"},
            "Länk förut: https://meet.example/gammal Länk nu: https://meet.example/ny", "Att prata om",
        ),
        (
            {"link": "https://meet.example/gammal"}, {},
            "Länk förut: https://meet.example/gammal Nu finns ingen länk.", "Att prata om",
        ),
        (
            {"about": "Lampor"}, {"about": "Lampor", "place": "Garaget"},
            "Plats nu: Garaget Lampor", "Att prata om",
        ),
    ],
)  # fmt: skip
def test_the_mail_says_old_and_new_of_link_and_agenda(
    scene: Scene, called: Meeting, relay: Relay,
    before: dict[str, str], after: dict[str, str], said: str, unsaid: str,
) -> None:  # fmt: skip
    called.about, called.link = before.get("about"), before.get("link")
    db.session.commit()
    plan = replace(Plan.of(called), **{"about": None, "link": None, **after})
    service.change(called, plan, seen=called.sequence, by=scene.amina)
    db.session.commit()
    with speaking(Language.SWEDISH):
        delivery.run()
    letter = next(each for each in relay.taken if each.recipients == ["carin@example.org"])
    for form in (letter.text(), html.unescape(re.sub(r"<[^>]*>", " ", letter.text("html")))):
        words = " ".join(form.split())
        assert said in words
        assert unsaid not in words


def test_nobody_gets_the_old_time_after_the_change(client: PageClient, scene: Scene, relay: Relay) -> None:
    """The worker has compiled the call for the first reader; the others wait when the time is changed."""
    meeting = make_meeting(scene.group, by=scene.amina, place="Tvättstugan")
    mail.queue_many(
        MEETING_CALLED, people=active_member_ids(scene.group), about=meeting, not_after=meeting.starts_at
    )
    waits = told("meeting-called")[1:]
    due = {row.id: row.next_at for row in waits}
    for row in waits:
        row.next_at = None
    db.session.commit()
    delivery.run()
    assert len(relay.taken) == 1

    plan = service.Plan(
        meeting.kind, meeting.starts_at + timedelta(days=1), meeting.ends_at + timedelta(days=1), "Garaget"
    )
    service.change(meeting, plan, seen=1, by=scene.amina)
    for row in waits:
        row.next_at = due[row.id]
    db.session.commit()
    delivery.run()
    assert len(relay.taken) == 5  # the first reader's call and change, and the calls of three
    assert all("Garaget" in each.text() for each in relay.taken[1:])
    assert sorted(each.recipients[0] for each in relay.taken[1:]) == sorted(
        f"{name}@example.org" for name in ("amina", "bengt", "carin", "dawit")
    )
    assert {row.not_after for row in told("meeting-called")[1:]} == {plan.starts_at}


def test_a_worker_that_compiled_the_call_writes_the_new_words(scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.amina, place="Cykelrummet")
    mail.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    db.session.commit()
    worker, written = Composer(), []
    for place in ("Cykelrummet", "Garaget"):
        if meeting.place != place:
            plan = service.Plan(meeting.kind, meeting.starts_at, meeting.ends_at, place)
            service.change(meeting, plan, seen=1, by=scene.amina)
            db.session.commit()
        calls = [each for each in queue.claim("here", 1) or () if each.kind == "meeting-called"]
        written += [
            place.encode() in envelope.wire for each in calls if (envelope := worker.envelope_of(each))
        ]
    assert written == [True, True]


def test_a_second_change_is_told_by_the_mail_that_waits(scene: Scene, called: Meeting, relay: Relay) -> None:
    for place in ("Cykelrummet", "Garaget"):
        plan = service.Plan(called.kind, called.starts_at, called.ends_at, place)
        service.change(called, plan, seen=called.sequence, by=scene.amina)
        db.session.commit()
    delivery.run()
    assert len(relay.taken) == 4
    for letter in relay.taken:
        assert "Tvättstugan" in letter.text()
        assert "Garaget" in letter.text()
        assert "Cykelrummet" not in letter.text()
    places = select(MeetingChange.place).order_by(MeetingChange.id)
    assert db.session.scalars(places).all() == ["Tvättstugan", "Cykelrummet"]


def test_moved_and_moved_back_before_the_mail_went_nobody_is_troubled(
    scene: Scene, called: Meeting, relay: Relay
) -> None:
    move(scene, called, hours=1)
    move(scene, called, hours=-1)
    delivery.run()
    assert relay.taken == []
    move(scene, called, hours=2)
    delivery.run()
    assert len(relay.taken) == 4


def test_moved_back_after_the_mail_went_all_are_told_again(
    scene: Scene, called: Meeting, relay: Relay
) -> None:
    for hours in (1, -1):
        move(scene, called, hours=hours)
        delivery.run()
    assert len(relay.taken) == 8


def test_who_said_yes_hears_of_it_whatever_list_they_left(scene: Scene, called: Meeting) -> None:
    make_answer(called, scene.carin)
    for person in (scene.carin, scene.dawit):
        of = select(Membership).where(Membership.person_id == person.id)
        db.session.scalars(of).one().notices = NoticeChoice.NOTHING
    db.session.commit()
    move(scene, called)
    assert names(told()) == ["amina", "bengt", "carin"]


def move(scene: Scene, meeting: Meeting, **later: int) -> None:
    delta = timedelta(**(later or {"hours": 1}))
    plan = service.Plan(
        meeting.kind, meeting.starts_at + delta, meeting.ends_at + delta, meeting.place, meeting.about
    )
    service.change(meeting, plan, seen=meeting.sequence, by=scene.amina)
    db.session.commit()


def test_who_left_or_never_heard_is_not_told(scene: Scene, called: Meeting) -> None:
    of = select(Membership).where(Membership.person_id == scene.carin.id)
    db.session.scalars(of).one().left_at = utcnow()
    make_member(make_person("Nora", "nora@example.org"), scene.group, flat_of(scene.stairwell_3, "1201"))
    db.session.commit()
    move(scene, called)
    assert names(told()) == ["amina", "bengt", "dawit"]


def test_a_paper_household_is_a_task_again_until_ticked(
    client: PageClient, scene: Scene, called: Meeting
) -> None:
    assert tasks(scene) == {}
    move(scene, called)
    assert tasks(scene) == {called.id: 1}
    move(scene, called)
    assert tasks(scene) == {called.id: 1}  # the paper of the first change is not asked for as well
    page = client.get(f"/meetings/{called.id}/paper", as_=scene.amina)
    assert "Lämna det nya också där inbjudan redan är lämnad." in page.text
    rows = [row for row in told() if row.household]
    assert [row.state for row in rows] == [OutboxState.CANCELLED, OutboxState.TO_PRINT]


def tasks(scene: Scene) -> dict[int, int]:
    found = open_handouts({scene.group.id: None}, utcnow())
    return {each.about.id: each.flats for each in found if isinstance(each.about, Meeting)}


@pytest.mark.parametrize(
    ("changes", "is_spelling"),
    [
        ({"place": "Tvätstugan"}, True),
        ({"about": "Belysningen vid port 12"}, True),
        ({"about": "Belysninggen vid port 14"}, False),
        ({"place": "Tvättstugan, port 3"}, False),
        ({"place": "Garaget"}, False),
        ({"starts": "18:01"}, False),
    ],
)
def test_only_a_misspelling_may_be_mended_without_mail(
    client: PageClient, scene: Scene, called: Meeting, changes: dict[str, str], is_spelling: bool
) -> None:
    called.about = "Belysninggen vid port 12"
    db.session.commit()
    page = reviewed(client, called, scene.amina, **changes)
    assert ("Rätta stavfelet utan mejl" in page.buttons) is is_spelling
    forced = client.post(
        f"/meetings/{called.id}/edit",
        typed(called, **changes) | {"seen": "1", "quiet": "yes", "form_key": "k" * 24}, as_=scene.amina,
    )  # fmt: skip
    assert forced.status == 303
    assert bool(told()) is not is_spelling
    db.session.refresh(called)
    assert called.sequence == 2


@pytest.mark.parametrize(
    ("old", "new", "is_spelling"),
    [
        ("Tvätstugan", "Tvättstugan", True),
        ("Tvättsutgan", "Tvättstugan", True),
        ("tvattstugan", "Tvättstugan", True),
        ("I trapuppgången, entreplan", "I trappuppgången, entréplan", True),
        ("Kallaren", "Källaren", True),
        ("gårdne", "gården", True),
        ("Hassleholmsgatan 1", "Hässleholmsgatan 1", True),
        ("Ga", "Gå", True),
        ("I trappuppgången, entréplan", "I trappuppgången, källarplan", False),
        ("källaren", "källaren B", False),
        ("Källare A", "Källare B", False),
        ("Tvättstugan", "Tvättstugan A", False),
        ("Tvättstugan A", "Mattstugan A", False),
        ("Port 1", "Port 2", False),
        ("Hus B2", "Hus B3", False),
        ("portkod 8201", "portkod 8202", False),
        ("på måndag", "på söndag", False),
        ("i juni", "i juli", False),
        ("by Tuesday", "by Thursday", False),
        ("by Tusday", "by Thursday", False),
        ("by Thurdsay", "by Thursday", True),
        ("halv tretton", "halv trettio", False),
        ("halv trettn", "halv trettio", False),
        ("halv trettn", "halv tretton", True),
        ("Tisdagarna", "Torsdagarna", False),
        ("Måndagskvällen", "Söndagskvällen", False),
        ("på måndagg", "på måndag", True),
        ("Måndagskvälen", "Måndagskvällen", True),
        ("tjugosex platser", "tjugofem platser", False),
        ("den sjunde", "den sjätte", False),
        ("fifteen of us", "fifteenth of us", False),
        ("i septmber", "i september", True),
        ("يوم الاثنين", "يوم الإثنين", True),
        ("في يونيو", "في يوليو", False),
        ("الساعة الثامنة", "الساعة الثانية", False),
        ("saacadda siddeed", "saacadda siddeetan", False),
        ("Isnin", "Isniin", True),
        ("den tjgoufemte", "den tjugofemte", True),
        ("den tjugofemte", "den tjugosjätte", False),
    ],
)
def test_a_spelling_is_the_same_words_but_for_a_letter_or_two(
    scene: Scene, called: Meeting, old: str, new: str, is_spelling: bool
) -> None:
    called.place = old
    db.session.commit()
    assert service.is_spelling(called, replace(Plan.of(called), place=new)) is is_spelling


def test_what_is_not_said_is_told(scene: Scene, called: Meeting) -> None:
    called.about = "Vi pratar om belysningen."
    db.session.commit()
    assert not service.is_spelling(called, replace(Plan.of(called), about="Vi pratar inte om belysningen."))


def test_small_steps_do_not_move_a_meeting_without_mail(scene: Scene, called: Meeting) -> None:
    def mend(place: str) -> bool:
        plan = replace(Plan.of(called), place=place)
        tells = service.change(called, plan, seen=called.sequence, by=scene.amina, is_quiet=True)
        db.session.commit()
        return tells

    assert not mend("Tvattstugan")
    assert not mend("Vattstugan")
    assert mend("Mattstugan")  # three letters from what the mail said
    assert not mend("Mattstugna")  # of what the new mail said it is a misspelling
    assert mend("Tvättstugan")


def test_two_who_change_it_at_once_both_see_what_the_other_did(
    client: PageClient, scene: Scene, called: Meeting
) -> None:
    mine = client.get(f"/meetings/{called.id}/edit", as_=scene.amina)
    move(scene, called)
    page = mine.press("Granska ändringen", typed(called, place="Garaget", starts="17:00", ends="18:00"))
    refused = page.press(next(each for each in page.buttons if each.startswith("Ändra och meddela")))
    assert refused.status == 409
    assert "Träffen har ändrats sedan du öppnade sidan." in refused.text
    assert "Nu: Garaget" in refused.text
    assert len({row.mailing_id for row in told()}) == 1


def test_looking_at_it_and_saving_the_same_tells_nobody(
    client: PageClient, scene: Scene, called: Meeting
) -> None:
    page = reviewed(client, called, scene.amina)
    assert page.flashes == [("info", "Du har inte ändrat något än.")]
    assert told() == []


def test_what_is_off_or_has_begun_is_not_changed(client: PageClient, scene: Scene, called: Meeting) -> None:
    page = reviewed(client, called, scene.amina, place="Garaget")
    service.cancel(called, by=scene.bengt)
    db.session.commit()
    refused = page.press("Ändra och meddela 4 grannar").follow()
    assert refused.flashes[-1] == ("warn", "Träffen är inställd, så den går inte att ändra.")
    assert client.get(f"/meetings/{called.id}/edit", as_=scene.amina).status == 303
    assert told() == []


def test_reminders_follow_the_new_day(scene: Scene, called: Meeting) -> None:
    was = called.starts_at
    called.called_at = utcnow() - timedelta(days=1)
    db.session.commit()
    move(scene, called, days=20)
    assert reminders_due(morning(was, 1)) == []
    (due,) = reminders_due(morning(called.starts_at, 7))
    assert due == (called, reminders_of(called)[0])


def morning(starts_at: datetime, days: int) -> datetime:
    return starts_at - timedelta(days=days, hours=4)


def test_the_reason_stands_in_the_cancellation(
    client: PageClient, scene: Scene, called: Meeting, relay: Relay
) -> None:
    page = client.get(f"/meetings/{called.id}/cancel", as_=scene.amina)
    refused = page.press("Ställ in träffen", {"reason": "x" * 501})
    assert refused.status == 422
    page.press("Ställ in träffen", {"reason": "Lokalen är upptagen.\nVi kallar igen."})
    assert "Lokalen är upptagen." in client.get(f"/meetings/{called.id}", as_=scene.carin).text
    delivery.run()
    assert len(relay.taken) == 4
    said = "Lokalen är upptagen. Vi kallar igen."
    assert [said in " ".join(each.text().split()) for each in relay.taken] == [True] * 4


def test_a_moved_meeting_stays_the_one_that_a_welcome_named(
    scene: Scene, called: Meeting, outbox: Outbox
) -> None:
    """The newcomer read of the meeting that was next then; since, it was moved behind another one."""
    nora = make_person("Nora", "nora@example.org")
    membership = make_member(nora, scene.group, flat_of(scene.stairwell_3, "1201"))
    make_meeting(scene.group, starts_at=called.starts_at + timedelta(days=2), by=scene.amina, place="Garaget")
    welcome = mail.queue(JOIN_APPROVED, to=nora, about=membership)
    assert welcome
    called.called_at = utcnow() - timedelta(days=1)
    arrive(welcome.mailing_id)
    move(scene, called, days=5)
    assert "nora" in names(told())
    service.cancel(called, by=scene.amina)
    db.session.commit()
    told_off = [row.person for row in told("meeting-cancelled") if row.person]
    assert nora in told_off or "nora" in names(told())
