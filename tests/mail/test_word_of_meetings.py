"""Checks that whoever said that they come gets word of the meeting, as do newcomers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_coordinator, make_member, make_person
from tests.mail.letters import button_of
from tests.mail.relay import Relay, Taken
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.service import choices, members
from watch.invitations.mails import JOIN_APPROVED
from watch.mail import delivery, outbox
from watch.meetings import service
from watch.models import (
    Answer,
    Meeting,
    MeetingAnswer,
    MeetingKind,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def call(scene: Scene, days: int = 10, stairwell: Stairwell | None = None) -> Meeting:
    """Call a meeting in so many days."""
    begins = (utcnow() + timedelta(days=days)).replace(microsecond=0)
    plan = service.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), f"Rum {days}")
    meeting = service.call(
        service.planned(scene.group, plan, [stairwell] if stairwell else []), by=scene.amina
    )
    db.session.commit()
    return meeting


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    return call(scene)


def send(relay: Relay, when: timedelta = timedelta()) -> list[Taken]:
    """Send what is due; return the new mails."""
    db.session.commit()
    before = len(relay.taken)
    with time_machine.travel(utcnow() + when, tick=True):
        delivery.run()
    db.session.expire_all()
    return relay.taken[before:]


def to(person: str, mails: list[Taken]) -> list[Taken]:
    return [each for each in mails if each.recipients == [f"{person}@example.org"]]


def membership_of(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def remind(relay: Relay, meeting: Meeting) -> list[str]:
    """Send the reminder of the week before; return to whom it went."""
    service.remind(meeting.starts_at - timedelta(days=6, hours=1))
    mails = send(relay)
    return sorted(each.recipients[0].partition("@")[0] for each in mails if "träff" in each.mail["Subject"])


@pytest.mark.parametrize("answer", [Answer.YES, Answer.MAYBE, Answer.NO, None])
@pytest.mark.parametrize("choice", [NoticeChoice.NOTHING, NoticeChoice.NOTICES])
def test_who_comes_is_reminded_and_told_that_it_is_off_whatever_list_they_left(
    scene: Scene, meeting: Meeting, relay: Relay, answer: Answer | None, choice: NoticeChoice
) -> None:
    send(relay)
    if answer:
        service.answer(meeting, scene.carin, answer, 3)
    choices.choose_notices(membership_of(scene.carin), choice, by=scene.carin)
    comes = answer in {Answer.YES, Answer.MAYBE}
    assert ("carin" in remind(relay, meeting)) == comes
    service.cancel(meeting, by=scene.amina)
    assert bool(to("carin", send(relay))) == comes


def test_one_click_in_the_call_after_a_yes_does_not_hide_that_it_is_off(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    (called,) = to("carin", send(relay))
    link = re.search(r"/r/[0-9a-v]{32}", called.text())
    assert link
    client.get(link[0]).press("Jag kommer", {"people": "3"})
    way_out = str(called.mail["List-Unsubscribe"]).strip("<>")
    client.post(way_out[way_out.index("/u/") :], ONE_CLICK, csrf=False)
    send(relay)
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina)
    assert "4 grannar får besked med mejl." in asked.text
    asked.press("Ställ in träffen")
    (told,) = to("carin", send(relay))
    assert told.mail["Subject"].startswith("Inställt")


def test_a_list_left_while_word_of_it_waits_does_not_stop_that_word(
    scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    send(relay)
    for person in (scene.carin, scene.dawit):
        choices.choose_notices(membership_of(person), NoticeChoice.EVERYTHING, by=person)
    service.answer(meeting, scene.carin, Answer.YES)
    service.cancel(meeting, by=scene.amina)
    for person in (scene.carin, scene.dawit):
        choices.choose_notices(membership_of(person), NoticeChoice.NOTHING, by=person)
    assert sorted(each.recipients[0] for each in send(relay)) == [
        f"{name}@example.org" for name in ("amina", "bengt", "carin")
    ]


@pytest.mark.parametrize("way", ["left", "dead address", "complained"])
def test_a_yes_does_not_outlast_the_group_or_the_address(
    scene: Scene, meeting: Meeting, relay: Relay, way: str
) -> None:
    send(relay)
    service.answer(meeting, scene.carin, Answer.YES)
    if way == "left":
        members.leave(membership_of(scene.carin), by=scene.carin)
    else:
        assert scene.carin.mailbox
        dead = way == "dead address"
        scene.carin.mailbox.suppression = Suppression.BOUNCED if dead else Suppression.COMPLAINED
        scene.carin.mailbox.suppressed_at = utcnow()
    service.cancel(meeting, by=scene.amina)
    subjects = [str(each.mail["Subject"]) for each in to("carin", send(relay))]
    assert subjects == (["Du är inte längre med i grannsamverkan"] if way == "left" else [])


def test_a_dead_address_of_somebody_who_comes_is_shown_to_the_coordinator(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """Dawit comes, Carin may come and Bengt does not; their addresses die. Nils is not among those asked."""
    send(relay)
    address = f"/meetings/{meeting.id}"
    for person, answer in ((scene.dawit, Answer.YES), (scene.carin, Answer.MAYBE), (scene.bengt, Answer.NO)):
        service.answer(meeting, person, answer)
    assert "nås inte med mejl" not in client.get(address, as_=scene.amina).text
    for person in (scene.dawit, scene.carin, scene.bengt):
        assert person.mailbox
        person.mailbox.suppression, person.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    page = client.get(address, as_=scene.amina)
    assert "2 som tackat ja eller kanske nås inte med mejl: adresserna fungerar inte längre." in page.text
    flats = page.click("Visa de lägenheterna")
    assert "3" in flats.text
    assert "Dawit" not in page.text + flats.text
    assert "nås inte med mejl" not in client.get(address, as_=scene.elsa).text


def welcome(scene: Scene, relay: Relay, stairwell: Stairwell | None = None) -> Taken:
    """Let Fia join and return her welcome mail."""
    fia = make_person("Fia", "fia@example.org")
    joined = members.admit(fia, scene.group, stairwell=stairwell or scene.stairwell_3)
    outbox.queue(JOIN_APPROVED, to=fia, about=joined)
    (letter,) = to("fia", send(relay))
    return letter


def answer_link(letter: Taken) -> str:
    (found,) = set(re.findall(r"/r/[0-9a-v]{32}", letter.text() + letter.text("html")))
    return found


@pytest.mark.parametrize("pressed", ["Jag kommer", "Kanske"])
def test_a_newcomer_answers_from_the_welcome_and_is_reminded_and_told(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay, pressed: str
) -> None:
    send(relay)
    letter = welcome(scene, relay)
    assert letter.text("html").count("/r/") >= 1
    page = client.get(answer_link(letter))
    assert page.press(pressed, {"people": "2"}).follow().flashes == [("done", "Tack! Ditt svar är sparat.")]
    given = db.session.scalars(select(MeetingAnswer)).one()
    assert (given.person.name, given.meeting, given.people) == ("Fia", meeting, 2)
    assert "fia" in remind(relay, meeting)
    service.cancel(meeting, by=scene.amina)
    assert len(to("fia", send(relay))) == 1
    assert "Träffen är inställd" in client.get(answer_link(letter)).text


def test_the_welcomes_link_stays_with_the_meeting_that_it_named(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """A sooner one is called later, a later one was there already, and one of another stairwell is sooner."""
    later, elsewhere = call(scene, 30), call(scene, 5, scene.stairwell_1)
    send(relay)
    letter = welcome(scene, relay)
    assert "Rum 10" in letter.text()
    sooner = call(scene, 8)
    link = answer_link(letter)
    assert "Rum 10" in client.get(link).text
    service.cancel(sooner, by=scene.amina)
    service.cancel(later, by=scene.amina)
    service.cancel(elsewhere, by=scene.amina)
    assert to("fia", send(relay)) == []  # of these nobody told her
    service.cancel(meeting, by=scene.amina)
    assert len(to("fia", send(relay))) == 1
    with time_machine.travel(utcnow() + timedelta(days=11)):
        assert "Rum 10" in client.get(link).text


def test_a_welcome_without_a_meeting_leads_to_the_group(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    letter = welcome(scene, relay)
    assert "/r/" not in letter.text() + letter.text("html")
    assert f"/groups/{scene.group.id}" in letter.text()
    row = db.session.scalars(select(OutboxRow)).one()
    assert row.state is OutboxState.SENT
    call(scene)  # after the welcome, which did not name it
    link = button_of(row)
    assert client.get(link[link.index("/r/") :]).location == f"/groups/{scene.group.id}"


def test_a_welcomes_link_answers_for_nobody_who_left_or_reads_another_mailbox(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    link = answer_link(welcome(scene, relay))
    fia = db.session.scalars(select(Person).order_by(Person.id.desc()).limit(1)).one()
    members.leave(membership_of(fia), by=fia)
    db.session.commit()
    assert client.get(link).status == 410
    assert client.post(link, {"answer": "yes", "people": "1"}).status == 410


def test_who_joined_and_has_not_answered_is_reminded_like_the_others(
    scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    send(relay)
    welcome(scene, relay)
    make_coordinator(scene.jenny, scene.group)  # no member, so not called
    make_member(make_person("Gro", "gro@example.org"), scene.group, flat_of(scene.stairwell_3, "1203"))
    assert remind(relay, meeting) == ["amina", "bengt", "carin", "fia"]  # Dawit's is in Arabic
