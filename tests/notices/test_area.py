"""Checks notices to an area: the police contact sees numbers, no names or flats, of no other area."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_member,
    make_notice,
    make_person,
    stairwell_of,
)
from tests.page_client import Page, PageClient
from watch.bands import roughly
from watch.extensions import db
from watch.models import (
    Area,
    AreaOptOut,
    Audience,
    AuditEntry,
    Landlord,
    Notice,
    Organisation,
    Person,
    Suppression,
    utcnow,
)

TEXT = {"title": "Fler inbrott i källare", "body": "Lås förråden.", "level": "information"}


def write(client: PageClient, scene: Scene, audience: str) -> Page:
    page = client.get(f"/areas/{scene.group.area.slug}/notices/new", as_=scene.gun)
    return page.press("Förhandsgranska", TEXT | {"audience": audience})


def addresses(outbox: Outbox) -> list[str]:
    return sorted(row.mailbox.address.partition("@")[0] for row in outbox.rows() if row.mailbox)


@pytest.fixture
def more_members(scene: Scene) -> None:
    """Add six members in stairwell 1, so that there is a number to show."""
    for number in ("1002", "1003", "1102", "1103", "1201", "1202"):
        make_member(
            make_person(f"Granne {number}", f"g{number}@example.org"),
            scene.group,
            flat_of(scene.stairwell_1, number),
        )
    db.session.commit()


def test_all_members_of_the_area_get_it(
    client: PageClient, scene: Scene, more_members: None, nils: Person, olga: Person, outbox: Outbox
) -> None:
    page = write(client, scene, "area_members")
    assert "I området är minst 5 hushåll med." in page.text

    sent = page.press("Skicka till minst 5 hushåll").follow()

    notice = db.session.scalars(select(Notice)).one()
    assert (notice.audience, notice.area) == (Audience.AREA_MEMBERS, scene.group.area)
    assert notice.organisation == Organisation.POLICE.value
    assert len(addresses(outbox)) == 10
    assert {"ivan", "nils", "olga", "jenny"} & set(addresses(outbox)) == set()
    assert len([row for row in outbox.rows() if row.household]) == 2
    assert "Så många väntar: minst 10." in sent.text
    assert "Hushåll som behöver det på papper: färre än 5." in sent.text
    for told in ("Carin", "Elsa", "1001", "Våglängdsgatan"):
        assert told not in sent.text


def test_fewer_than_five_are_not_told_to_the_officer(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = write(client, scene, "area_members")
    sent = page.press("Skicka till minst 5 hushåll").follow()
    assert "Så många väntar: färre än 5." in sent.text
    assert " 4 " not in sent.text
    assert len(addresses(outbox)) == 4


def test_the_coordinators_of_the_area_get_it_alone(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    make_coordinator(scene.dawit, scene.group, accepted=False)
    ended = make_coordinator(make_person("Sven", "sven@example.org"), scene.group)
    ended.ended_at = utcnow()
    page = write(client, scene, "area_coordinators")
    assert "2 personer får ett mejl." in page.text
    page.press("Skicka till 2 kontaktombud")
    assert addresses(outbox) == ["amina", "bengt"]
    notice = db.session.scalars(select(Notice)).one()
    assert client.get(f"/notices/{notice.id}", as_=scene.bengt).status == 200
    assert client.get(f"/notices/{notice.id}", as_=scene.carin).status == 404


def test_a_coordinator_without_a_working_address_is_reached_at_home(
    client: PageClient, scene: Scene, outbox: Outbox, carins_husband: Person
) -> None:
    scene.bengt.mailbox.suppression, scene.bengt.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    page = write(client, scene, "area_coordinators")
    page.press("Skicka till 1 kontaktombud")
    assert addresses(outbox) == ["amina"]
    assert [row.household.flat.number for row in outbox.rows() if row.household] == ["1002"]


def test_an_area_where_nobody_takes_part_is_refused(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.post(
        "/areas/norrby/notices/preview",
        TEXT | {"audience": "area_members", "areas": scene.langgatan.property.area_id},
        as_=scene.gun,
    )
    assert (page.status, outbox.rows()) == (422, [])
    assert page.errors == [
        "Ingen skulle få meddelandet: ingen är med här än. Välj några andra. "
        "Är de som har gått med i dag färre än fem räknas de från i morgon."
    ]


@pytest.mark.parametrize("audience", ["area_group", "area_members"])
def test_an_officer_cannot_see_by_a_notice_that_somebody_joins(
    audience: str, client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    group = make_group(scene.langgatan)
    chosen = {"audience": audience, "areas": str(group.area_id), "group": str(group.id)}

    def preview() -> tuple[int, list[str]]:
        page = client.post("/areas/norrby/notices/preview", TEXT | chosen, as_=scene.gun)
        return page.status, page.errors

    before = preview()
    membership = make_member(scene.jenny, group, flat_of(stairwell_of(scene.langgatan, 21), "1001"))
    assert (before[0], preview()) == (422, before)
    membership.joined_at = membership.consent_at = utcnow() - timedelta(days=2)
    assert preview() == (200, [])
    membership.left_at = utcnow()
    assert preview() == (200, [])
    client.post("/areas/norrby/notices", TEXT | chosen, as_=scene.gun)
    assert (len(db.session.scalars(select(Notice)).all()), outbox.rows()) == (1, [])


def test_another_areas_officer_and_forged_audiences_get_nowhere(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address = f"/areas/{scene.group.area.slug}/notices"
    assert client.post(address, TEXT | {"audience": "area_members"}, as_=scene.hodan).status == 404
    assert client.post(address, TEXT | {"audience": "group"}, as_=scene.gun).status == 422
    assert outbox.rows() == []


def test_the_municipality_signs_in_its_own_name(client: PageClient, scene: Scene) -> None:
    client.post("/areas/boda/notices", TEXT | {"audience": "area_coordinators"}, as_=scene.hodan)
    notice = db.session.scalars(select(Notice)).one()
    assert "Kommunen" in client.get(f"/notices/{notice.id}", as_=scene.ivan).text


def test_coordinators_see_which_of_their_flats_need_the_areas_notice_on_paper(
    client: PageClient, scene: Scene
) -> None:
    write(client, scene, "area_members").press("Skicka till minst 5 hushåll")
    notice = db.session.scalars(select(Notice)).one()

    page = client.get(f"/notices/{notice.id}", as_=scene.bengt)
    listed = page.click("1 av dina lägenheter behöver papper")
    assert "Våglängdsgatan 3 1001 Svenska Nås inte med mejl" in listed.text
    assert [
        (entry.what, entry.by_id, entry.group_id)
        for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ] == [("notice-sent", scene.gun.id, None), ("house-seen", scene.bengt.id, scene.group.id)]
    assert client.get(f"/notices/{notice.id}/report", as_=scene.bengt).status == 404
    assert client.get(f"/notices/{notice.id}/paper", as_=scene.gun).status == 404
    assert client.get(f"/notices/{notice.id}/paper", as_=scene.ivan).status == 404


def test_the_officer_follows_own_areas_notices_only(client: PageClient, scene: Scene) -> None:
    areas, groups = make_notice(scene.group.area, by=scene.gun), make_notice(scene.group, by=scene.amina)
    assert client.get(f"/notices/{areas.id}/report", as_=scene.gun).status == 200
    assert client.get(f"/notices/{groups.id}/report", as_=scene.gun).status == 404
    assert client.get(f"/notices/{areas.id}/report", as_=scene.hodan).status == 404
    text = client.get(f"/groups/{scene.group.id}/notices", as_=scene.gun).text
    assert text.count("Ny lampa i cykelrummet") == 1


def opt_out(person: Person, area: Area) -> None:
    db.session.add(AreaOptOut(person_id=person.id, area_id=area.id))


def test_the_officer_never_sees_that_somebody_joined_or_said_no(
    client: PageClient, scene: Scene, landlord: Landlord, outbox: Outbox
) -> None:
    few = make_group(make_building(scene.group.area, landlord, "Ågatan", (1,)))
    address = f"/areas/{scene.group.area.slug}/notices"

    def seen() -> tuple[str, dict[str, str]]:
        page = write(client, scene, "area_members")
        return page.text, page.form(address) | {"csrf_token": "", "form_key": ""}

    before = seen()
    make_member(make_person("Nyss Med", "nyss@example.org"), few, few.buildings[0].stairwells[0].flats[0])
    opt_out(scene.carin, scene.group.area)
    db.session.commit()
    assert seen() == before

    told = TEXT | {"audience": "area_members", "areas": scene.group.area_id, "counted": "1-1-1"}
    assert client.post(address, told, as_=scene.gun).status == 303  # a guess is not answered either


@pytest.mark.parametrize(
    ("count", "said"), [(0, "färre än 5"), (1, "färre än 5"), (4, "färre än 5"), (5, "minst 5"),
    (9, "minst 5"), (10, "minst 10"), (22, "minst 20"), (29, "minst 20"), (1234, "minst 1\xa0230")],
)  # fmt: skip
def test_what_has_become_of_it_is_told_roughly(app: Flask, count: int, said: str) -> None:
    with app.test_request_context():
        assert str(roughly(count)) == said


def test_a_coordinator_who_said_no_gets_no_notice_to_coordinators(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    opt_out(scene.bengt, scene.group.area)
    page = write(client, scene, "area_coordinators")
    assert "1 person har valt bort sådana mejl" in page.text
    page.press("Skicka till 1 kontaktombud")
    assert addresses(outbox) == ["amina"]
