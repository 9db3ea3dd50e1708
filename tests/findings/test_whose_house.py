"""Checks whom a finding is mailed to in a group of two landlords' houses: never to another's landlord."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    make_building,
    make_contact,
    make_finding,
    make_landlord,
    make_partner,
    make_person,
)
from tests.mail.letters import button_of
from tests.page_client import PageClient
from watch.extensions import db
from watch.findings import service
from watch.lifecycle import service as lifecycle
from watch.models import Building, ContactRole, Finding, utcnow

LAMP = {"spot": "lighting", "what": "Lampan vid källartrappan är släckt.", "owner": "landlord"}
OURS, THEIRS = "ours@example.org", "theirs@example.org"


@pytest.fixture
def others_house(scene: Scene) -> Building:
    """The group has another landlord's house, too. Both landlords have a contact with an address."""
    house = make_building(scene.group.area, make_landlord("Victoriahem"), "Distansgatan", (9,))
    house.group_id = scene.group.id
    make_contact(ContactRole.LANDLORD, "Bostäder", scene.house.property.landlord).email = OURS
    make_contact(ContactRole.LANDLORD, "Victoriahem", house.property.landlord).email = THEIRS
    db.session.commit()
    return house


def asked(outbox: Outbox) -> list[str]:
    rows = [row for row in outbox.rows() if row.mailing.kind == "finding-assigned"]
    return [row.mailbox.address for row in rows if row.mailbox]


def last() -> Finding:
    db.session.expire_all()
    return db.session.scalars(select(Finding).order_by(Finding.id.desc())).first() or pytest.fail("none")


def test_each_landlord_is_mailed_what_is_at_their_own_houses(
    client: PageClient, scene: Scene, outbox: Outbox, others_house: Building
) -> None:
    places = {
        f"building {scene.house.id}": OURS,
        f"stairwell {scene.stairwell_3.id}": OURS,
        f"building {others_house.id}": THEIRS,
        f"stairwell {others_house.stairwells[0].id}": THEIRS,
    }
    for where in places:
        page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
        assert page.press("Spara", LAMP | {"where": where}).status == 303
    assert asked(outbox) == [*places.values()]


def test_the_contact_of_a_house_is_asked_of_no_other(
    client: PageClient, scene: Scene, outbox: Outbox, others_house: Building
) -> None:
    make_contact(ContactRole.LANDLORD, "Vaktmästaren", scene.house).email = "vakt@example.org"
    db.session.commit()
    for house in (others_house, scene.house):
        page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
        page.press("Spara", LAMP | {"where": f"building {house.id}"})
    assert asked(outbox) == [THEIRS, "vakt@example.org"]


def test_what_is_of_all_houses_goes_to_no_landlord_until_a_house_is_chosen(
    client: PageClient, scene: Scene, outbox: Outbox, others_house: Building
) -> None:
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    assert "Husen har olika fastighetsägare. Välj hus eller port" in page.text
    shown = page.press("Spara", LAMP).follow()
    assert shown.flashes == [("done", "Åtgärden är sparad.")]
    assert "Husen har olika fastighetsägare, så ingen har fått ett mejl." in shown.text
    assert asked(outbox) == []
    address, where = f"/findings/{last().id}/edit", f"building {others_house.id}"
    chosen = client.get(address, as_=scene.amina).press("Spara", {"where": where}).follow()
    assert "Victoriahem skriver hur det går med en länk" in chosen.text
    assert asked(outbox) == [THEIRS]


def test_what_turns_out_to_be_in_another_house_is_taken_from_the_first_landlord(
    client: PageClient, scene: Scene, outbox: Outbox, others_house: Building
) -> None:
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    page.press("Spara", LAMP | {"where": f"building {scene.house.id}"})
    (row,) = [row for row in outbox.rows() if row.mailing.kind == "finding-assigned"]
    first = button_of(row)
    page = client.get(f"/findings/{last().id}/edit", as_=scene.amina)
    page.press("Spara", {"where": f"building {others_house.id}"})
    assert client.get(first).status == 410
    assert asked(outbox)[-1] == THEIRS


def test_a_link_that_went_to_another_landlord_ends_and_the_right_one_gets_theirs(
    client: PageClient, scene: Scene, outbox: Outbox, others_house: Building
) -> None:
    finding = make_finding(scene.group)
    finding.building = others_house
    db.session.commit()
    client.get(f"/findings/{finding.id}", as_=scene.amina).press("Skicka en länk")
    (row,) = [row for row in outbox.rows() if row.mailing.kind == "finding-assigned"]
    last().building = scene.house
    db.session.commit()
    assert client.get(button_of(row)).status == 410
    for _twice in range(2):
        service.mail_moved_links(utcnow())
        db.session.commit()
    assert asked(outbox) == [THEIRS, OURS]


