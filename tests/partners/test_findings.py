"""Checks whose a finding is in a group of two landlords' houses, and that no report undoes a newer one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_building, make_finding, make_partner
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import (
    Building,
    ContactPerson,
    Finding,
    FindingLink,
    FindingStatus,
    FindingStep,
    Person,
    utcnow,
)

MEANWHILE = "Någon annan ändrade samtidigt. Läs vad som har hänt, och spara det som stämmer."


@pytest.fixture
def shared_group(scene: Scene, others_house: Building) -> Building:
    """The group has another landlord's house, too, which is returned."""
    others_house.group_id = scene.group.id
    scene.group.name = "Våglängden"
    db.session.commit()
    return others_house


def test_in_a_group_of_two_landlords_each_sees_what_is_at_their_own_houses(
    client: PageClient, scene: Scene, lena: Person, shared_group: Building
) -> None:
    make_finding(scene.group, "Lampan i hela gruppen.")
    make_finding(scene.group, "Vårt hus.").building = scene.house
    make_finding(scene.group, "Vår port.").stairwell = scene.stairwell_3
    make_finding(scene.group, "Deras hus.").building = shared_group
    make_finding(scene.group, "Deras port.").stairwell = shared_group.stairwells[0]
    db.session.commit()
    ours = {"Vårt hus.", "Vår port."}
    for address in ("/partners", "/partners/findings"):
        text = client.get(address, as_=lena).text
        assert {each for each in everything() if each in text} == ours
    for finding in db.session.scalars(select(Finding)).all():
        page = f"/partners/findings/{finding.id}"
        said = {"status": "done", "text": "Klart."}
        statuses = client.get(page, as_=lena).status, client.post(page, said, as_=lena).status
        assert statuses == ((200, 303) if finding.what in ours else (404, 404)), finding.what
    make_partner(lena, scene.group.area, shared_group.property.landlord)
    db.session.commit()
    text = client.get("/partners/findings", as_=lena).text
    assert {each for each in everything() if each in text} == everything(), "together the houses are theirs"


def everything() -> set[str]:
    """Return what every finding says."""
    return {each.what for each in db.session.scalars(select(Finding))}


def test_all_of_a_group_is_the_landlords_whose_houses_they_all_are(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    second = make_building(scene.group.area, scene.house.property.landlord, "Distansgatan", (9,))
    second.group_id = scene.group.id
    make_finding(scene.group, "Lampan i hela gruppen.")
    db.session.commit()
    assert "Lampan i hela gruppen." in client.get("/partners/findings", as_=lena).text


def test_a_number_that_is_a_whole_groups_says_so(
    client: PageClient, scene: Scene, lena: Person, maja: Person, shared_group: Building
) -> None:
    scene.group.counted_taking_part = 14
    db.session.commit()
    assert client.get("/partners", as_=lena).text.count("i gruppen Våglängden") == 1
    assert client.get("/partners", as_=maja).text.count("i gruppen Våglängden") == 2
    shared_group.group_id = None
    db.session.commit()
    assert "i gruppen" not in client.get("/partners", as_=lena).text


def test_a_stale_report_is_refused_and_shows_what_a_colleague_said(
    client: PageClient, scene: Scene, lena: Person, maja: Person
) -> None:
    finding = make_finding(scene.group)
    db.session.commit()
    stale = client.get(f"/partners/findings/{finding.id}", as_=lena)
    now = client.get(f"/partners/findings/{finding.id}", as_=lena)
    now.press("Spara", {"status": "done", "text": "Ny lampa sitter uppe."})
    refused = stale.press("Spara", {"status": "in_progress", "text": "Elektrikern kommer."})
    assert (refused.status, refused.errors) == (422, [MEANWHILE])
    assert "Ny lampa sitter uppe." in refused.text
    kept = refused.form(f"/partners/findings/{finding.id}")
    assert (kept["status"], kept["text"]) == ("in_progress", "Elektrikern kommer.")
    assert db.session.scalars(select(Finding.status)).one() is FindingStatus.DONE
    assert len(db.session.scalars(select(FindingStep)).all()) == 1
    assert refused.press("Spara").follow().flashes == [("done", "Tack! Grannarna ser det nu.")]
    assert db.session.scalars(select(Finding.status)).one() is FindingStatus.IN_PROGRESS


def test_a_day_that_somebody_set_meanwhile_is_not_undone(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    finding = make_finding(scene.group)
    db.session.commit()
    stale = client.get(f"/partners/findings/{finding.id}", as_=lena)
    finding.due_on = day = (utcnow() + timedelta(days=20)).date()
    db.session.commit()
    assert stale.press("Spara", {"status": "in_progress", "text": "Elektrikern kommer."}).status == 422
    assert db.session.scalars(select(Finding.due_on)).one() == day


def test_a_report_that_names_nothing_seen_overwrites_nothing(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    finding = make_finding(scene.group)
    db.session.commit()
    said = {"status": "in_progress", "text": "Elektrikern kommer."}
    address = f"/partners/findings/{finding.id}"
    assert client.post(address, said, as_=lena).status == 303
    assert client.post(address, said | {"status": "open", "text": ""}, as_=lena).status == 422
    assert len(db.session.scalars(select(FindingStep)).all()) == 1


@pytest.mark.parametrize("had_link", [False, True])
def test_whoever_has_just_reported_is_not_told_to_mend_it(
    had_link: bool, client: PageClient, scene: Scene, lena: Person, lenas_card: ContactPerson, outbox: Outbox
) -> None:
    finding = make_finding(scene.group)
    if had_link:
        link = FindingLink(finding=finding, contact=lenas_card, mailbox=lena.mailbox)
        link.sent_at, link.expires_at = utcnow() - timedelta(days=91), utcnow() - timedelta(days=1)
        db.session.add(link)
    db.session.commit()
    address = f"/partners/findings/{finding.id}"
    for status in ("in_progress", "done", "open"):
        page = client.get(address, as_=lena).press("Spara", {"status": status, "text": f"Nu {status}."})
        assert page.status == 303
    assert outbox.names() == []
    report = client.get(f"/findings/{finding.id}", as_=scene.amina)
    report.press("Spara", {"status": "in_progress", "text": "Den blinkar fortfarande."})
    assert outbox.names() == ["finding-assigned"], "what somebody else says is news to them"
