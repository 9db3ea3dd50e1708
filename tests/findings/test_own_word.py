"""Checks that the owner's contact person hears of what others write about their measure, also colleagues."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_contact, make_finding, make_officer, make_partner, make_person
from tests.mail.letters import button_of
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import ContactRole, Finding, FindingOwner, Organisation, OutboxRow, Person

AGAIN = {"status": "open", "text": "Bommen är trasig igen."}
CONTACTS = "gatan@example.org"


@pytest.fixture
def finding(scene: Scene) -> Finding:
    """A measure of the area that the municipality owns, whose contact person has an address."""
    make_contact(ContactRole.MUNICIPALITY, "Borås stad").email = CONTACTS
    finding = make_finding(scene.group.area, owner=FindingOwner.MUNICIPALITY)
    db.session.commit()
    return finding


def officer_at(scene: Scene, address: str) -> Person:
    """Return an officer of the municipality who follows the area."""
    officer = make_person("Olle", address)
    make_officer(officer, scene.group.area, organisation=Organisation.MUNICIPALITY)
    db.session.commit()
    return officer


def asked(outbox: Outbox) -> list[OutboxRow]:
    return [row for row in outbox.rows() if row.mailing.kind == "finding-assigned"]


def test_the_municipalitys_contact_hears_what_its_officer_writes_once_their_link_has_ended(
    client: PageClient, scene: Scene, outbox: Outbox, finding: Finding
) -> None:
    officer, page = officer_at(scene, "olle@example.org"), f"/findings/{finding.id}"
    client.get(page, as_=officer).press("Spara", {"status": "in_progress", "text": "Anmäld."})
    (first,) = asked(outbox)
    assert first.mailbox
    assert first.mailbox.address == CONTACTS
    client.get(page, as_=officer).press("Spara", {"status": "open", "text": "Ingen har varit här."})
    assert asked(outbox) == [first], "the link works, and shows what is written"
    client.get(button_of(first)).press("Spara", {"status": "done", "text": "Bommen är lagad."})
    client.get(page, as_=officer).press("Spara", AGAIN)
    again = asked(outbox)[-1]
    assert again is not first
    assert "Bommen är trasig igen." in client.get(button_of(again)).text


@pytest.mark.parametrize("address", [CONTACTS, "Gatan@example.org"])
def test_an_officer_who_is_the_contact_is_not_mailed_what_they_wrote(
    address: str, client: PageClient, scene: Scene, outbox: Outbox, finding: Finding
) -> None:
    officer = officer_at(scene, address)
    client.get(f"/findings/{finding.id}", as_=officer).press("Spara", AGAIN)
    assert asked(outbox) == []
    client.get(f"/findings/{finding.id}", as_=scene.gun).press("Spara", AGAIN | {"text": "Den lutar nu."})
    assert len(asked(outbox)) == 1, "what the police writes is news to them"


@pytest.mark.parametrize(("address", "count"), [(CONTACTS, 0), ("maja@example.org", 1)])
def test_a_colleague_with_a_page_is_somebody_else(
    address: str, count: int, client: PageClient, scene: Scene, outbox: Outbox, finding: Finding
) -> None:
    make_partner(maja := make_person("Maja", address), scene.group.area)
    db.session.commit()
    client.get(f"/partners/findings/{finding.id}", as_=maja).press("Spara", AGAIN)
    assert len(asked(outbox)) == count


def test_what_the_contact_writes_by_link_is_not_mailed_to_them(
    client: PageClient, scene: Scene, outbox: Outbox, finding: Finding
) -> None:
    client.get(f"/findings/{finding.id}", as_=scene.gun).press("Spara", AGAIN)
    (row,) = asked(outbox)
    client.get(button_of(row)).press("Spara", {"status": "in_progress", "text": "Vi kommer på fredag."})
    assert asked(outbox) == [row]
