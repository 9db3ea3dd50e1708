"""Checks contact persons: nearest first for a group, by area for all, kept by the area's officers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import (
    make_building,
    make_contact,
    make_contact_question,
    make_group,
    make_landlord,
)
from tests.page_client import Page, PageClient
from watch import tokens
from watch.contacts.queries import contacts_for, is_stale, kept_by, public_contacts, year_before
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Area, AuditEntry, ContactPerson, ContactRole, ContactScope, Person, Purpose


@pytest.fixture
def contacts(scene: Scene) -> dict[str, ContactPerson]:
    """Add a contact for each reach here, and some for others."""
    landlord = scene.house.property.landlord
    elsewhere = make_landlord("Victoriahem")
    boda = scene.other_group.area
    make_building(boda, elsewhere, "Svängrumsgatan", (30,))
    return {
        "everywhere": make_contact(ContactRole.MUNICIPALITY, "Borås Stad"),
        "area": make_contact(ContactRole.POLICE, "Polisen Hässleholmen", scene.group.area),
        "fault": make_contact(ContactRole.FAULT_REPORT, "Bostäder", landlord),
        "loud": make_contact(ContactRole.DISTURBANCE, "Bostäder", landlord),
        "building": make_contact(ContactRole.LANDLORD, "Husvärden", scene.house),
        "group": make_contact(ContactRole.GROUP, "Husmötet", scene.group),
        "other area": make_contact(ContactRole.POLICE, "Polisen Boda", boda),
        "other landlord": make_contact(ContactRole.FAULT_REPORT, "Victoriahem", elsewhere),
        "other building": make_contact(ContactRole.LANDLORD, "Annan husvärd", scene.other_group.buildings[0]),
        "other group": make_contact(ContactRole.GROUP, "Annat husmöte", scene.other_group),
    }


def shown() -> Sequence[ContactPerson]:
    """Return the contact persons that are published."""
    return db.session.scalars(select(ContactPerson).where(ContactPerson.is_current)).all()


def named(contacts: dict[str, ContactPerson], found: list[ContactPerson]) -> list[str]:
    """Return the contacts found, by their names in this file."""
    return [next(name for name, each in contacts.items() if each is one) for one in found]


def test_a_group_gets_the_nearest_first_and_nobody_elses(
    scene: Scene, contacts: dict[str, ContactPerson]
) -> None:
    assert named(contacts, contacts_for(scene.group)) == [
        "group", "building", "loud", "fault", "area", "everywhere",
    ]  # fmt: skip


def test_everybody_sees_areas_and_landlords_but_no_groups_own(
    scene: Scene, contacts: dict[str, ContactPerson]
) -> None:
    found = {one.area.slug if one.area else "all": named(contacts, one.contacts) for one in public_contacts()}
    assert found == {
        "boda": ["loud", "fault", "other landlord", "other area"],
        "hassleholmen": ["loud", "fault", "area"],
        "norrby": ["loud", "fault"],
        "all": ["everywhere"],
    }


def test_an_officer_keeps_what_is_inside_the_areas_and_never_anothers(
    scene: Scene, contacts: dict[str, ContactPerson], boda: Area
) -> None:
    here = {scene.group.area_id, scene.langgatan.property.area_id}
    assert named(contacts, kept_by(here)) == ["group", "building", "loud", "fault", "area", "everywhere"]
    assert set(named(contacts, kept_by({boda.id}))) == {
        "other group", "other building", "loud", "fault", "other landlord", "other area", "everywhere",
    }  # fmt: skip


def test_an_officer_of_several_areas_keeps_one_card(
    client: PageClient, scene: Scene, norrby: Area, hassleholmen: Area, boda: Area
) -> None:
    areas = (norrby, hassleholmen, boda)
    mine = [make_contact(ContactRole.POLICE, "Polisen", area, phone="+4633123456") for area in areas]
    other = make_contact(ContactRole.POLICE, "Polisen", norrby, phone="+4633999999")
    db.session.commit()
    page = client.get("/contacts/edit", as_=scene.gun)
    assert page.text.count("033-12 34 56") == 1
    assert "Norrby, Hässleholmen" in page.text
    form = client.get(f"/contacts/{mine[0].id}/edit", as_=scene.gun)
    assert form.form()["whom"] == [f"area {area.id}" for area in (hassleholmen, norrby)]
    form.press("Spara ändringen", {"phone": "033-12 34 57"})
    numbers = {each.id: each.phone for each in db.session.scalars(select(ContactPerson))}
    assert [numbers[each.id] for each in (*mine, other)] == [
        "+4633123457", "+4633123457", "+4633123456", "+4633999999",
    ], "another area's, and another person's, stay"  # fmt: skip
    again = client.get("/contacts/edit", as_=scene.gun)
    assert again.text.count("033-12 34 57") == 1
    client.post(f"/contacts/{mine[1].id}/checked", as_=scene.gun)
    checked = {each.id: each.checked_on for each in db.session.scalars(select(ContactPerson))}
    assert checked[mine[0].id] == checked[mine[1].id] != checked[mine[2].id]
    client.post(f"/contacts/{mine[0].id}/remove", as_=scene.gun)
    assert {each.id for each in shown()} == {mine[2].id, other.id}


def test_the_public_page_has_112_first_and_says_when_it_was_checked(
    client: PageClient, contacts: dict[str, ContactPerson]
) -> None:
    page = client.get("/contacts")
    assert page.links["112"] == "tel:112"
    assert page.text.index("112") < page.text.index("114 14") < page.text.index("Boda")
    assert "Störningsjour · Bostäder 033-700 00 00" in page.text
    assert "Kontrollerad 4 maj" in page.text
    assert page.links["033-700 00 00"] == "tel:0337000000"


def test_without_contacts_the_public_page_still_helps(client: PageClient, norrby: Area) -> None:
    page = client.get("/contacts")
    assert page.links["112"] == "tel:112"
    assert "Inga fler kontakter än" in page.text


def test_a_contact_not_checked_for_a_year_is_flagged(client: PageClient, norrby: Area) -> None:
    today = datetime.now(STOCKHOLM).date()
    contact = make_contact(ContactRole.POLICE, "Polisen", norrby)
    contact.checked_on = year_before(today)
    assert "Inte kontrollerad på ett år" not in client.get("/contacts").text
    contact.checked_on = year_before(today) - timedelta(days=1)
    assert "Inte kontrollerad på ett år" in client.get("/contacts").text


@pytest.mark.parametrize(
    ("checked", "stale"), [(date(2024, 2, 28), False), (date(2024, 2, 27), True), (date(2025, 2, 28), False)]
)
def test_a_year_before_a_leap_day_is_28_february(checked: date, stale: bool) -> None:
    contact = ContactPerson(checked_on=checked.replace(year=checked.year - 1))
    assert is_stale(contact, date(2024, 2, 29)) is stale


def test_the_groups_page_shows_of_coordinators_what_they_agreed_to(client: PageClient, scene: Scene) -> None:
    scene.amina.shows_name = scene.amina.shows_phone = True
    text = client.get(f"/groups/{scene.group.id}/contacts", as_=scene.carin).text
    assert "Huvudkontaktombud · Amina Yusuf Hela huset 070-174 06 05" in text
    assert "Kontaktombud Port 3" in text
    hidden = [
        *(each.name for each in (scene.bengt, scene.carin, scene.dawit, scene.elsa)),
        "example.org",
        "06 06",
    ]
    assert [word for word in hidden if word in text] == []


@pytest.mark.parametrize(("name", "email", "phone"), list(product([False, True], repeat=3)))
def test_the_groups_page_shows_of_a_coordinator_just_what_they_chose(
    name: bool, email: bool, phone: bool, client: PageClient, scene: Scene
) -> None:
    amina = scene.amina
    amina.shows_name, amina.shows_email, amina.shows_phone = name, email, phone
    page = client.get(f"/groups/{scene.group.id}/contacts", as_=scene.carin)
    found = [word in page.html for word in ("Amina", "amina@example.org", "tel:0701740605")]
    assert found == [name, email, phone]


def test_the_groups_page_says_so_when_there_is_no_coordinator(
    client: PageClient, contacts: dict[str, ContactPerson], scene: Scene
) -> None:
    group = make_group(scene.langgatan)
    page = client.get(f"/groups/{group.id}/contacts", as_=scene.gun)
    assert "Gruppen har inget kontaktombud just nu." in page.text
    assert "Borås Stad" in page.text


FIELDS = {
    "role": "disturbance", "organisation": "Securitas", "name": "", "phone": "033-700 11 22", "email": "",
    "hours": "Dygnet runt", "whom": "everywhere",
}  # fmt: skip


def send(client: PageClient, by: Person, path: str = "/contacts/new", **changed: str) -> Page:
    """Send the form."""
    return client.post(path, FIELDS | changed, as_=by)


def test_nothing_is_chosen_for_whoever_writes_in_haste(client: PageClient, scene: Scene) -> None:
    page = client.get("/contacts/new", as_=scene.gun)
    assert (page.form()["role"], "checked" in page.html) == ("", False)
    hasty = page.press("Spara kontakten", {"organisation": "Jouren", "phone": "033-700 11 22"})
    assert (hasty.status, hasty.errors) == (
        422, ["Välj ett av alternativen i listan.", "Kryssa för minst ett alternativ."],
    )  # fmt: skip
    assert db.session.scalars(select(ContactPerson)).all() == []


def test_an_officer_publishes_a_contact_and_it_shows(client: PageClient, scene: Scene) -> None:
    area = scene.langgatan.property.area
    answer = send(client, scene.gun, whom=f"area {area.id}", email="jour@example.org")
    assert (answer.status, answer.location) == (303, "/contacts/edit")
    assert answer.follow().flashes == [("done", "Kontakten är sparad och syns nu.")]
    contact = db.session.scalars(select(ContactPerson)).one()
    assert (contact.role, contact.organisation, contact.phone, contact.email, contact.hours) == (
        ContactRole.DISTURBANCE, "Securitas", "+46337001122", "jour@example.org", "Dygnet runt",
    )  # fmt: skip
    assert (contact.reach, contact.area, contact.name) == (ContactScope.AREA, area, None)
    assert contact.checked_on == datetime.now(STOCKHOLM).date()
    assert "Securitas" in client.get("/contacts").text


@pytest.mark.parametrize("reach", ["landlord", "building", "group"])
def test_a_contact_can_be_for_a_landlord_a_building_or_a_group(
    client: PageClient, scene: Scene, reach: str
) -> None:
    target = {"landlord": scene.house.property.landlord, "building": scene.house, "group": scene.group}[reach]
    assert send(client, scene.gun, whom=f"{reach} {target.id}").status == 303
    contact = db.session.scalars(select(ContactPerson)).one()
    assert getattr(contact, reach) is target
    assert contact in contacts_for(scene.group)


@on_one_database
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"organisation": " "}, "Skriv vilken organisation det är."),
        ({"organisation": "x" * 121}, "Texten är för lång. Högst 120 tecken."),
        ({"phone": ""}, "Skriv en telefon eller en e-postadress, så att kontakten går att nå."),
        ({"phone": "ring mig"}, "Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67."),
        (
            {"phone": "033-35 70 00 (växel)"},
            "Skriv bara numret, utan ord: till exempel 070-123 45 67.",
        ),
        ({"phone": "7012345"}, "Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67."),
        ({"phone": "112"}, "112 står redan överst. Skriv numret till kontakten."),
        ({"email": "jour"}, "Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se."),
        (
            {"hours": "vard\u202eagar"},
            "Här finns osynliga tecken. Det första står efter ”vard”: skriv om det stället.",
        ),
    ],
)
def test_what_cannot_be_kept_is_explained_and_what_was_typed_stays(
    client: PageClient, scene: Scene, changed: dict[str, str], error: str
) -> None:
    page = send(client, scene.gun, **changed)
    assert (page.status, page.errors) == (422, [error])
    kept = page.form("/contacts/new")
    assert kept["whom"] == "everywhere"
    assert kept["organisation"] == (FIELDS | changed)["organisation"].strip()
    assert db.session.scalars(select(ContactPerson)).all() == []


NO_NAME = "Skriv bara ett namn, utan lägenhet och utan något om någon. Förnamn räcker."


@pytest.mark.parametrize(
    "name",
    [
        "Ahmed Ali lgh 1102 dömd för stöld", "Anders Svensson tjuven på lgh 1102", "Anders Svensson, tjuven",
        "Eva lgh 12", "Eva 1102", "Ahmed Ali langar", "Bilen ABC 123",
    ],
)  # fmt: skip
def test_a_contacts_name_tells_nothing_of_anybody_in_any_form(
    client: PageClient, scene: Scene, name: str
) -> None:
    area = scene.langgatan.property.area
    here = f"area {area.id}"
    own = {"role": "group", "organisation": "Husmötet", "phone": "033-12 34 56"}
    link = f"/c/{tokens.make(Purpose.CONTACT, make_contact_question())}/change"
    db.session.commit()
    answers = [
        send(client, scene.gun, whom=here, name=name),
        client.post(f"/groups/{scene.group.id}/contacts/new", own | {"name": name}, as_=scene.amina),
        client.get(link).press("Spara ändringen", {"name": name}),
    ]
    assert [(answer.status, answer.errors) for answer in answers] == [(422, [NO_NAME])] * 3
    assert [each.name for each in shown()] == [None]


@pytest.mark.parametrize(
    "name",
    ["Lars Ek, förvaltare", "Gun Sandberg, kommunpolis", "Kommunpolisen", "Växeln, val 2", "Gun", "Eva"],
)
def test_an_officer_writes_a_plain_name_or_a_title_and_the_polices_number(
    client: PageClient, scene: Scene, name: str
) -> None:
    assert send(client, scene.gun, role="police", name=name, phone="114 14").status == 303
    assert [(each.name, each.phone) for each in shown()] == [(name, "114 14")]


@pytest.mark.parametrize("whom", ["", "area", "area x", "everywhere 1", "planet 3", "area -1"])
def test_nobody_is_made_up_to_be_for(client: PageClient, scene: Scene, whom: str) -> None:
    assert send(client, scene.gun, whom=whom).status == 422


def test_a_contact_is_never_put_into_anothers_area(client: PageClient, scene: Scene) -> None:
    boda = scene.other_group
    for whom in (f"area {boda.area_id}", f"group {boda.id}", f"building {boda.buildings[0].id}"):
        assert send(client, scene.gun, whom=whom).status == 422
    assert db.session.scalars(select(ContactPerson)).all() == []


def test_an_officer_changes_checks_and_removes_what_is_theirs(
    client: PageClient, scene: Scene, contacts: dict[str, ContactPerson]
) -> None:
    contact = contacts["area"]
    page = client.get("/contacts/edit", as_=scene.gun).click("Ändra Polisen Hässleholmen")
    assert page.form()["phone"] == "033-700 00 00"
    assert page.form()["whom"] == f"area {scene.group.area_id}"
    changed = page.press("Spara ändringen", {"organisation": "Polisen Borås"})
    assert (changed.status, contact.organisation, contact.phone) == (303, "Polisen Borås", "+46337000000")
    contact.checked_on = date(2020, 1, 1)
    page = client.post(f"/contacts/{contact.id}/checked", as_=scene.gun).follow()
    assert page.flashes[-1] == ("done", "Polisen Borås är kontrollerad i dag.")
    assert contact.checked_on == datetime.now(STOCKHOLM).date()
    asked = page.click("Ta bort Polisen Borås")
    assert asked.press("Ta bort kontakten").status == 303
    assert contact not in kept_by({scene.group.area_id})
    done = select(AuditEntry.what, AuditEntry.by_id, AuditEntry.area_id).order_by(AuditEntry.id)
    assert db.session.execute(done).all() == [
        (what, scene.gun.id, scene.group.area_id)
        for what in ("contact-changed", "contact-checked", "contact-removed")
    ]


@pytest.mark.parametrize("other", ["other area", "other landlord", "other building", "other group"])
def test_what_another_officer_keeps_is_not_found(
    client: PageClient, scene: Scene, contacts: dict[str, ContactPerson], other: str
) -> None:
    contact = contacts[other]
    before = (contact.organisation, contact.checked_on)
    answers = [
        client.get(f"/contacts/{contact.id}/edit", as_=scene.gun),
        send(client, scene.gun, f"/contacts/{contact.id}/edit"),
        client.post(f"/contacts/{contact.id}/checked", as_=scene.gun),
        client.get(f"/contacts/{contact.id}/remove", as_=scene.gun),
        client.post(f"/contacts/{contact.id}/remove", as_=scene.gun),
    ]
    assert [answer.status for answer in answers] == [404] * 5
    assert (contact.organisation, contact.checked_on) == before
    assert contact.organisation not in client.get("/contacts/edit", as_=scene.gun).text


def test_pages_do_not_ask_more_of_the_database_for_more_contacts(
    client: PageClient,
    scene: Scene,
    contacts: dict[str, ContactPerson],
    statements: Callable[..., AbstractContextManager[list[str]]],
) -> None:
    pages = ("/contacts", f"/groups/{scene.group.id}/contacts", "/contacts/edit")
    seen = []
    for more in (0, 10):
        for number in range(more):
            make_contact(ContactRole.POLICE, f"Polisen {number}", scene.group.area)
            make_contact(ContactRole.LANDLORD, f"Husvärd {number}", scene.house)
        for page in pages:
            client.get(page, as_=scene.gun)
            with statements() as said:
                client.get(page, as_=scene.gun)
            seen.append(len(said))
    assert seen[:3] == seen[3:]