def test_what_is_of_the_only_house_stays_there_when_the_group_gets_another(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    area, landlord = scene.group.area, scene.house.property.landlord
    make_contact(ContactRole.LANDLORD, "Bostäder", landlord).email = OURS
    make_partner(lena := make_person("Lena Lind", "lena@example.org"), area, landlord)
    new = make_building(area, make_landlord("Victoriahem"), "Distansgatan", (9,))
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    page.press("Spara", LAMP)
    (row,) = [row for row in outbox.rows() if row.mailing.kind == "finding-assigned"]
    lifecycle.add_building(scene.group, new, by=scene.gun)
    db.session.commit()
    assert last().building_id == scene.house.id
    where = f"Var {scene.house.address}, Hässleholmen"
    assert where in client.get(button_of(row)).text
    assert "Lampan vid källartrappan" in client.get("/partners/findings", as_=lena).text


@pytest.fixture
def second_house(scene: Scene) -> Building:
    """The group has two houses of the same landlord, who has a contact with an address."""
    landlord = scene.house.property.landlord
    house = make_building(scene.group.area, landlord, "Distansgatan", (2,))
    house.group_id, scene.group.name = scene.group.id, "Distansgatan 2, Våglängdsgatan 1–3"
    make_contact(ContactRole.LANDLORD, "Bostäder", landlord).email = OURS
    db.session.commit()
    return house


def add_victorias(scene: Scene) -> Building:
    """Let another landlord's house come to the group. That landlord has a contact with an address, too."""
    house = make_building(scene.group.area, make_landlord("Victoriahem"), "Distansgatan", (9,))
    make_contact(ContactRole.LANDLORD, "Victoriahem", house.property.landlord).email = THEIRS
    lifecycle.add_building(scene.group, house, by=scene.gun)
    db.session.commit()
    return house


def test_what_is_of_all_houses_of_one_landlord_stays_theirs_when_the_group_gets_anothers(
    client: PageClient, scene: Scene, outbox: Outbox, second_house: Building
) -> None:
    area = scene.group.area
    make_partner(lena := make_person("Lena Lind", "lena@example.org"), area, second_house.property.landlord)
    client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina).press("Spara", LAMP)
    link = button_of(next(row for row in outbox.rows() if row.mailing.kind == "finding-assigned"))
    page, before = f"/findings/{last().id}", client.get(link).text
    house = add_victorias(scene)
    make_partner(vera := make_person("Vera", "vera@example.org"), area, house.property.landlord)
    db.session.commit()
    assert scene.group.name == "Distansgatan 2, 9, Våglängdsgatan 1–3"
    assert client.get(link).text == before
    assert "Distansgatan 2, Våglängdsgatan 1–3, hela huset" in before
    for address in ("/partners", "/partners/findings"):
        seen = [LAMP["what"] in client.get(address, as_=who).text for who in (lena, vera)]
        assert seen == [True, False]
    assert [client.get(f"/partners{page}", as_=who).status for who in (lena, vera)] == [200, 404]
    assert "Husen har olika fastighetsägare" not in client.get(f"{page}/edit", as_=scene.amina).text
    assert client.get(page, as_=scene.amina).press("Skicka en ny länk").status == 303
    assert asked(outbox) == [OURS, OURS]


def test_what_is_written_once_the_group_has_anothers_house_is_left_to_no_landlord(
    client: PageClient, scene: Scene, outbox: Outbox, second_house: Building
) -> None:
    lena, landlord = make_person("Lena Lind", "lena@example.org"), second_house.property.landlord
    make_partner(lena, scene.group.area, landlord)
    add_victorias(scene)
    page = client.get(f"/groups/{scene.group.id}/findings/new", as_=scene.amina)
    shown = page.press("Spara", LAMP).follow()
    assert "Husen har olika fastighetsägare, så ingen har fått ett mejl." in shown.text
    assert f"{scene.group.name}, hela huset" in shown.text
    assert client.get(f"/partners/findings/{last().id}", as_=lena).status == 404
    assert asked(outbox) == []


def test_what_was_of_anothers_houses_is_not_a_landlords_whose_house_came_later(
    client: PageClient, scene: Scene, outbox: Outbox, second_house: Building
) -> None:
    """Also once the houses of then have a group of their own: nobody is asked to mend what is another's."""
    finding = make_finding(scene.group, LAMP["what"])
    house = add_victorias(scene)
    make_partner(vera := make_person("Vera", "vera@example.org"), scene.group.area, house.property.landlord)
    for each in (scene.house, second_house):
        each.group_id = scene.other_group.id
    db.session.commit()
    assert client.get(f"/partners/findings/{finding.id}", as_=vera).status == 404
    page = client.get(f"/findings/{finding.id}", as_=scene.amina).text
    assert "Husen har olika fastighetsägare, så ingen har fått ett mejl." in page
    assert asked(outbox) == []
