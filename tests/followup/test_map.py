"""Checks the map of an area: where its buildings stand, and that signs, words and list agree."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Scene
from tests.factories import make_building, make_group, make_interest, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.followup.plan import CELL, COLUMNS, plan_of
from watch.followup.queries.buildings import BuildingState
from watch.followup.queries.plan import MapBuilding, buildings_on_map
from watch.models import GroupState, utcnow


def building(number: int, place: tuple[float, float] | None, street: str = "Gatan") -> MapBuilding:
    return MapBuilding(number, f"{street} {number}", street, None, BuildingState.NONE, place)


def test_north_is_up_and_east_to_the_right() -> None:
    places = (6_400_800, 500), (6_400_400, 900), (6_400_000, 500), (6_400_400, 100)
    north, east, south, west = (building(number, place) for number, place in enumerate(places))
    at = {mark.building: (mark.x, mark.y) for mark in plan_of([north, east, south, west]).marks}
    assert at[north][1] < at[east][1] == at[west][1] < at[south][1]
    assert at[west][0] < at[north][0] == at[south][0] < at[east][0]


SOMEWHERE = st.tuples(st.integers(6_100_000, 6_100_900), st.integers(300_000, 300_400))


@given(st.lists(SOMEWHERE | st.none(), max_size=60))
def test_no_two_buildings_stand_on_each_other(places: list[tuple[int, int] | None]) -> None:
    plan = plan_of([building(number, place) for number, place in enumerate(places)])
    cells = [(mark.x, mark.y) for mark in plan.marks]
    assert len(set(cells)) == len(cells) == len(places)
    for (x, y), (other_x, other_y) in product(cells, cells):
        assert x == other_x or y == other_y or abs(x - other_x) >= CELL or abs(y - other_y) >= CELL
    assert all(0 <= x <= (COLUMNS - 1) * CELL and 0 <= y <= plan.height - CELL for x, y in cells)
    assert [mark.number for mark in plan.marks] == [*range(1, len(places) + 1)]


def test_buildings_without_coordinates_stand_by_street_below(scene: Scene) -> None:
    area, landlord = scene.langgatan.property.area, scene.house.property.landlord
    make_building(area, landlord, "Ågatan", (1,))
    for stairwell in scene.langgatan.stairwells:
        stairwell.north, stairwell.east = 6_399_403, 377_297
    db.session.flush()
    first, second = buildings_on_map(area, utcnow())
    assert (first.place, second.place) == ((6_399_403, 377_297), None)
    plan = plan_of([first, second])
    assert [name for name, _y in plan.streets] == ["Ågatan"]
    assert plan.marks[0].y < plan.marks[1].y
    assert plan.has_places


def test_every_building_is_a_link_with_its_state_in_words(client: PageClient, scene: Scene) -> None:
    area, landlord = scene.langgatan.property.area, scene.house.property.landlord
    for number, state in enumerate(GroupState, start=1):
        make_group(make_building(area, landlord, "Ågatan", (number,)), state)
    for number in range(4):
        make_interest(make_person(f"Granne {number}"), scene.langgatan)
    db.session.commit()
    page = client.get("/areas/norrby/map", as_=scene.gun)
    names = [link.get("aria-label") for plan in page.tree.iter("svg") for link in plan.iter("a")]
    said = ["Ingen grupp", "Under uppstart", "Aktiv", "Vilande", "Avslutad"]  # four are too few to tell of
    address = ["Norrby Långgata 21–27", *(f"Ågatan {number}" for number in range(1, 5))]
    assert names == [
        f"{number}. {where}, {state}"
        for number, (where, state) in enumerate(zip(address, said, strict=True), 1)
    ]
    assert [where in page.links for where in address] == [True] * 5
    signs = [sign for sign in page.tree.iter("svg") if "plan-sign" in (sign.get("class") or "")]
    drawn = {"".join(part.get("d") or part.get("r") or "" for part in sign) for sign in signs}
    assert len(drawn) == len(said)  # every state has an outline of its own
    assert "efter gata och nummer" in page.text
