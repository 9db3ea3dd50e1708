"""Checks cancelling a meeting: those who may know of it are told, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from tests.mail.relay import Relay
from tests.page_client import Page, PageClient
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.groups.service import choices, members
from watch.invitations.mails import JOIN_APPROVED
from watch.mail import delivery, outbox, queue, record
from watch.meetings import service
from watch.models import (
    Answer,
    Channel,
    Meeting,
    MeetingKind,
    Membership,
    OutboxRow,
    Person,
    Suppression,
    utcnow,
)

ALL = ["amina", "bengt", "carin", "dawit"]


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting in ten days, called to the whole group; no mail has been sent yet."""
    begins = (utcnow() + timedelta(days=10)).replace(microsecond=0)
    plan = service.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), "Tvättstugan")
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    db.session.commit()
    return meeting


def got(relay: Relay, word: str) -> list[str]:
    """Return who got a mail whose subject starts like this."""
    begins = [letter for letter in relay.taken if letter.mail["Subject"].startswith(word)]
    return sorted(address.partition("@")[0] for letter in begins for address in letter.recipients)


def called(relay: Relay) -> list[str]:
    """Return who got the invitation; one of them reads Arabic."""
    return sorted(got(relay, "Välkommen på träff") + got(relay, "أنت مدعو إلى لقاء"))


def told(relay: Relay) -> list[str]:
    """Return who got the cancellation."""
    return sorted(got(relay, "Inställt") + got(relay, "أُلغي"))


def send(minutes: float = 0) -> None:
    """Send what is due so much later."""
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(minutes=minutes), tick=True):
        delivery.run()
    db.session.expire_all()


def call_off(client: PageClient, scene: Scene, meeting: Meeting) -> Page:
    """Let Amina cancel the meeting. Returns the page that asked her to confirm."""
    db.session.commit()
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina)
    assert asked.press("Ställ in träffen").status == 303
    return asked


