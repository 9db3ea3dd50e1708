"""Checks findings: written down, reported on by coordinators and by mailed link, followed, and taken back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import make_contact, make_finding, make_meeting
from tests.mail.letters import button_of, links_in, text_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.findings import service
from watch.language import local
from watch.meetings import service as meetings
from watch.models import (
    AuditEntry,
    ContactPerson,
    ContactRole,
    Finding,
    FindingFollower,
    FindingLink,
    FindingOwner,
    FindingStatus,
    FindingStep,
    Landlord,
    MeetingKind,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)

LAMP = {"spot": "lighting", "what": "Lampan vid källartrappan är släckt.", "owner": "landlord"}
DONE = {"status": "done", "text": "Ny lampa sitter uppe."}


@pytest.fixture
def contact(scene: Scene) -> ContactPerson:
    """The landlord's contact person, who has an e-mail address."""
    contact = make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house)
    contact.name, contact.email = "Lars Larsson", "forvaltare@example.org"
    db.session.commit()
    return contact


def add(client: PageClient, scene: Scene, by: Person, **typed: str) -> Finding:
    """Write down a finding from the list's page, and return it."""
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=by)
    answer = page.press("Spara", LAMP | typed)
    assert answer.status == 303, answer.errors
    return last()


def last() -> Finding:
    db.session.expire_all()
    return db.session.scalars(select(Finding).order_by(Finding.id.desc())).first() or pytest.fail("none")


def mailed(outbox: Outbox, kind: str) -> list[OutboxRow]:
    return [row for row in outbox.rows() if row.mailing.kind == kind]


def told(outbox: Outbox) -> list[str]:
    return [row.person.name.split()[0] for row in mailed(outbox, "finding-updated") if row.person]


def sent(outbox: Outbox, kind: str) -> OutboxRow:
    """Let the last mail of a kind have left, and return it."""
    row = mailed(outbox, kind)[-1]
    row.state, row.settled_at, row.next_at = OutboxState.SENT, utcnow(), None
    db.session.commit()
    return row


def report(client: PageClient, finding: Finding, by: Person, **typed: str) -> Page:
    return client.get(f"/findings/{finding.id}", as_=by).press("Spara", DONE | typed)


def test_a_member_sees_what_became_of_it(client: PageClient, scene: Scene) -> None:
    stairwell = f"stairwell {scene.stairwell_3.id}"
    finding = add(
        client, scene, scene.bengt, where=stairwell, due_on=str(utcnow().date() + timedelta(days=9))
    )
    listed = client.get(f"/groups/{scene.group.id}/findings", as_=scene.carin)
    assert "Belysning, Våglängdsgatan 3" in listed.text
    assert "Lampan vid källartrappan är släckt." in listed.text
    assert "Skriv hur det går" not in client.get(f"/findings/{finding.id}", as_=scene.carin).text

    report(client, finding, scene.amina, status="in_progress", text="Anmäld.")
    report(client, finding, scene.bengt)
    page = client.get(f"/findings/{finding.id}", as_=scene.carin).text
    assert page.index("Tillagd") < page.index("På gång: Anmäld.") < page.index("Klar: Ny lampa")
    assert ("Kontaktombuden" in page, "Bengt" in page) == (True, False)
    assert (
        "Så blev det: Ny lampa sitter uppe." in client.get(f"/groups/{scene.group.id}", as_=scene.carin).text
    )
    assert "Inget passar" in client.get(f"/groups/{scene.group.id}/findings", as_=scene.carin).text


