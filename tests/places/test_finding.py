"""Checks finding a building, and what everybody may see of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from tests.cast import Scene
from tests.factories import make_building, make_coordinator, make_group, make_interest, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import Area, Building, GroupState, Landlord, Model
from watch.places.queries import find_buildings


@pytest.fixture
def houses(norrby: Area, hassleholmen: Area, landlord: Landlord) -> list[Building]:
    """Add buildings in two areas."""
    return [
        make_building(norrby, landlord, "Norrby Långgata", (21, 23, 25, 27)),
        make_building(norrby, landlord, "Norrby Långgata", (2, 4)),
        make_building(norrby, landlord, "Magasinsgatan", (11, 13)),
        make_building(hassleholmen, landlord, "Våglängdsgatan", (21, 23)),
    ]


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        ("norrby långgata 23", ["Norrby Långgata 21–27"]),
        ("NORRBY LANGGATA 23", ["Norrby Långgata 21–27"]),
        ("langgata 23, 504 34 Borås", ["Norrby Långgata 21–27"]),
        ("norrby långgata 2", ["Norrby Långgata 2–4"]),
        ("norrby långgata", ["Norrby Långgata 2–4", "Norrby Långgata 21–27"]),
        ("norr", ["Norrby Långgata 2–4", "Norrby Långgata 21–27", "Magasinsgatan 11–13"]),  # an area's name
        ("hassleholmen", ["Våglängdsgatan 21–23"]),
        ("Norrby 11", ["Magasinsgatan 11–13"]),
        ("magasinsgatan norrby", ["Magasinsgatan 11–13"]),
        ("magasinsgatan hässleholmen", []),
        ("vaglangdsgaten 21", ["Våglängdsgatan 21–23"]),  # a letter wrong
        ("våglängsgatan", ["Våglängdsgatan 21–23"]),  # missing
        ("Maggasinsgatan 13", ["Magasinsgatan 11–13"]),  # too many
        ("magsainsg", ["Magasinsgatan 11–13"]),  # changed places, and not typed whole
        ("nårrby langgata 2", ["Norrby Långgata 2–4"]),
        ("norrbylånggata 4", ["Norrby Långgata 2–4"]),
        ("hässlehulmen", ["Våglängdsgatan 21–23"]),
        ("vaglengdsgaten", []),  # two
        ("gafa", []),  # only where a word begins so
        ("xagasinsgatan 99", []),
        ("magasinsg. 1", ["Magasinsgatan 11–13"]),
        ("magasinsgatan", ["Magasinsgatan 11–13"]),
        ("vaglangds", ["Våglängdsgatan 21–23"]),
        ("gata 23", ["Norrby Långgata 21–27", "Våglängdsgatan 21–23"]),
        ("norrby långgata 99", []),
        ("våglängdsgatan 21 lgh 1203", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 1203", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 1 tr", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 våning 3", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan 21, tr 3", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 tr 3", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 vån. 3 tr", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 plan 3", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 3:e våningen", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 c/o Ek", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan 21 c/o Anna Ek, 507 31 Brämhult", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 23 nb", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 Borås", ["Våglängdsgatan 21–23"]),
        ("våglängdsgatan 21 507 52 Borås", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan 21–23", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan 21-23", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan 21 – 23, 507 52 Borås", ["Våglängdsgatan 21–23"]),
        ("vaglangdsgaten 21 lgh 1203", ["Våglängdsgatan 21–23"]),
        ("Va\u030agla\u0308ngdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("norrby långgata 2 lgh 1203", ["Norrby Långgata 2–4"]),
        ("norrby långgata 99 lgh 21", []),
        ("Våglängdsgatan nr 23", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan nr. 23", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan port 23", ["Våglängdsgatan 21–23"]),
        ("lgh 1203, Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("Lgh 1203 Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("1203 Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan 21/1203", ["Våglängdsgatan 21–23"]),
        ("2 tr, Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("507 52 Borås, Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("SE-507 52 Borås Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("Borås, Våglängdsgatan", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan i Borås", []),
        ("Borås", []),
        ("Våglängdsgatan 21 i Borås", ["Våglängdsgatan 21–23"]),
        ("c/o Ek, Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("c/o Carin Ek Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("Carin Ek, Våglängdsgatan 21", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan ٢١", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan ۲۱", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan ２１", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan رقم ٢١", ["Våglängdsgatan 21–23"]),
        ("شقة ١٢٠٣، Våglängdsgatan ٢١", ["Våglängdsgatan 21–23"]),
        ("Våglängdsg. 21", ["Våglängdsgatan 21–23"]),
        ("Våglängdsgatan, 21", ["Våglängdsgatan 21–23"]),
        ("21 Våglängdsgatan", ["Våglängdsgatan 21–23"]),
        ("”Våglängdsgatan 21”", ["Våglängdsgatan 21–23"]),
        ("vaglangdsgaten 21, 2 tr, Hässleholmen", ["Våglängdsgatan 21–23"]),
        ("Storgatan 1, Norrby", []),
        ("Våglängdsgatan 99, Norrby", []),
        ("N. Långgata 2", ["Norrby Långgata 2–4"]),
        ("storgatan 1", []),
        ("23", []),
        ("%", []),
        ("_", []),
        ("", []),
        ("🏠\0", []),
    ],
)
def test_a_building_is_found_by_what_people_type(
    houses: list[Building], typed: str, addresses: list[str]
) -> None:
    assert [found.building.address for found in find_buildings(typed)] == addresses


def test_a_street_of_the_name_comes_before_its_areas_others_however_many(
    norrby: Area, landlord: Landlord
) -> None:
    for number in range(30):
        make_building(norrby, landlord, "Allégatan", (number,))
    street = make_building(norrby, landlord, "Norrby Tvärgata", (1, 3))
    assert find_buildings("norrby")[0].building == street


@pytest.mark.parametrize(
    ("typed", "number"),
    [("norrby långgata 23", "23"), ("norrby långgata 2", "2"), ("norrby långgata", None),
     ("magasinsgatan 1", None)],
)  # fmt: skip
def test_one_number_names_the_stairwell(houses: list[Building], typed: str, number: str | None) -> None:
    (found, *_others) = find_buildings(typed)
    stairwells = {each.id: each.number for each in found.building.stairwells}
    assert (found.stairwell and stairwells[found.stairwell]) == number


@pytest.mark.parametrize("typed", ["Storgata", "gata 123", "Gatan 12", "HX7K-29QD-1", "HXUK-29QÅ"])
def test_an_address_that_is_not_there_is_no_code(client: PageClient, typed: str) -> None:
    page = client.get("/", query_string={"q": typed})
    assert (page.status, "Vi hittar inte det huset" in page.text) == (200, True)


def test_a_foreign_stairwell_is_not_carried_along(client: PageClient, scene: Scene) -> None:
    foreign = scene.langgatan.stairwells[0].id
    for stairwell in (str(foreign), "x", "9" * 30):
        page = client.get(f"/buildings/{scene.house.id}?stairwell={stairwell}")
        assert page.links["Gå med"] == f"/buildings/{scene.house.id}/join"


def test_a_number_finds_its_letters_and_a_letter_only_itself(norrby: Area, landlord: Landlord) -> None:
    house = make_building(norrby, landlord, "Storgatan", (12, 120))
    house.stairwells[0].number = "12B"
    for number in ("12", "12b", "12 B"):
        assert [found.building for found in find_buildings(f"storgatan {number}")] == [house]
    assert find_buildings("storgatan 12c") == []


@pytest.mark.parametrize("stored", ["Sankt Olofsgatan", "S:t Olofsgatan", "St Olofsgatan"])
@pytest.mark.parametrize("typed", ["Sankt Olof", "S:t Olof", "St. Olof", "s:t olofsg", "Sankta Olofsg"])
def test_a_saint_is_found_long_and_short(norrby: Area, landlord: Landlord, stored: str, typed: str) -> None:
    house = make_building(norrby, landlord, stored, (3,))
    assert [found.building for found in find_buildings(f"{typed} 3")] == [house]
    assert find_buildings(f"{typed} 4") == []


def test_what_the_site_prints_is_found(client: PageClient, scene: Scene) -> None:
    """Also with the area and the state of its group, copied from the list of results."""
    link = "Våglängdsgatan 1–3 Hässleholmen · Har en grupp"
    for typed in (scene.house.address, link, *(each.address for each in scene.house.stairwells)):
        assert link in client.get("/", query_string={"q": typed}).links


def test_at_most_twenty_are_found_with_as_many_statements(
    norrby: Area, landlord: Landlord, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    make_building(norrby, landlord, "Torggatan", (1,))
    for number in range(100, 130):
        make_building(norrby, landlord, "Storgatan", (number,))
    db.session.commit()
    seen = []
    for street in ("torggatan", "storgatan"):
        db.session.expunge_all()
        with statements(everywhere=True) as said:
            found = find_buildings(street)
            assert {face.building.property.area.name for face in found} == {"Norrby"}
        seen.append((len(found), len(said)))
    assert seen == [(1, 2), (20, 2)]


@pytest.mark.parametrize(
    ("state", "coordinated", "has_group"),
    [
        (GroupState.STARTING, True, True),
        (GroupState.ACTIVE, True, True),
        (GroupState.DORMANT, True, False),
        (GroupState.CLOSED, True, False),
        (GroupState.STARTING, False, False),
        (GroupState.ACTIVE, False, False),
    ],
)
def test_a_group_that_takes_in_nobody_counts_as_none(
    client: PageClient, houses: list[Building], state: GroupState, coordinated: bool, has_group: bool
) -> None:
    group = make_group(houses[2], state)
    make_coordinator(make_person("Kalle Ek"), group, lead=True, accepted=coordinated)
    assert [found.has_group for found in find_buildings("magasinsgatan")] == [has_group]
    page = client.get(f"/buildings/{houses[2].id}")
    assert ("Gå med" in page.links, "Jag är intresserad" in page.links) == (has_group, not has_group)
    if not has_group:
        assert page.click("Jag är intresserad").status == 200


def test_the_front_page_finds_a_building_without_a_script(client: PageClient, scene: Scene) -> None:
    page = client.get("/")
    assert page.h1 == "Grannar som känner varandra"
    found = page.press("Sök", {"q": "norrby långgata 23"})
    assert "1 hus" in found.text
    assert found.click("Norrby Långgata 21–27 Norrby · Ingen grupp än").h1 == "Norrby Långgata 21–27"
    assert found.form("/#found")["q"] == "norrby långgata 23"  # a phone shows the result first


def test_nobody_who_is_signed_in_is_asked_to_sign_in(client: PageClient, scene: Scene) -> None:
    assert "Logga in" in client.get("/").links
    assert "Logga in" not in client.get("/", as_=scene.carin).links


def test_answers_while_typing_are_the_results_only(client: PageClient, scene: Scene) -> None:
    part = client.get("/?q=vaglang", headers={"HX-Request": "true"})
    assert "<h1" not in part.html
    assert "Våglängdsgatan 1–3" in part.text


def test_a_house_that_is_not_there_gets_an_answer(client: PageClient, scene: Scene) -> None:
    page = client.get("/", query_string={"q": "Storgatan 1"})
    assert "Vi hittar inte det huset" in page.text
    assert page.links["Se vem du kan kontakta"] == "/contacts"


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "a" * 5000, "\u202e", "%00", "'; --", "\ud83d"]
)
def test_whatever_is_typed_gets_a_page(client: PageClient, typed: str) -> None:
    assert client.get("/", query_string={"q": typed.encode("utf-8", "replace")}).status == 200


def test_the_public_page_leads_into_a_group_or_to_interest(client: PageClient, scene: Scene) -> None:
    house, empty = scene.house.id, scene.langgatan.id
    assert client.get(f"/buildings/{house}").links["Gå med"] == f"/buildings/{house}/join"
    assert client.get(f"/buildings/{empty}").links["Jag är intresserad"] == f"/buildings/{empty}/interest"


def test_the_public_page_shows_no_person_and_no_count(client: PageClient, scene: Scene) -> None:
    make_interest(scene.jenny, scene.langgatan, named=True)
    everybody = [person.name for person in vars(scene).values() if hasattr(person, "mailbox_id")]
    assert len(everybody) == 10
    for building in (scene.house, scene.langgatan):
        text = client.get(f"/buildings/{building.id}").text
        assert [name for name in everybody if name in text or name.split()[0] in text] == []
        assert [sign for sign in text.replace(building.address, "") if sign.isdigit()] == []


@pytest.mark.parametrize("number", ["0", "99999", "9223372036854775808", "9" * 40])
def test_a_building_that_does_not_exist_is_not_found(client: PageClient, number: str) -> None:
    assert client.get(f"/buildings/{number}").status == 404


def test_the_privacy_page_names_who_answers_and_knows_every_retention(app: Flask, client: PageClient) -> None:
    assert app.config["CONTROLLER"] in client.get("/privacy").text
    marks = {
        column.info["personal"].kept
        for table in Model.metadata.tables.values()
        for column in table.columns
        if "personal" in column.info
    }
    # A new one here means a new line in templates/places/privacy.html.
    assert marks == {
        "until 30 days after leaving or moving",
        "until 30 days after the answer",
        "until 14 days after expiry",
        "as long as the group, then erased when it is closed",
        "as long as the group; two years where it went to a whole area",
        "as long as the group; two years after it was closed where it is an area's",
        "until its owner takes it back",
        "until they take it back or leave",
        "1 day after the meeting",
        "30 days after the link has ended",
        "a day after it was tried",
        "until a day after they were asked for",
        "until 30 days after the contact is taken away",
        "30 days after the link has expired",
        "as long as the assignment",
        "as long as they have the page",
        "12 months after sending, or as long as the meeting it tells of is to come",
        "12 months after the meeting",
        "24 months",
        "two years; the numbers stay. What was taken away is erased after 30 days",
        "two years; the promise stays. What was taken away is erased after 30 days",
        "two years; the operations stay. What was taken away is erased after 30 days",
        "as long as the report; what was taken away is erased after 30 days",
        "a day after it was uploaded",
        "1 day",
        "30 days",
        "30 days after its end",
        "30 days after sending",
        "30 days after it was asked for",
        "until the window ends",
    }


def test_the_about_page_says_version_and_licence(client: PageClient) -> None:
    assert "Version 0.1.0 Licens European Union Public Licence (EUPL) 1.2" in client.get("/about").text


def test_groups_are_named_in_the_search(client: PageClient, scene: Scene) -> None:
    assert "Våglängdsgatan 1–3 Hässleholmen · Har en grupp" in client.get("/?q=vaglangdsgatan").links
