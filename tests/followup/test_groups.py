"""Checks the list of all groups: areas, filters, order, pages, and what each group needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from tests.cast import Scene
from tests.factories import (
    make_building,
    make_coordinator,
    make_group,
    make_meeting,
    make_person,
    make_request,
)
from tests.page_client import PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.followup.queries.groups import GroupFilter, GroupOrder, group_ids, groups_by_id
from watch.followup.queries.needs import Reason
from watch.models import Group, GroupState, Suppression, utcnow


@pytest.fixture
def street(scene: Scene) -> dict[str, Group]:
    """Make a group of each state on a street of Norrby, beside the one of Hässleholmen."""
    norrby, landlord = scene.langgatan.property.area, scene.house.property.landlord
    made = {
        state.value: make_group(make_building(norrby, landlord, "Ågatan", (number,)), state)
        for number, state in enumerate(GroupState, start=1)
    }
    made["active"].counted_taking_part, made["dormant"].counted_taking_part = 4, 6
    make_meeting(made["dormant"], starts_at=utcnow() - timedelta(days=500))
    db.session.commit()
    return made


def names(scene: Scene, **wanted: object) -> list[str]:
    """Return the names of Gun's groups that are found."""
    areas, now = {scene.group.area_id, scene.langgatan.property.area_id}, utcnow()
    return [row.name for row in groups_by_id(group_ids(areas, GroupFilter(**wanted), now), now)]


def test_the_list_has_all_groups_of_ones_areas_that_are_not_closed(
    scene: Scene, street: dict[str, Group]
) -> None:
    assert names(scene) == [scene.group.name, "Ågatan 1", "Ågatan 2", "Ågatan 3"]
    assert names(scene, text="ågatan 2") == ["Ågatan 2"]
    assert names(scene, text="Svängrumsgatan") == []  # Boda is Hodan's
    assert names(scene, area_id=scene.other_group.area_id) == []
    assert names(scene, state=GroupState.CLOSED) == ["Ågatan 4"]
    assert names(scene, order=GroupOrder.STATE) == ["Ågatan 1", scene.group.name, "Ågatan 2", "Ågatan 3"]
    # six of nine are told as nearly all, which may be five, and four as fewer than five, which may be none
    by_households = names(scene, order=GroupOrder.HOUSEHOLDS)
    assert by_households == [scene.group.name, "Ågatan 3", "Ågatan 1", "Ågatan 2"]
    assert names(scene, order=GroupOrder.LAST_MEETING)[-1] == "Ågatan 3"


def test_a_group_is_found_by_what_it_needs(scene: Scene, street: dict[str, Group]) -> None:
    for state in ("starting", "active", "dormant"):
        make_coordinator(
            make_person("Ledare", f"{state}@example.org"), street[state], lead=state != "dormant"
        )
    assert scene.bengt.mailbox
    scene.bengt.mailbox.suppression, scene.bengt.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    waiting = make_request(
        make_person("Ny", "ny@example.org"), street["active"], street["active"].buildings[0].stairwells[0]
    )
    waiting.created_at = waiting.confirmed_at = utcnow() - timedelta(days=8)
    street["active"].transitions[-1].at = street["active"].started_at = utcnow() - timedelta(days=500)
    db.session.commit()
    assert {reason: names(scene, need=reason) for reason in Reason if reason in
            (Reason.NO_LEAD, Reason.UNREACHED, Reason.WAITING, Reason.QUIET, Reason.AFTER_CLOSING)} == {
        Reason.NO_LEAD: ["Ågatan 3"],
        Reason.UNREACHED: [scene.group.name],
        Reason.WAITING: ["Ågatan 2"],
        Reason.QUIET: ["Ågatan 2"],
        Reason.AFTER_CLOSING: ["Ågatan 4"],
    }  # fmt: skip
    assert names(scene, need=Reason.NO_COORDINATOR) == []
    row = groups_by_id([street["active"].id], utcnow())[0]
    assert row.needs == (Reason.WAITING, Reason.QUIET)


def test_the_page_filters_by_its_address_and_tells_bands(
    client: PageClient, scene: Scene, street: dict[str, Group]
) -> None:
    page = client.get("/overview/groups", as_=scene.gun)
    assert "Färre än 5 av 9 hushåll är med" in page.text
    assert page.links["Inget kontaktombud nås med mejl, Ågatan 1"] == (
        f"/groups/{street['starting'].id}/coordinators"
    )
    assert "Ivan" not in page.text
    found = client.get("/overview/groups?area=norrby&state=dormant", as_=scene.gun)
    assert [text_of(each) for each in found.tree.iter("th") if each.get("scope") == "row"] == ["Ågatan 3"]
    odd = "/overview/groups?area=boda&state=x&need=interest&sort=9&after=zz&q=" + "x" * 300
    assert "Inga grupper passar" in client.get(odd, as_=scene.gun).text
    assert client.get("/overview/groups?after=99999999999999999999", as_=scene.gun).status == 200


def test_pages_follow_each_other_by_key_and_cost_the_same(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    norrby, landlord = scene.langgatan.property.area, scene.house.property.landlord

    def add(numbers: range) -> None:
        for number in numbers:
            make_group(make_building(norrby, landlord, "Storgatan", (number,), flats=("1001",)))
        db.session.commit()

    add(range(1, 4))
    with statements() as few:
        client.get("/overview/groups", as_=scene.gun)
    add(range(4, 45))
    with statements() as many:
        first = client.get("/overview/groups", as_=scene.gun)
    assert len(many) == len(few)
    second = client.get(first.links["Nästa"], as_=scene.gun)
    third = client.get(second.links["Nästa"], as_=scene.gun)
    shown = [text_of(each) for page in (first, second, third) for each in page.tree.iter("th")
             if each.get("scope") == "row"]  # fmt: skip
    assert shown == [scene.group.name, *(f"Storgatan {number}" for number in range(1, 45))]
