"""Checks that what is written of a finding tells of no neighbour, and that officers learn of none by it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_contact, make_finding
from tests.mail.letters import button_of
from tests.page_client import PageClient
from watch.extensions import db
from watch.guard import flats_of_people
from watch.models import ContactRole, Finding, FindingStep

LAMP = {"spot": "lighting", "what": "Lampan vid källartrappan är släckt.", "owner": "landlord"}
ASKED = (
    "Här står en person eller någons lägenhet. Texten läses också av fastighetsägaren, kommunen och polisen. "
    'Skriv om platsen, till exempel "lampan i porten", och inte om vem som bor där.'
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Carin Åkesson i 1202 har klagat på porten", ["Carin Åkesson i 1202"]),
        ("Grannen i 1402 slänger skräp", ["Grannen i 1402"]),
        ("Hos Zorbo Krat i 1202 droppar det", ["Zorbo Krat i 1202"]),
        ("I 1402 bor en granne som röker.", ["1402 bor en granne"]),
        ("Familjen i lgh 1203", ["Familjen i lgh 1203"]),
        ("Boende i 1402 har ingen värme", ["Boende i 1402"]),
        ("Lampan utanför 1402 är trasig.", []),
        ("Kranen i 1202 droppar", []),
        ("Ärende 1135, grannarna får besked.", []),
        ("Det kostar 1200 kr för grannarna", []),
        ("Ring Lars på 010-12 03 40 om dörren.", []),
        ("Grannarna i port 12 har det mörkt, sedan 2019.", []),
    ],
)
def test_a_flat_beside_a_person_is_found(text: str, found: list[str]) -> None:
    assert flats_of_people(text) == found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Carin Öberg har klagat på porten", "Carin Öberg"),
        ("Carin Öbergs lampa", "Carin Öberg"),
        ("Grannen i 1402 slänger skräp", "Grannen i 1402"),
    ],
)
def test_what_a_group_writes_of_a_finding_is_asked_about(
    typed: str, words: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house).email = "vard@example.org"
    db.session.commit()
    new = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    asked = new.press("Spara", LAMP | {"what": typed})
    assert asked.errors == [ASKED]
    assert f"Det gäller: {words} " in asked.text
    assert typed in asked.html
    assert (db.session.scalars(select(Finding)).all(), outbox.rows()) == ([], [])
    assert asked.press("Det är ingen person").status == 303
    finding = db.session.scalars(select(Finding)).one()

    edited = client.get(f"/findings/{finding.id}/edit", as_=scene.amina).press("Spara", {"what": typed})
    assert edited.errors == [ASKED]
    for status in ("in_progress", "done"):
        said = client.get(f"/findings/{finding.id}", as_=scene.amina).press(
            "Spara", {"status": status, "text": typed}
        )
        assert said.errors == [ASKED]
    assert db.session.scalars(select(FindingStep)).all() == []
    assert said.press("Det är ingen person").status == 303


def test_an_officer_learns_of_no_member(client: PageClient, scene: Scene) -> None:
    scene.carin.shows_name = True
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house).name = "Lars Larsson"
    finding = make_finding(scene.group.area, what="Vägbom vid torget")
    db.session.commit()
    new = f"/areas/{scene.group.area.slug}/findings/new"
    known = client.get(new, as_=scene.gun).press("Spara", LAMP | {"what": "Bengt Åkesson ringer om lampan"})
    assert known.errors == [ASKED]
    flat = client.get(new, as_=scene.gun).press("Spara", LAMP | {"what": "Grannen i 1402 slänger skräp"})
    assert flat.errors == [ASKED]
    unknown = client.get(new, as_=scene.gun).press(
        "Spara", LAMP | {"what": "Carin Öberg och Elsa Björkgård ringer"}
    )
    assert unknown.status == 303
    said = {"status": "in_progress", "text": "Carin Öberg har ringt."}
    assert client.get(f"/findings/{finding.id}", as_=scene.gun).press("Spara", said).status == 303


def test_whoever_reports_by_link_tells_of_no_flat(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house).email = "vard@example.org"
    db.session.commit()
    client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina).press("Spara", LAMP)
    (mail,) = (row for row in outbox.rows() if row.mailing.kind == "finding-assigned")
    page = client.get(button_of(mail))
    said = {"status": "in_progress", "text": "Hyresgästen i 1402 har tagit lampan."}
    refused = page.press("Spara", said)
    assert refused.errors == [ASKED]
    assert "Det är ingen person" not in refused.buttons
    assert page.press("Spara", said | {"text": "Carin Öberg har ringt om lampan."}).status == 303
