"""Checks that members reach coordinators, and get answers, without either address being shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_member, make_message, make_person
from tests.mail.letters import button_of
from tests.page_client import Page, PageClient
from tests.retention.nights import erase_all
from watch import language
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service import members
from watch.mail.compose import prepare
from watch.mail.types import Recipient
from watch.messages.labels import role_of_sender
from watch.messages.service import MOST_A_DAY
from watch.models import AuditEntry, ContactMessage, Coordinator, Language, Mailing, OutboxRow, Person, utcnow

NEAR, ALL = "Skicka till 1 kontaktombud för din port", "Skicka till alla 2 kontaktombud i huset"
QUESTION = "När är nästa träff?"


def page_of(client: PageClient, scene: Scene, person: Person) -> Page:
    return client.get(f"/groups/{scene.group.id}/messages", as_=person)


def row_to(person: Person) -> OutboxRow:
    theirs = select(OutboxRow).where(OutboxRow.person_id == person.id).order_by(OutboxRow.id.desc())
    return db.session.scalars(theirs.limit(1)).one()


def wire_of(row: OutboxRow) -> str:
    """Return a mail as it is sent."""
    assert row.mailbox
    reader = Recipient(row.id, row.nonce, row.mailbox.address, (row.person.name,) if row.person else ())
    sent = prepare(row.mailing, row.language, greets=bool(reader.names)).render_for(reader)
    return sent.wire.decode()


def link_to(person: Person) -> str:
    """Return the link in the latest mail to a person."""
    return "/messages/" + button_of(row_to(person)).rpartition("/")[2]


def test_a_member_asks_the_coordinator_of_her_stairwell_and_gets_an_answer(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    group = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    page = group.click("Skriv till kontaktombudet")
    assert [each for each in page.buttons if each.startswith("Skicka")] == [NEAR, ALL]
    sent = page.press(NEAR, {"text": QUESTION}).follow()
    assert sent.flashes == [("done", "Skickat till 1 kontaktombud.")]
    assert outbox.addressed() == [("neighbour-wrote", "bengt@example.org")]
    mail = wire_of(row_to(scene.bengt))
    assert "Carin" in mail
    assert "carin@example.org" not in mail

    read = client.get(link_to(scene.bengt), as_=scene.bengt)
    assert QUESTION in read.text
    assert "carin@example.org" not in read.html
    answered = read.press("Skicka svaret", {"text": "På torsdag."}).follow()
    assert answered.flashes == [("done", "Ditt svar är skickat.")]
    assert outbox.addressed()[1:] == [("message-answered", "carin@example.org")]
    mail = wire_of(row_to(scene.carin))
    assert "Bengt" not in mail  # he does not show his name
    assert "bengt@example.org" not in mail

    mine = page_of(client, scene, scene.carin)
    assert QUESTION in mine.text
    assert "På torsdag." in mine.text
    assert "1 svar" in mine.text
    client.get(link_to(scene.carin)).press("Skicka svaret", {"text": "Tack!"})
    assert outbox.addressed()[2:] == [("message-answered", "bengt@example.org")]
    assert "Tack!" in page_of(client, scene, scene.bengt).text


def test_all_coordinators_get_it_and_whoever_writes_does_not(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page_of(client, scene, scene.dawit).press("الإرسال إلى المنسّقَين في المبنى (2)", {"text": QUESTION})
    assert sorted(outbox.addressed()) == [
        ("neighbour-wrote", "amina@example.org"), ("neighbour-wrote", "bengt@example.org"),
    ]  # fmt: skip
    page_of(client, scene, scene.amina).press("Skicka till 1 kontaktombud", {"text": QUESTION})
    assert outbox.addressed()[2:] == [("neighbour-wrote", "bengt@example.org")]


def test_a_coordinator_without_a_working_address_is_not_counted(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    db.session.execute(update(Coordinator).values(person_id=nils.id).where(
        Coordinator.person_id == scene.bengt.id
    ))  # fmt: skip
    db.session.commit()
    page = page_of(client, scene, scene.carin)
    assert [each for each in page.buttons if each.startswith("Skicka")] == ["Skicka till 1 kontaktombud"]


def test_without_anybody_to_write_to_the_page_says_whom_to_call(client: PageClient, scene: Scene) -> None:
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    db.session.commit()
    page = page_of(client, scene, scene.carin)
    assert "Ingen att skriva till just nu" in page.text
    assert page.links["Kontakter"] == f"/groups/{scene.group.id}/contacts"
    again = client.post(page.path, {"text": QUESTION, "to": "all"}, as_=scene.carin)
    assert (again.status, again.errors) == (422, ["Det finns ingen att skicka till just nu. Ring i stället."])
    assert QUESTION in again.html
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Skriv något först."),
        ("x" * 2001, "Texten är för lång. Högst 2000 tecken."),
        ("x" * 6000, "Texten är för lång. Högst 2000 tecken."),
        ("Han har 811218-9876", "personnummer"),
        ("Kolla bilen ABC 123 på gården", "registreringsnummer"),
    ],
)
def test_what_may_not_be_stored_is_refused_and_kept_in_the_field(
    text: str, why: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = page_of(client, scene, scene.carin)
    assert "maxlength" not in page.html  # by which a browser cuts what is pasted
    refused = page.press(NEAR, {"text": text})
    assert (refused.status, len(refused.errors)) == (422, 1)
    assert why in refused.errors[0]
    assert text[:100] in refused.html
    assert outbox.addressed() == []


def test_five_messages_a_day_and_no_more(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    for _each in range(MOST_A_DAY):
        assert page_of(client, scene, scene.carin).press(ALL, {"text": QUESTION}).status == 303
    refused = page_of(client, scene, scene.carin).press(NEAR, {"text": "En sak till"})
    assert refused.status == 422
    assert "Du har skrivit fem gånger det senaste dygnet" in refused.errors[0]
    assert "En sak till" in refused.html
    assert len(outbox.addressed()) == 2 * MOST_A_DAY
    assert page_of(client, scene, scene.elsa).press(NEAR, {"text": QUESTION}).status == 303
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        assert page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION}).status == 303


def test_pressed_twice_it_is_sent_once(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = page_of(client, scene, scene.carin)
    page.press(NEAR, {"text": QUESTION}).follow()
    again = page.press(NEAR, {"text": QUESTION})
    assert again.follow().flashes == [("info", "Det är redan skickat.")]
    read = client.get(link_to(scene.bengt), as_=scene.bengt)
    read.press("Skicka svaret", {"text": "Ja"})
    assert read.press("Skicka svaret", {"text": "Ja"}).status == 303
    assert len(outbox.addressed()) == 2


def test_another_text_from_the_same_form_is_another_message(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = page_of(client, scene, scene.carin)
    page.press(NEAR, {"text": QUESTION}).follow()
    again = page.press(NEAR, {"text": "Och var?"}).follow()
    assert again.flashes == [("done", "Skickat till 1 kontaktombud.")]
    assert outbox.names() == ["neighbour-wrote"] * 2


def test_the_mail_says_what_the_sender_is_and_keeps_the_name_of_then(
    client: PageClient, scene: Scene
) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    scene.carin.name = "Någon Annan"
    membership = active_membership(scene.carin, scene.group)
    assert membership
    assert membership.household
    assert membership.stairwell
    db.session.commit()
    home = f"granne i lägenhet {membership.household.flat.number}, port {membership.stairwell.number}"
    read = client.get(link_to(scene.bengt), as_=scene.bengt).text
    assert home in read
    assert "Carin Öberg" in read
    assert "Någon Annan" not in read
    message = db.session.scalars(select(ContactMessage)).one()
    with language.speaking(Language.SWEDISH):
        assert role_of_sender(message) == home
        members.leave(membership, by=scene.carin)
        db.session.commit()
        assert role_of_sender(message) == "är inte med längre, lägenhet 1102, port 3"


def test_a_mailed_message_says_whose_it_is_where_somebody_else_is_signed_in(
    client: PageClient, scene: Scene
) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    link, warning = link_to(scene.bengt), "Länken kom i ett mejl till någon annan än dig"
    for person, is_warned in ((scene.gun, True), (scene.carin, True), (scene.bengt, False)):
        assert (warning in client.get(link, as_=person).text) is is_warned


def test_nobody_reads_what_others_wrote(client: PageClient, scene: Scene) -> None:
    make_message(scene.carin, scene.group, "Hemligt")
    db.session.commit()
    for person in (scene.bengt, scene.amina, scene.dawit, scene.elsa):
        assert "Hemligt" not in page_of(client, scene, person).html


def test_the_link_ends_with_the_appointment_and_with_the_month(client: PageClient, scene: Scene) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    link = link_to(scene.bengt)
    assert client.get(link).status == 200
    with time_machine.travel(utcnow() + timedelta(days=31)):
        assert client.get(link).status == 410
    assert QUESTION in page_of(client, scene, scene.bengt).text
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    db.session.commit()
    assert QUESTION not in page_of(client, scene, scene.bengt).text
    assert client.get(link).status == 410
    assert client.post(link, {"text": "Nej"}).status == 410


def test_after_thirty_days_a_message_its_answers_and_their_mails_are_gone(
    client: PageClient, scene: Scene
) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    client.get(link_to(scene.bengt), as_=scene.bengt).press("Skicka svaret", {"text": "Ja"})
    with time_machine.travel(utcnow() + timedelta(days=29)):
        erase_all()
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 2
    with time_machine.travel(utcnow() + timedelta(days=31)):
        erase_all()
    about = select(func.count(Mailing.id)).where(Mailing.contact_message_id.is_not(None))
    assert (db.session.scalar(select(func.count(ContactMessage.id))), db.session.scalar(about)) == (0, 0)


def test_whoever_has_left_by_mistake_can_write_for_a_month(client: PageClient, scene: Scene) -> None:
    membership = active_membership(scene.carin, scene.group)
    assert membership
    members.leave(membership, by=scene.carin)
    db.session.commit()
    page = client.get("/me", as_=scene.carin).click(f"Skriv till kontaktombudet {scene.group.name}")
    assert page.press(NEAR, {"text": "Jag kom åt fel knapp."}).status == 303
    with time_machine.travel(utcnow() + timedelta(days=31)):
        assert page_of(client, scene, scene.carin).status == 404


def test_a_page_for_others_leads_to_the_coordinator(client: PageClient, scene: Scene) -> None:
    refused = client.get(f"/groups/{scene.group.id}/house", as_=scene.carin)
    assert refused.status == 403
    assert refused.links["Skriv till kontaktombudet"] == f"/groups/{scene.group.id}/messages"
    assert "Skriv till kontaktombudet" not in client.get("/overview", as_=scene.jenny).links


def test_reading_leaves_a_trace_and_so_does_writing(client: PageClient, scene: Scene) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    client.get(link_to(scene.bengt), as_=scene.bengt)
    page_of(client, scene, scene.bengt)
    found = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    assert [(each.what, each.by_id) for each in found] == [
        ("coordinators-written-to", scene.carin.id), ("message-seen", scene.bengt.id),
        ("messages-seen", scene.bengt.id),
    ]  # fmt: skip


def test_the_pages_statements_do_not_grow_with_what_was_written(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    def asked() -> list[int]:
        counts = []
        for person in (scene.carin, scene.bengt):
            with statements() as made:
                page_of(client, scene, person)
            counts.append(len(made))
        return counts

    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    before = asked()
    for _each in range(3):
        page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    assert asked() == before


def test_a_member_without_a_stairwell_writes_to_all(client: PageClient, scene: Scene) -> None:
    person = make_person("Mona", "mona@example.org")
    make_member(person, scene.group, None)
    db.session.commit()
    page = page_of(client, scene, person)
    assert [each for each in page.buttons if each.startswith("Skicka")] == ["Skicka till 2 kontaktombud"]