def test_all_who_got_the_call_are_told(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    send()
    asked = call_off(client, scene, meeting)
    assert "4 grannar får besked med mejl." in asked.text
    assert "har inte gått iväg" not in asked.text
    send()
    assert (called(relay), told(relay)) == (ALL, ALL)


def test_while_the_mail_server_is_away_nobody_is_told_of_what_nobody_has_heard(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    relay.stop()
    send()
    asked = call_off(client, scene, meeting)
    assert "Ingen får besked med mejl. 4 inbjudningar har inte gått iväg och stoppas." in asked.text
    relay.start()
    send(minutes=120)
    assert (called(relay), told(relay)) == ([], [])


def test_of_those_whom_the_mail_server_has_put_off_nobody_is_told(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    relay.answers = {"carin@example.org": "451 4.7.1 later", "dawit@example.org": "data 452 4.3.1 full"}
    send()
    asked = call_off(client, scene, meeting)
    assert "2 grannar får besked med mejl. 2 inbjudningar har inte gått iväg och stoppas." in asked.text
    relay.answers.clear()
    send(minutes=120)
    assert (called(relay), told(relay)) == (["amina", "bengt"], ["amina", "bengt"])


def test_who_may_have_got_it_is_told(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """The connection ended after the message, without a reply; later attempts were deferred."""
    relay.answers = {
        "bengt@example.org": "drop",
        "carin@example.org": "drop",
        "dawit@example.org": "451 later",
    }
    send()
    send(minutes=2)  # whose turn came after somebody at the same destination had no answer
    relay.answers["carin@example.org"] = "451 4.7.1 later"
    send(minutes=15)
    call_off(client, scene, meeting)
    relay.answers.clear()
    send(minutes=240)
    assert (called(relay), told(relay)) == (["amina"], ["amina", "bengt", "carin"])


def test_what_a_killed_worker_held_may_have_arrived(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    claims = queue.claim("a worker that is killed now", 2)
    assert claims
    assert queue.sweep("a worker that is killed now") == 2
    call_off(client, scene, meeting)
    send(minutes=60)
    assert called(relay) == []
    assert told(relay) == sorted(
        each.recipient.address.partition("@")[0] for each in claims if each.recipient
    )


def test_what_a_worker_holds_and_gives_back_is_neither_sent_nor_told_of(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """The mail server is down, and a worker holds all invitations when the button is pressed."""
    claims = queue.claim("a worker", 10)
    assert claims
    asked = call_off(client, scene, meeting)
    assert "4 grannar får besked med mejl." in asked.text  # they may have got it, as far as is known now
    record.give_back(claims)
    send(minutes=60)
    assert (called(relay), told(relay)) == ([], [])


def test_what_a_worker_holds_and_sends_is_told_of(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    claims = queue.claim("a worker", 1)
    assert claims
    assert claims[0].recipient
    call_off(client, scene, meeting)
    send()
    assert told(relay) == [claims[0].recipient.address.partition("@")[0]]


def test_a_reminder_that_came_counts_although_the_call_did_not(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """Carin left, so that her invitation was stopped, then came back and was reminded."""
    carin = membership_of(scene.carin)
    members.leave(carin, by=scene.carin)
    choices.take_back(carin, by=scene.carin)
    send()
    assert "carin" not in called(relay)
    service.remind(meeting.starts_at - timedelta(days=6, hours=1))
    send()
    call_off(client, scene, meeting)
    send()
    assert told(relay) == ALL


@pytest.mark.parametrize("has_welcome", [True, False])
def test_who_joined_after_the_call_is_told_if_their_welcome_told_of_it(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay, has_welcome: bool
) -> None:
    send()
    fia = make_person("Fia", "fia@example.org")
    outbox.queue(JOIN_APPROVED, to=fia, about=members.admit(fia, scene.group, stairwell=scene.stairwell_3))
    if has_welcome:
        send()
    call_off(client, scene, meeting)
    send()
    welcome = next(letter for letter in relay.taken if letter.recipients == ["fia@example.org"])
    assert ("Nästa träff: " in welcome.text()) == ("fia" in told(relay)) == has_welcome


def test_a_welcome_from_before_the_call_and_one_to_another_port_tell_of_nothing(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    fia, gro = (make_person(name, f"{name}@example.org") for name in ("fia", "gro"))
    outbox.queue(JOIN_APPROVED, to=fia, about=members.admit(fia, scene.group, stairwell=scene.stairwell_3))
    send()
    begins = utcnow() + timedelta(days=10)
    plan = service.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Trappan")
    meeting = service.call(service.planned(scene.group, plan, [scene.stairwell_3]), by=scene.amina)
    relay.answers["fia@example.org"] = "451 4.7.1 later"
    outbox.queue(JOIN_APPROVED, to=gro, about=members.admit(gro, scene.group, stairwell=scene.stairwell_1))
    send()
    call_off(client, scene, meeting)
    relay.answers.clear()
    send(minutes=60)
    assert told(relay) == ["bengt", "carin"]


@pytest.mark.parametrize("answer", Answer)
def test_who_answered_on_the_page_is_told_though_no_mail_came(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay, answer: Answer
) -> None:
    relay.stop()
    send()
    service.answer(meeting, scene.carin, answer)
    call_off(client, scene, meeting)
    relay.start()
    send(minutes=120)
    assert (called(relay), told(relay)) == ([], ["carin"])


def test_paper_is_for_those_who_may_have_got_the_call_on_paper_or_by_a_mailbox_that_died_since(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    """Bengt's call came, Carin's was refused, Dawit's waits; their mailboxes fail. Elsa has paper."""
    relay.answers = {"carin@example.org": "550 5.1.1 nobody", "dawit@example.org": "451 4.7.1 later"}
    send()
    for person in (scene.bengt, scene.dawit):
        assert person.mailbox
        person.mailbox.suppression, person.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    elsas = flat_of(scene.stairwell_3, "1001")
    client.post(f"/meetings/{meeting.id}/paper/ticks", {"done": [str(elsas.id)]}, as_=scene.amina)
    asked = call_off(client, scene, meeting)
    assert "1 granne får besked med mejl. 1 inbjudan har inte gått iväg och stoppas." in asked.text
    assert "2 hushåll behöver besked på papper." in asked.text
    send()
    on_paper = [row.household.flat.number for row in rows(Channel.PAPER, meeting) if row.household]
    assert (told(relay), sorted(on_paper)) == (["amina"], ["1001", "1002"])
    page = client.get(f"/meetings/{meeting.id}", as_=scene.amina)
    assert "2 av dina lägenheter behöver papper" in page.text
    assert "0 av 2 lägenheter har fått sitt papper." in page.click("Visa dina lägenheter").text


def test_a_late_member_on_paper_has_nothing_to_be_told(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    make_member(make_person("Märta"), scene.group, flat_of(scene.stairwell_3, "1203"), channel=Channel.PAPER)
    call_off(client, scene, meeting)
    on_paper = [row.household.flat.number for row in rows(Channel.PAPER, meeting) if row.household]
    assert on_paper == []  # of Elsa's flat nobody has ticked that the call lies there


def test_who_got_the_call_on_paper_and_has_an_address_since_is_told_by_mail(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    client.post(f"/meetings/{meeting.id}/paper/ticks", {"press": "all"}, as_=scene.amina)
    scene.elsa.mailbox = mailbox_at("elsa@example.org")
    asked = call_off(client, scene, meeting)
    assert "1 granne får besked med mejl." in asked.text
    send()
    assert (told(relay), rows(Channel.PAPER, meeting)) == (["elsa"], [])


def test_before_it_is_called_off_the_page_says_which_papers_are_not_ticked(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    send()
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina)
    assert "behöver besked på papper" not in asked.text
    assert "1 inbjudan på papper är inte avbockad." in asked.text
    asked.click("Bocka av").press("Alla är lämnade")
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina)
    assert "1 hushåll behöver besked på papper." in asked.text
    assert "inte avbockad" not in asked.text
    done = asked.press("Ställ in träffen").follow()
    said = "Träffen är inställd. 4 grannar får besked med mejl. 1 hushåll behöver besked på papper."
    assert done.flashes == [("done", said)]
    assert "1 av dina lägenheter behöver papper" in done.text
    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    assert "1 lägenhet behöver besked på papper: träffen är inställd" in house.text


def rows(channel: Channel, meeting: Meeting) -> list[OutboxRow]:
    """Return the rows of the cancellation."""
    wanted = select(OutboxRow).where(OutboxRow.channel == channel)
    found = db.session.scalars(wanted.execution_options(populate_existing=True))
    return [row for row in found if (row.mailing.kind, row.mailing.meeting) == ("meeting-cancelled", meeting)]


def membership_of(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def test_of_what_waits_after_a_change_only_the_change_is_named(
    client: PageClient, scene: Scene, meeting: Meeting, relay: Relay
) -> None:
    send()
    plan = replace(service.Plan.of(meeting), place="Gården")
    service.change(meeting, plan, seen=meeting.sequence, by=scene.amina)
    db.session.commit()
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina)
    assert "4 mejl om en ändring eller en påminnelse har inte gått iväg och stoppas." in asked.text
    assert "inbjudningar har inte gått iväg" not in asked.text