@on_one_database
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"spot": ""}, "Välj ett av alternativen i listan."),
        ({"spot": "camera"}, "Välj ett av alternativen i listan."),
        ({"where": "stairwell 999"}, "Välj ett av alternativen i listan."),
        ({"what": ""}, "Skriv vad som behöver göras."),
        ({"what": "x" * 301}, "Texten är för lång. Högst 300 tecken."),
        ({"what": "Bilen ABC 123 står i vägen"}, "Det ser ut som ett registreringsnummer."),
        ({"due_on": "2020-01-01"}, "Den dagen har redan varit. Välj en dag som kommer."),
        ({"due_on": "2026-02-31"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
        ({"due_on": "2199-01-01"}, "Det är för långt fram. Välj en dag inom fem år."),
    ],
)
def test_what_is_no_finding_is_refused(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    refused = page.press("Spara", LAMP | typed)
    assert (refused.status, [each for each in refused.errors if each.startswith(said)] != []) == (422, True)
    assert db.session.scalars(select(Finding)).all() == []


def test_whoever_closes_it_says_what_became_of_it(client: PageClient, scene: Scene) -> None:
    finding = add(client, scene, scene.amina)
    refused = report(client, finding, scene.amina, status="will_not", text="")
    assert refused.errors == ["Skriv vad det blev av det. Grannarna vill veta."]
    assert last().status is FindingStatus.OPEN


def test_the_form_sent_twice_makes_one(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    assert len({page.press("Spara", LAMP).location for _ in range(2)}) == 1
    assert len(mailed(outbox, "finding-assigned")) == 1
    for _ in range(2):
        report(client, last(), scene.amina)
    assert len(db.session.scalars(select(FindingStep)).all()) == 1


def test_the_contact_person_reports_by_a_link_that_shows_no_person(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.bengt)
    report(client, finding, scene.bengt, status="in_progress", text="Anmäld.")
    (row,) = mailed(outbox, "finding-assigned")
    assert row.mailbox
    assert row.mailbox.address == "forvaltare@example.org"
    page = client.get(button_of(row))
    for hidden in ("Bengt", "Amina", "Lars", "Elsa"):
        assert hidden not in page.whole_text
    day = (utcnow() + timedelta(days=20)).date()
    seen = page.press("Spara", {"status": "in_progress", "text": "Elektrikern kommer.", "due_on": str(day)})
    assert seen.follow().flashes == [("done", "Tack! Grannarna ser det nu.")]
    finding = last()
    assert (finding.status, finding.due_on) == (FindingStatus.IN_PROGRESS, day)
    steps = db.session.scalars(select(FindingStep).order_by(FindingStep.id)).all()
    assert [(each.role, each.by_id) for each in steps][1] == (FindingOwner.LANDLORD, None)
    assert "Fastighetsägaren" in client.get(f"/findings/{finding.id}", as_=scene.carin).text

    client.get(button_of(row)).press("Spara", DONE)
    assert last().outcome == "Ny lampa sitter uppe."
    closed = client.get(button_of(row))
    assert "Åtgärden är avslutad. Tack för hjälpen!" in closed.text
    client.post(button_of(row), {"status": "open", "text": "Nej"})
    assert last().status is FindingStatus.DONE
    trail = select(AuditEntry.by_id).where(AuditEntry.what == "finding-reported").order_by(AuditEntry.id)
    assert db.session.scalars(trail).all() == [scene.bengt.id, None, None]


def test_a_stale_mailed_page_undoes_nothing_newer_and_keeps_what_was_typed(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.bengt)
    (row,) = mailed(outbox, "finding-assigned")
    stale = client.get(button_of(row))
    report(client, finding, scene.bengt, status="in_progress", text="Elektrikern har varit här.")
    refused = stale.press("Spara", {"status": "will_not", "text": "Det går inte."})
    assert refused.status == 422
    assert refused.errors == [
        "Någon annan ändrade samtidigt. Läs vad som har hänt, och spara det som stämmer."
    ]
    assert "Elektrikern har varit här." in refused.text
    assert last().status is FindingStatus.IN_PROGRESS
    assert refused.press("Spara").status == 303
    assert last().outcome == "Det går inte."


def test_the_contact_person_learns_which_house_or_area_it_is(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    make_contact(ContactRole.MUNICIPALITY, "Borås stad").email = "gatan@example.org"
    stairwell = f"stairwell {scene.stairwell_3.id}"
    add(client, scene, scene.amina)
    add(client, scene, scene.amina, where=stairwell)
    page = client.get(f"/areas/{scene.group.area.slug}/findings/new", as_=scene.gun)
    page.press("Spara", LAMP | {"owner": "municipality"})
    places = [
        "Våglängdsgatan 1–3, hela huset, Hässleholmen",
        "Våglängdsgatan 3, Hässleholmen",
        "Hässleholmen, hela området",
    ]
    assigned = mailed(outbox, "finding-assigned")
    for row, place in zip(assigned, places, strict=True):
        assert f"Belysning, {place}: Lampan" in text_of(row)
        assert f"Var {place} Vem" in client.get(button_of(row)).text


def test_the_form_says_whom_no_mail_reaches(client: PageClient, scene: Scene) -> None:
    def said() -> str:
        return client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.bengt).text

    nobody, landlord = (
        make_contact(ContactRole.LANDLORD, "Bostäder", scene.house),
        "inget mejl: Fastighetsägaren.",
    )
    assert "Ingen får ett mejl: här finns ingen kontaktperson" in said()
    make_contact(ContactRole.MUNICIPALITY, "Borås stad").email = "gatan@example.org"
    assert landlord in said()
    nobody.email = "forvaltare@example.org"
    assert "Fastighetsägarens och kommunens kontaktperson får genast ett mejl" in said()


def forget_contact(finding: Finding, contact: ContactPerson) -> None:
    db.session.delete(contact)


def other_address(finding: Finding, contact: ContactPerson) -> None:
    contact.email = "ny@example.org"


def other_role(finding: Finding, contact: ContactPerson) -> None:
    contact.role = ContactRole.POLICE


def taken_away(finding: Finding, contact: ContactPerson) -> None:
    finding.removed_at = utcnow()


def given_to_another(finding: Finding, contact: ContactPerson) -> None:
    finding.owner = FindingOwner.COORDINATOR


@pytest.mark.parametrize("ends", [forget_contact, other_address, other_role, taken_away, given_to_another])
def test_a_link_ends_with_its_contact_and_its_finding(
    ends: Any, client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    link = button_of(mailed(outbox, "finding-assigned")[0])
    assert client.get(link).status == 200
    ends(finding, db.session.get(ContactPerson, contact.id))
    db.session.commit()
    assert (client.get(link).status, client.post(link, DONE).status) == (410, 410)
    assert last().status is FindingStatus.OPEN


def test_a_link_shows_a_finding_that_is_done_for_two_weeks_and_keeps_what_is_written_too_late(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    add(client, scene, scene.amina)
    link = button_of(mailed(outbox, "finding-assigned")[0])
    late = client.get(link)
    client.get(link).press("Spara", DONE)
    typed = {"status": "in_progress", "text": "Vi kommer på fredag.", "due_on": "2027-03-05"}
    refused = late.press("Spara", typed)
    assert refused.status == 409
    assert "Åtgärden avslutades innan du sparade, så det du skrev är inte sparat." in refused.text
    assert (
        "Det här hade du skrivit Hur går det? På gång Vad har hänt? Vi kommer på fredag. "
        "När ska det vara klart? fredag 5 mars 2027"
    ) in refused.text
    assert (last().status, last().due_on) == (FindingStatus.DONE, None)
    nothing = client.post(link, {"text": "Klart.", "due_on": "2027-02-31"}).text
    assert "Det här hade du skrivit Vad har hänt? Klart. När ska det vara klart? 2027-02-31" in nothing
    for days, status in ((13, 200), (15, 410)):
        with time_machine.travel(utcnow() + timedelta(days=days)):
            assert (client.get(link).status, client.post(link, typed).status) == (
                status,
                409 if days < 14 else 410,
            )


def test_a_link_whose_report_is_sent_twice_says_that_it_is_saved(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    add(client, scene, scene.amina)
    page = client.get(button_of(mailed(outbox, "finding-assigned")[0]))
    assert page.press("Spara", DONE).follow().flashes == [("done", "Tack! Grannarna ser det nu.")]
    again = page.press("Spara", DONE)
    assert (again.status, again.follow().flashes) == (303, [("info", "Det står redan så.")])
    assert "Åtgärden är avslutad. Tack för hjälpen!" in again.follow().text
    assert [each.text for each in db.session.scalars(select(FindingStep))] == [DONE["text"]]
    for other in ({"text": "Och en till."}, {"due_on": "2027-03-05"}, {"status": "will_not"}):
        assert page.press("Spara", DONE | other).status == 409


def test_a_contact_at_another_address_gets_a_link_of_their_own_once(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    add(client, scene, scene.amina)
    first = button_of(mailed(outbox, "finding-assigned")[0])
    service.mail_moved_links(utcnow())
    assert len(mailed(outbox, "finding-assigned")) == 1
    other_address(last(), db.session.get_one(ContactPerson, contact.id))
    db.session.commit()
    for _twice in range(2):
        service.mail_moved_links(utcnow())
        db.session.commit()
    rows = mailed(outbox, "finding-assigned")
    assert [row.mailbox.address for row in rows if row.mailbox] == [
        "forvaltare@example.org",
        "ny@example.org",
    ]
    assert (client.get(first).status, client.get(button_of(rows[-1])).status) == (410, 200)


def test_a_link_expires_and_a_new_one_ends_the_old(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    first = button_of(mailed(outbox, "finding-assigned")[0])
    with time_machine.travel(utcnow() + timedelta(days=91)):
        assert client.get(first).status == 410
    client.get(f"/findings/{finding.id}", as_=scene.amina).press("Skicka en ny länk")
    db.session.expire_all()
    second = button_of(mailed(outbox, "finding-assigned")[-1])
    assert (client.get(first).status, client.get(second).status) == (410, 200)
    assert len(db.session.scalars(select(FindingLink)).all()) == 1


NINETY_DAYS = timedelta(days=91)
ASKED = "Hade länken blivit för gammal kommer en ny till adressen som den gamla mejlades till"


def test_a_contact_whose_link_is_too_old_asks_for_a_new_one_which_goes_to_their_address(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    add(client, scene, scene.amina)
    first = button_of(mailed(outbox, "finding-assigned")[0])
    assert client.post(f"{first}/renew").status == 303  # it works still, so nothing is sent
    assert len(mailed(outbox, "finding-assigned")) == 1
    with time_machine.travel(utcnow() + NINETY_DAYS):
        dead = client.get(first)
        assert "Är den bara för gammal mejlas en ny" in dead.text
        assert ASKED in dead.press("Be om en ny länk").follow().text
        assert ASKED in client.post(f"{first}/renew").follow().text  # the old one asks once
        rows = mailed(outbox, "finding-assigned")
        assert [row.mailbox.address for row in rows if row.mailbox] == ["forvaltare@example.org"] * 2
        db.session.expire_all()
        second = button_of(rows[-1])
        assert (client.get(first).status, client.get(second).status) == (410, 200)
        last_link = db.session.scalars(select(FindingLink)).one()
        last_link.expires_at = utcnow()
        last_link.sent_at = utcnow() - timedelta(hours=23)
        db.session.commit()
        client.post(f"{second}/renew")
        assert len(mailed(outbox, "finding-assigned")) == 2
        last_link.sent_at -= timedelta(hours=1)
        db.session.commit()
        client.post(f"{second}/renew")
        assert len(mailed(outbox, "finding-assigned")) == 3


def nearer_contact(finding: Finding, contact: ContactPerson) -> None:
    make_contact(ContactRole.LANDLORD, "Närmare", finding.group).email = "narmare@example.org"


def closed(finding: Finding, contact: ContactPerson) -> None:
    finding.status = FindingStatus.DONE


@pytest.mark.parametrize(
    "ends",
    [forget_contact, other_address, other_role, taken_away, given_to_another, nearer_contact, closed],
)
def test_nobody_gets_a_new_link_once_it_is_not_theirs_and_the_page_does_not_tell(
    ends: Any, client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    link = button_of(mailed(outbox, "finding-assigned")[0])
    ends(finding, db.session.get(ContactPerson, contact.id))
    db.session.commit()
    before = len(mailed(outbox, "finding-assigned"))
    with time_machine.travel(utcnow() + NINETY_DAYS):
        answers = [client.post(f"{each}/renew").follow().text for each in (link, "/f/" + "0" * 32)]
        assert answers[0] == answers[1]
        assert len(mailed(outbox, "finding-assigned")) == before


def test_who_asked_hears_of_it_and_takes_that_back_by_the_mail(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    client.get(f"/findings/{finding.id}", as_=scene.carin).press("Jag vill veta hur det går")
    client.post(f"/findings/{finding.id}/follow", as_=scene.dawit)
    db.session.scalars(
        select(Membership).where(Membership.person_id == scene.dawit.id)
    ).one().left_at = utcnow()
    report(client, finding, scene.amina)
    assert told(outbox) == ["Carin"]
    report(client, finding, scene.amina, text="Ny lampa sitter uppe nu.")
    assert told(outbox) == ["Carin"]  # the mail that waits is written when it is sent

    (row,) = mailed(outbox, "finding-updated")
    assert button_of(row) in links_in(row)
    page = client.get(button_of(row))
    assert "Så blev det: Ny lampa sitter uppe nu." in page.text
    after = page.press("Jag vill inte veta mer").follow()
    assert [each.person_id for each in db.session.scalars(select(FindingFollower))] == [scene.dawit.id]
    after.press("Jag vill veta hur det går")
    assert len(db.session.scalars(select(FindingFollower)).all()) == 2


def test_who_asked_gets_one_mail_a_day_with_what_stands_then(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    client.post(f"/findings/{finding.id}/follow", as_=scene.carin)
    report(client, finding, scene.amina, status="in_progress", text="Anmäld.")
    first = sent(outbox, "finding-updated")
    report(client, finding, scene.amina)
    report(client, finding, scene.amina, status="open", text="Den slocknade igen.")
    _first, waits = mailed(outbox, "finding-updated")
    assert waits.next_at == first.settled_at + timedelta(days=1)

    waits.state, waits.settled_at, waits.next_at = OutboxState.SENT, utcnow() - timedelta(days=2), None
    first.settled_at = waits.settled_at
    db.session.commit()
    report(client, finding, scene.amina)
    assert mailed(outbox, "finding-updated")[-1].next_at <= utcnow()


def test_who_was_mailed_of_it_hears_that_it_is_removed_and_that_it_is_back(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    client.post(f"/findings/{finding.id}/follow", as_=scene.carin)
    report(client, finding, scene.amina, status="in_progress", text="Anmäld.")
    sent(outbox, "finding-updated")
    client.post(f"/findings/{finding.id}/follow", as_=scene.dawit)  # who was mailed nothing of it yet
    page = client.get(f"/findings/{finding.id}", as_=scene.bengt)
    page.press("Ta bort åtgärden").follow().press("Ångra")
    (stopped,) = mailed(outbox, "finding-removed")
    assert stopped.state is OutboxState.CANCELLED
    assert len(mailed(outbox, "finding-updated")) == 1

    page.press("Ta bort åtgärden")
    assert mailed(outbox, "finding-removed")[-1].next_at > utcnow() + timedelta(minutes=9)
    told = sent(outbox, "finding-removed")
    assert (told.person, len(mailed(outbox, "finding-removed"))) == (scene.carin, 2)
    assert finding.what not in text_of(told)
    client.post(f"/findings/{finding.id}/remove/undo", as_=scene.bengt)
    assert [each.person for each in mailed(outbox, "finding-updated")] == [scene.carin] * 2


def test_who_was_mailed_nothing_of_it_hears_nothing_of_its_end(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    client.post(f"/findings/{finding.id}/follow", as_=scene.carin)
    report(client, finding, scene.amina, status="in_progress", text="Anmäld.")
    client.get(f"/findings/{finding.id}", as_=scene.bengt).press("Ta bort åtgärden")
    assert [row.state for row in mailed(outbox, "finding-updated")] == [OutboxState.CANCELLED]
    assert mailed(outbox, "finding-removed") == []


def test_the_link_points_at_nobody_whatever_its_holder_says(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    add(client, scene, scene.amina)
    page = client.get(button_of(mailed(outbox, "finding-assigned")[0]))
    said = {"status": "in_progress", "text": "Det var Khalid som slog sönder lampan. Han säljer knark."}
    refused = page.press("Spara", said)
    assert refused.errors == [
        "Det ser ut som att du pekar ut en person. Ring 112 om brottet pågår, annars tipsa polisen på "
        "114 14. Ta bort namnet här."
    ]
    assert "Det är ingen person" not in refused.buttons
    sure = hashlib.sha256(b"khalid").hexdigest()[:12]
    assert client.post(page.path, said | {"about_nobody": sure}).status == 422
    assert db.session.scalars(select(FindingStep)).all() == []


def test_the_link_reports_five_times_a_day_and_every_step_of_it_is_taken_away(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    link = button_of(mailed(outbox, "finding-assigned")[0])
    for number in range(6):
        status = ("in_progress", "open")[number % 2]
        page = client.get(link).press("Spara", {"status": status, "text": f"Nummer {number}."})
    said = "Länken har använts så ofta som det går på ett dygn. Skriv igen i morgon."
    assert (page.status, page.errors, page.form()["text"]) == (422, [said], "Nummer 5.")
    report(client, finding, scene.amina, status="open", text="Vi väntar.")  # who is a member goes on
    shown = client.get(f"/findings/{finding.id}", as_=scene.bengt)
    shown.press("Ta bort steg 3")
    texts = [each.text for each in db.session.scalars(select(FindingStep).order_by(FindingStep.id))]
    assert texts == ["Nummer 0.", "Nummer 1.", "Nummer 3.", "Nummer 4.", "Vi väntar."]
    assert last().status is FindingStatus.OPEN
    with time_machine.travel(utcnow() + timedelta(days=1, minutes=1)):
        client.get(link).press("Spara", {"status": "in_progress", "text": "I dag."})
    assert last().status is FindingStatus.IN_PROGRESS


def test_words_alone_are_no_news(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    finding = add(client, scene, scene.amina)
    client.post(f"/findings/{finding.id}/follow", as_=scene.carin)
    report(client, finding, scene.amina, status="open", text="Ringde igen.")
    assert told(outbox) == []


def test_steps_are_undone_one_by_one_and_a_finding_is_brought_back(client: PageClient, scene: Scene) -> None:
    finding = add(client, scene, scene.amina)
    report(client, finding, scene.amina, status="in_progress", text="Anmäld.")
    report(client, finding, scene.amina)
    page = client.get(f"/findings/{finding.id}", as_=scene.bengt)
    for _twice in range(2):
        page.press("Ta bort steg 2")
        assert (last().status, last().outcome) == (FindingStatus.IN_PROGRESS, None)

    removed = client.get(f"/findings/{finding.id}", as_=scene.bengt).press("Ta bort åtgärden").follow()
    assert client.get(f"/findings/{finding.id}", as_=scene.carin).status == 404
    assert "Lampan" not in client.get(f"/groups/{scene.group.id}/findings", as_=scene.carin).text
    removed.press("Ångra")
    assert client.get(f"/findings/{finding.id}", as_=scene.carin).status == 200


def test_what_is_undone_is_not_mailed_again(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    link = button_of(mailed(outbox, "finding-assigned")[0])
    page = f"/findings/{finding.id}"
    report(client, finding, scene.amina)
    client.get(page, as_=scene.amina).press("Ta bort steg 1")
    client.get(page, as_=scene.amina).press("Ta bort åtgärden").follow().press("Ångra")
    (row,) = mailed(outbox, "finding-assigned")
    assert (row.state, button_of(row), client.get(link).status) == (OutboxState.QUEUED, link, 200)

    report(client, finding, scene.amina)
    report(client, finding, scene.amina, status="open", text="Den är trasig igen.")
    assert len(mailed(outbox, "finding-assigned")) == 2  # what begins again is news to them
    assert client.get(link).status == 410


def test_the_landlords_fault_report_is_asked_where_no_landlord_has_an_address(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    landlord = make_contact(ContactRole.LANDLORD, "Bostäder i Borås")
    make_contact(ContactRole.FAULT_REPORT, "Felanmälan", scene.house).email = "fel@example.org"
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    saved = page.press("Spara", LAMP).follow()
    assert saved.flashes == [
        ("done", "Åtgärden är sparad."),
        ("info", "Kontaktpersonen får ett mejl om den."),
    ]
    landlord.email = "agare@example.org"
    db.session.commit()
    add(client, scene, scene.amina)
    asked = [row.mailbox.address for row in mailed(outbox, "finding-assigned") if row.mailbox]
    assert asked == ["fel@example.org", "agare@example.org"]


def test_the_areas_form_says_who_is_mailed_at_once(client: PageClient, scene: Scene) -> None:
    address = f"/areas/{scene.group.area.slug}/findings/new"
    assert "Ingen får ett mejl" in client.get(address, as_=scene.gun).text
    make_contact(ContactRole.MUNICIPALITY, "Borås stad").email = "gatan@example.org"
    page = client.get(address, as_=scene.gun)
    assert "En kontaktperson får genast ett mejl med en länk" in page.text
    saved = page.press("Spara", LAMP | {"owner": "landlord"}).follow()
    assert saved.flashes == [("done", "Åtgärden är sparad.")]


@pytest.mark.parametrize("several", [False, True])
def test_a_measure_of_an_area_is_mailed_to_its_only_landlord(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox, several: bool
) -> None:
    landlord = scene.house.property.landlord
    make_contact(ContactRole.FAULT_REPORT, "Felanmälan Borås", landlord).email = "fel@example.org"
    if several:
        scene.langgatan.property.area, other = scene.group.area, Landlord(name="Brf Ekot")
        scene.langgatan.property.landlord = other
    db.session.commit()
    page = client.get(f"/areas/{scene.group.area.slug}/findings/new", as_=scene.gun)
    shown = page.press("Spara", LAMP).follow().text
    asked = [row.mailbox.address for row in mailed(outbox, "finding-assigned") if row.mailbox]
    assert asked == ([] if several else ["fel@example.org"])
    nobody = "Ingen av kontakterna för hela området (Fastighetsägare, Felanmälan) har en e-postadress."
    assert (nobody in shown, "Felanmälan Borås skriver hur det går" in shown) == (several, not several)


def test_a_link_that_was_never_mailed_is_not_spoken_of(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    finding = add(client, scene, scene.amina)
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house).email = "sen@example.org"
    db.session.commit()
    page = client.get(f"/findings/{finding.id}", as_=scene.amina)
    assert "Bostäder i Borås har ingen länk som gäller." in page.text
    after = page.press("Skicka en länk").follow()
    assert "Bostäder i Borås skriver hur det går med en länk i ett mejl." in after.text
    assert len(mailed(outbox, "finding-assigned")) == 1
    with time_machine.travel(utcnow() + timedelta(days=91)):
        later = client.get(f"/findings/{finding.id}", as_=scene.amina)
    assert "Bostäder i Borås har ingen länk som gäller." in later.text


def test_another_owner_gets_a_link_and_the_first_loses_theirs(
    client: PageClient, scene: Scene, contact: ContactPerson, outbox: Outbox
) -> None:
    make_contact(ContactRole.MUNICIPALITY, "Borås stad").email = "gatan@example.org"
    finding = add(client, scene, scene.amina)
    first = button_of(mailed(outbox, "finding-assigned")[0])
    client.get(f"/findings/{finding.id}/edit", as_=scene.amina).press("Spara", {"owner": "municipality"})
    addresses = [row.mailbox.address for row in mailed(outbox, "finding-assigned") if row.mailbox]
    assert addresses == ["forvaltare@example.org", "gatan@example.org"]
    assert client.get(first).status == 410


def test_what_is_left_comes_into_the_next_call_by_itself(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    add(client, scene, scene.amina, where=f"stairwell {scene.stairwell_1.id}", what="Dörren kärvar.")
    add(client, scene, scene.amina)
    done = add(client, scene, scene.amina, what="Klottret är kvar.")
    report(client, done, scene.amina)
    form = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina).text
    assert "Kvar sedan sist" in form
    assert ("Dörren kärvar." in form, "Klottret är kvar." in form) == (True, False)

    begins = (utcnow() + timedelta(days=10)).replace(microsecond=0)
    plan = meetings.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Tvättstugan")
    meeting = meetings.call(meetings.planned(scene.group, plan, [scene.stairwell_3]), by=scene.amina)
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.carin).text
    assert ("Lampan vid källartrappan" in shown, "Dörren kärvar." in shown) == (True, False)


def test_a_finding_of_a_meeting_stands_on_its_page(client: PageClient, scene: Scene) -> None:
    held = make_meeting(scene.group, starts_at=utcnow() - timedelta(days=1), by=scene.amina)
    notes = client.get(f"/meetings/{held.id}/notes", as_=scene.amina)
    notes.click("Lägg till en åtgärd").press("Spara", LAMP)
    assert last().meeting_id == held.id
    assert "Lampan vid källartrappan" in client.get(f"/meetings/{held.id}", as_=scene.carin).text


def test_an_officer_writes_down_measures_of_the_area_but_no_cameras(client: PageClient, scene: Scene) -> None:
    area = scene.group.area
    page = client.get(f"/areas/{area.slug}/findings/new", as_=scene.gun)
    for what in (
        "En kamera vid torget",
        "Övervakningskameror på torget",
        "kameror i porten",
        "CCTV",
        "Dörrkameror",
        "Kamerabevakning",
        "Videoövervakning av torget",
        "Security cameras",
        "كاميرات في الساحة",
        "Kaamirooyin",
    ):
        camera = page.press("Spara", LAMP | {"what": what})
        assert [each[:37] for each in camera.errors] == ["Kameror räknas inte som åtgärder här."], what
    page.press("Spara", LAMP | {"spot": "road", "what": "Vägbom vid torget", "owner": "municipality"})
    finding = last()
    assert (finding.area_id, finding.group_id) == (area.id, None)
    report(client, finding, scene.gun, text="Bommen är på plats.")
    assert db.session.scalars(select(FindingStep)).one().role is FindingOwner.POLICE
    listed = client.get(f"/areas/{area.slug}/findings?status=closed", as_=scene.gun).text
    assert "Bommen är på plats." in listed
    assert client.get(f"/findings/{finding.id}", as_=scene.hodan).status == 404


def test_members_of_the_areas_groups_see_the_areas_findings(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    make_contact(ContactRole.MUNICIPALITY, "Borås stad").email = "gatan@example.org"
    page = client.get(f"/areas/{scene.group.area.slug}/findings/new", as_=scene.gun)
    page.press("Spara", LAMP | {"what": "Bommen är trasig.", "owner": "municipality"})
    finding, listed = last(), f"/groups/{scene.group.id}/findings"
    for reader in (scene.carin, scene.amina, scene.gun):
        assert "I området Belysning, Hässleholmen, hela området" in client.get(listed, as_=reader).text
    elsewhere = client.get(f"/groups/{scene.other_group.id}/findings", as_=scene.ivan)
    assert "Bommen" not in elsewhere.text

    shown = client.get(listed, as_=scene.carin).click("Belysning, Hässleholmen, hela området")
    shown.press("Jag vill veta hur det går")
    client.get(button_of(mailed(outbox, "finding-assigned")[0])).press("Spara", DONE)
    assert told(outbox) == ["Carin"]
    assert "Ny lampa sitter uppe." in client.get(listed, as_=scene.carin).text
    db.session.scalars(
        select(Membership).where(Membership.person_id == scene.carin.id)
    ).one().left_at = utcnow()
    db.session.commit()
    assert client.get(f"/findings/{finding.id}", as_=scene.carin).status == 404
    client.get(f"/findings/{finding.id}", as_=scene.gun).press("Ta bort åtgärden")
    assert "Bommen" not in client.get(listed, as_=scene.amina).text


def test_an_officer_reports_only_on_what_is_theirs_in_a_group(client: PageClient, scene: Scene) -> None:
    theirs = add(client, scene, scene.amina, owner="police")
    landlords = add(client, scene, scene.amina)
    assert report(client, theirs, scene.gun).status == 303
    refused = client.post(f"/findings/{landlords.id}/steps", DONE, as_=scene.gun)
    assert refused.status == 403


def test_an_officer_finds_what_a_group_left_to_them(client: PageClient, scene: Scene) -> None:
    theirs = add(client, scene, scene.amina, owner="police", what="Bilar kör på gången.")
    add(client, scene, scene.amina, what="Hissen skakar.")
    make_finding(scene.other_group, "Annat område", owner=FindingOwner.POLICE)
    here = f"/areas/{scene.group.area.slug}/findings"
    listed = client.get(f"{here}?owner=police", as_=scene.gun).text
    taken = client.get(f"{here}.csv", as_=scene.gun).press("Ladda ner", {"why": "follow_up"})
    file = taken.response.get_data(as_text=True)
    for page in (listed, file):
        seen = [text in page for text in ("Bilar kör på gången.", "Hissen skakar.", "Annat område")]
        assert (seen, "Våglängdsgatan 1–3, hela huset" in page) == ([True, False, False], True)

    overview = client.get("/overview", as_=scene.gun)
    assert "Våglängdsgatan 1–3 Bilar kör på gången." in overview.text
    assert ("Hissen skakar." in overview.text, "Annat område" in overview.text) == (False, False)
    assert f"/findings/{theirs.id}" in overview.links.values()
    report(client, theirs, scene.gun, status="in_progress", text="Vi talar med gatukontoret.")
    assert "Bilar kör" not in client.get("/overview", as_=scene.gun).text


def test_the_list_is_filtered_sorted_and_paged(client: PageClient, scene: Scene) -> None:
    today = utcnow().date()
    for number in range(23):
        due = today + timedelta(days=40 - number)
        make_finding(scene.group, f"Sak {number:02}", due_on=due, owner=FindingOwner.POLICE)
    make_finding(scene.group, "Annan sak", owner=FindingOwner.LANDLORD)
    address = f"/groups/{scene.group.id}/findings"
    first = client.get(f"{address}?owner=police&sort=due", as_=scene.carin)
    assert ("Annan sak" in first.text, first.text.index("Sak 22") < first.text.index("Sak 05")) == (
        False,
        True,
    )
    second = client.get(first.links["Nästa"], as_=scene.carin).text
    assert [f"Sak {number:02}" in second for number in (0, 1, 2, 3)] == [True, True, True, False]
    assert client.get(f"{address}?owner=nobody&sort=x&status=y&after=zz", as_=scene.carin).status == 200


def test_the_list_leaves_as_csv_without_formulas(client: PageClient, scene: Scene) -> None:
    make_finding(scene.group, "=1+1; bort")
    file = client.get(f"/groups/{scene.group.id}/findings.csv", as_=scene.amina).response
    heading, row = file.get_data(as_text=True).split("\r\n")[:2]
    assert heading.startswith("\ufeffNummer;Skriven;Vad;Var;")
    assert row.split(";", 4)[4] == '"\'=1+1; bort";Fastighetsägaren;;Inte påbörjad;;' + str(
        local(utcnow()).date()
    )


def test_a_finding_is_of_no_draft(client: PageClient, scene: Scene) -> None:
    """Members read at which meeting something was found, and of a draft they know nothing."""
    draft = make_meeting(scene.group, by=scene.amina)
    draft.called_at = None
    db.session.commit()
    form = client.get(f"/groups/{scene.group.id}/findings/new?meeting={draft.id}", as_=scene.amina)
    assert form.press("Spara", LAMP).status == 303
    assert last().meeting_id is None


def test_what_should_have_been_done_is_marked_in_its_list(client: PageClient, scene: Scene) -> None:
    late, today, done = (
        make_finding(scene.group, f"{what} är sönder.", by=scene.amina)
        for what in ("Låset", "Lampan", "Dörren")
    )
    yesterday = local(utcnow()).date() - timedelta(days=1)
    late.due_on, today.due_on, done.due_on = yesterday, local(utcnow()).date(), yesterday
    done.status, done.outcome = FindingStatus.DONE, "Lagad"
    db.session.commit()
    text = client.get(f"/groups/{scene.group.id}/findings", as_=scene.amina).text
    assert text.count("Skulle ha varit klar") == 1
    assert "Låset är sönder. Inte påbörjad Skulle ha varit klar" in text
