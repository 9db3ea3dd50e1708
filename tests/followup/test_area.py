"""Checks the list of an area's buildings: status, counts in bands, filters, order and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from tests.cast import Scene
from tests.factories import (
    make_building,
    make_group,
    make_household,
    make_interest,
    make_landlord,
    make_meeting,
    make_person,
)
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.followup.queries.buildings import (
    BuildingRow,
    BuildingState,
    Filter,
    Order,
    buildings_by_id,
    buildings_in,
    landlords_in,
)
from watch.language import short_day
from watch.models import Area, Building, Group, GroupState, Landlord, Person, utcnow


@pytest.fixture
def street(norrby: Area, landlord: Landlord) -> dict[str, Building]:
    """Make six buildings in six states, four of them of another landlord."""
    other = make_landlord("Victoriahem")
    made = {}
    for number, state in enumerate([None, *GroupState, None], start=1):
        house = make_building(norrby, landlord if number < 3 else other, "Storgatan", (number,))
        made[state.value if state else "none" if made else "interest"] = house
        if state:
            make_group(house, state)
    be_interested(made["interest"], 5)
    be_interested(made["none"], 4)
    be_interested(made["starting"], 5)  # before there was a group
    return made


def be_interested(house: Building, count: int) -> None:
    """Add so many people interested in a group."""
    for number in range(count):
        make_interest(make_person(f"Granne {number}"), house)


def addresses(area: Area, **wanted: object) -> list[str]:
    """Return the addresses of the buildings found."""
    return [row.address for row in rows_of(area, **wanted)]


def shown(page: Page) -> list[str]:
    """Return the addresses of the rows on a page."""
    return [text_of(each) for each in page.tree.iter("th") if each.get("scope") == "row"]


def rows_of(area: Area, **wanted: object) -> list[BuildingRow]:
    """Return the rows of the buildings found."""
    now = utcnow()
    return buildings_by_id(buildings_in(area, Filter(**wanted), now).ids, now)


def test_a_building_is_shown_in_counts(scene: Scene) -> None:
    area = scene.langgatan.property.area
    make_household(scene.langgatan.stairwells[0].flats[0])
    make_interest(scene.jenny, scene.langgatan)
    (row,) = rows_of(area, state=BuildingState.NONE)
    assert row == BuildingRow(
        scene.langgatan.id, "Norrby Långgata 21–27", "AB Bostäder i Borås", None, None,
        flats=36, taking_part=0, interested=1,
    )  # fmt: skip
    (row,) = rows_of(scene.group.area)
    assert (row.state, row.flats, row.taking_part, row.interested) == (BuildingState.ACTIVE, 18, 5, 0)


def test_buildings_are_filtered_and_sorted(norrby: Area, street: dict[str, Building]) -> None:
    every = [f"Storgatan {number}" for number in range(1, 7)]
    assert addresses(norrby, order=Order.ADDRESS) == every[:5]
    assert addresses(norrby, order=Order.ADDRESS, text="storgatan") == every
    for state, house in street.items():
        assert addresses(norrby, state=BuildingState(state)) == [house.address]
        (row,) = rows_of(norrby, text=house.address)
        assert row.state == state
    bostader, victoriahem = landlords_in(norrby)
    assert addresses(norrby, landlord_id=bostader.id) == ["Storgatan 1", "Storgatan 2"]
    assert addresses(norrby, landlord_id=victoriahem.id, text="storgatan 4") == ["Storgatan 4"]
    assert addresses(norrby, text="magasinsgatan") == []


def test_by_state_the_life_of_a_group_is_the_order(norrby: Area, landlord: Landlord) -> None:
    states = [GroupState.CLOSED, GroupState.ACTIVE, None, GroupState.STARTING, GroupState.DORMANT, None]
    for number, state in enumerate(states, start=1):
        house = make_building(norrby, landlord, "Storgatan", (number,))
        if state:
            make_group(house, state)
    be_interested(house, 5)
    assert [row.state for row in rows_of(norrby, text="storgatan")] == [
        "interest", "starting", "active", "dormant", "closed", "none",
    ]  # fmt: skip


@pytest.mark.parametrize("order", Order)
def test_pages_go_forth_and_back_and_lose_nothing(
    client: PageClient, gun: Person, norrby: Area, landlord: Landlord, order: Order
) -> None:
    houses = [make_building(norrby, landlord, "Storgatan", (number,), flats=()) for number in range(1, 121)]
    for house in houses[::3]:
        make_group(house)
    for house in houses[1::30]:
        be_interested(house, 5)
    found = buildings_in(norrby, Filter(order=order), utcnow())
    by_id = {house.id: house.address for house in [*houses[::3], *houses[1::30]]}
    assert {*found.ids} == {*by_id}
    assert found.folded == 76
    page = client.get(f"/areas/norrby?sort={order}", as_=gun)
    forth = [page]
    while "Nästa" in page.links:
        forth.append(page := page.click("Nästa"))
    assert [len(shown(each)) for each in forth] == [20, 20, 4]
    assert [address for each in forth for address in shown(each)] == [by_id[each] for each in found.ids]
    back = [page]
    while "Föregående" in page.links:
        back.insert(0, page := page.click("Föregående"))
    assert [shown(each) for each in back] == [shown(each) for each in forth]


def test_the_page_leads_to_starting_or_to_the_group(client: PageClient, scene: Scene) -> None:
    page = client.get("/areas/norrby", as_=scene.gun)
    assert page.h1 == "Norrby"
    page = page.click("Visa dem")
    assert "Norrby Långgata 21–27 Ingen grupp Starta" in page.text
    assert page.links["Starta Norrby Långgata 21–27"] == f"/groups/new?building={scene.langgatan.id}"
    page = client.get("/areas/hassleholmen", as_=scene.gun)
    assert "Våglängdsgatan 1–3 Aktiv 5 av 18 hushåll är med Öppna" in page.text
    assert page.links["Öppna Våglängdsgatan 1–3"] == f"/groups/{scene.group.id}/lifecycle"


def test_whose_the_houses_are_is_told_where_there_are_several_landlords(
    client: PageClient, scene: Scene, norrby: Area
) -> None:
    make_building(norrby, make_landlord("Brf Norrby"), "Allégatan", (1,))
    assert (
        "Allégatan 1 Ingen grupp Brf Norrby Starta"
        in client.get("/areas/norrby?state=none", as_=scene.gun).text
    )


def test_of_few_it_is_not_told_how_many(client: PageClient, scene: Scene) -> None:
    scene.group.counted_taking_part = 3
    assert "Aktiv Färre än 5 av 18 hushåll är med" in client.get("/areas/hassleholmen", as_=scene.gun).text


def test_the_acts_stand_first_and_so_do_the_houses_where_something_happens(
    client: PageClient, scene: Scene, landlord: Landlord
) -> None:
    area = scene.langgatan.property.area
    make_building(area, landlord, "Allégatan", (1,))
    be_interested(make_building(area, landlord, "Ågatan", (1,)), 5)
    make_group(make_building(area, landlord, "Övägen", (1,)), GroupState.STARTING)
    page = client.get("/areas/norrby", as_=scene.gun)
    acts = {
        "Skriv ett meddelande": "/areas/norrby/notices/new",
        "Brev till hela hus": "/areas/norrby/letters",
    }  # fmt: skip
    assert {words: page.links[words] for words in acts} == acts
    assert "Allégatan 1" not in page.text
    assert "2 hus till har ingen grupp, och färre än fem intresserade var." in page.text
    said = ["Brev till hela hus", "Ågatan 1", "Övägen 1", "2 hus till har ingen grupp"]
    assert sorted(said, key=page.text.index) == said
    assert "Ågatan 1 Intresse Nästan alla är intresserade" in page.text


def test_the_filter_keeps_what_was_asked_through_the_pages(
    client: PageClient, scene: Scene, landlord: Landlord
) -> None:
    for number in range(1, 60):
        make_building(scene.langgatan.property.area, landlord, "Storgatan", (number,), flats=())
    page = client.get("/areas/norrby", as_=scene.gun).press("Visa", {"q": "storgatan", "sort": "address"})
    assert page.form()["q"] == "storgatan"
    following = page.click("Nästa")
    assert following.form() == {"q": "storgatan", "state": "", "landlord": "", "sort": "address"}
    assert "Storgatan 40 " in following.text
    assert "Långgata" not in following.text
    assert "Storgatan 1 " in following.click("Föregående").text


def test_a_filter_that_finds_nothing_leads_back(client: PageClient, scene: Scene) -> None:
    page = client.get("/areas/norrby?q=ingenstans", as_=scene.gun)
    assert "Inga hus passar" in page.text
    assert page.links["Visa alla hus"] == "/areas/norrby"


def test_the_order_by_households_tells_no_more_than_is_shown(norrby: Area, landlord: Landlord) -> None:
    """Two groups of whom "färre än 5" is said stand by address, whichever has more."""
    flats = [str(1001 + number) for number in range(30)]
    for number, count in enumerate([4, 1, 9, 3], start=1):
        group = make_group(make_building(norrby, landlord, "Storgatan", (number,), flats=flats))
        group.counted_taking_part = count
    assert addresses(norrby, order=Order.HOUSEHOLDS) == [f"Storgatan {number}" for number in (3, 1, 2, 4)]


def test_the_latest_meeting_stands_first_and_none_at_last(
    client: PageClient, scene: Scene, norrby: Area, landlord: Landlord
) -> None:
    now = last = utcnow()
    for number, held in enumerate([None, 400, 3, -5], start=1):  # days ago
        group = make_group(make_building(norrby, landlord, "Storgatan", (number,)))
        if held is not None:
            meeting = make_meeting(group, starts_at=now - timedelta(days=held))
            last = meeting.ends_at if held == 3 else last
    make_meeting(group, starts_at=now - timedelta(days=1)).cancelled_at = now
    order = addresses(norrby, order=Order.LAST_MEETING)
    assert order == [f"Storgatan {number}" for number in (3, 2, 1, 4)]
    page = client.get("/areas/norrby?sort=last_meeting", as_=scene.gun)
    assert page.form()["sort"] == "last_meeting"
    assert f"är med {short_day(last)} Öppna" in page.text


def test_an_area_where_there_is_nothing_to_tell_leads_to_its_houses(client: PageClient, scene: Scene) -> None:
    page = client.get("/areas/norrby", as_=scene.gun)
    assert "Inget att berätta än" in page.text
    assert "1 hus till har ingen grupp, och färre än fem intresserade." in page.text
    assert "Norrby Långgata 21–27 Ingen grupp Starta" in page.click("Visa dem").text
    assert "Inget att berätta än" not in client.get("/areas/norrby?q=norrby", as_=scene.gun).text


def test_an_area_without_buildings_says_what_to_do(client: PageClient, norrby: Area, gun: object) -> None:
    assert "Inga hus än" in client.get("/areas/norrby", as_=gun).text


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense", "landlord=x", "landlord=-1", "after=x", "after=99999999999999999999", "before=0",
        "after=1&before=1", "sort=name", "q=%25", "q=" + "a" * 3000, "landlord=9223372036854775807",
        "after=9223372036854775807",
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_still_gets_a_page(
    client: PageClient, scene: Scene, query: str
) -> None:
    assert client.get(f"/areas/norrby?{query}", as_=scene.gun).status == 200


def test_the_page_asks_no_more_of_the_database_for_more_buildings(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    area, landlord = scene.langgatan.property.area, scene.house.property.landlord
    seen = []
    for more in (0, 20):
        for number in range(more):
            house = make_building(area, landlord, "Storgatan", (number + 1,))
            make_household(house.stairwells[0].flats[0])
            make_interest(make_person(f"Granne {number}"), house)
            make_group(make_building(area, landlord, "Långgatan", (number + 1,)))
        db.session.commit()
        client.get("/areas/norrby", as_=scene.gun)
        with statements() as said:
            client.get("/areas/norrby", as_=scene.gun)
        seen.append(len(said))
    assert seen[0] == seen[1] <= 8


def test_a_building_whose_group_is_closed_keeps_its_way_to_it(client: PageClient, scene: Scene) -> None:
    group: Group = make_group(scene.langgatan, GroupState.CLOSED)
    page = client.get("/areas/norrby?state=closed", as_=scene.gun)
    assert "Norrby Långgata 21–27 Avslutad" in page.text
    assert page.links["Öppna Norrby Långgata 21–27"] == f"/groups/{group.id}/lifecycle"


@pytest.mark.parametrize(("state", "said"), [(GroupState.CLOSED, "var med"), (GroupState.ACTIVE, "är med")])
@pytest.mark.parametrize("address", ["/areas/hassleholmen", "/overview/groups?state={state}"])
def test_in_a_closed_group_households_took_part(
    client: PageClient, scene: Scene, address: str, state: GroupState, said: str
) -> None:
    scene.group.state, scene.group.counted_taking_part = state, 7
    db.session.commit()
    text = client.get(address.format(state=state.value), as_=scene.gun).text.replace("\u00a0", " ")
    assert re.findall(r"7 av 18 hushåll (\w+ med)", text) == [said]


def test_a_house_without_flats_has_no_share_of_them(client: PageClient, scene: Scene) -> None:
    for stairwell in scene.house.stairwells:
        for flat in stairwell.flats:
            flat.gone_at = utcnow()
    db.session.commit()
    for path in ("/areas/hassleholmen", f"/groups/{scene.group.id}", f"/groups/{scene.group.id}/lifecycle"):
        text = client.get(path, as_=scene.gun).text
        assert ("Inga lägenheter i registret" in text, "av 0 hushåll" in text) == (True, False), path
