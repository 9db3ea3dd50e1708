"""Checks the house page: filters whose counts agree, boxes for letters, and lit windows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import cycle

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_household,
    make_landlord,
    make_member,
    make_person,
)
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.labels import FLAT_STATES
from watch.groups.queries import households
from watch.models import AuditEntry, Household, HouseholdStatus, JoinRequest, Suppression


def chips(page: Page) -> dict[str, int]:
    """Return the filters with their counts."""
    (shown,) = (each for each in page.tree.iter("nav") if each.get("aria-label") == "Visa lägenheter")
    return {
        " ".join("".join(link.itertext()).split()[:-1]): int("".join(link.itertext()).split()[-1])
        for link in shown.iter("a")
    }


def lighting(page: Page) -> list[str]:
    """Return the numbers of the windows that light up on this page."""
    return [
        (each.get("aria-label") or "").split()[1].rstrip(",")
        for each in page.tree.iter("a")
        if "just-lit" in (each.get("class") or "").split()
    ]


def _every_state(scene: Scene) -> None:
    """Add flats in every state."""
    others = [status for status in HouseholdStatus if status is not HouseholdStatus.TAKES_PART]
    for number, status in zip(("1201", "1202", "1203", "1103"), others, strict=True):
        make_household(flat_of(scene.stairwell_1, number), status)
    assert scene.carin.mailbox
    scene.carin.mailbox.suppression = Suppression.BOUNCED
    scene.carin.mailbox.suppressed_at = scene.carin.created_at
    moved = make_household(flat_of(scene.stairwell_1, "1003"), HouseholdStatus.DECLINED)
    moved.ended_at = moved.status_at


def test_the_filters_add_up_to_all_flats(
    client: PageClient, scene: Scene, farahs_request: JoinRequest
) -> None:
    """Of those who want to join, requests are counted: one of a flat here."""
    _every_state(scene)
    farahs_request.stairwell, farahs_request.flat = scene.stairwell_1, flat_of(scene.stairwell_1, "1203")
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    counted = chips(page)
    assert counted.pop("Alla") == sum(counted.values()) == 18
    assert set(counted) == {str(word).capitalize() for word in FLAT_STATES.values()}
    sums = households.counts_of_group(scene.group.id)
    assert sums.takes_part + sums.invited + sums.wants_to_join + sums.declined + sums.not_contacted == 18
    assert sums == households.sums(households.households_of(scene.group))
    assert "8 av 18 hushåll har fått frågan." in page.text
    for stairwell in (scene.stairwell_1, scene.stairwell_3):
        behind = chips(client.get(f"/stairwells/{stairwell.id}/house", as_=scene.amina))
        assert behind.pop("Alla") == sum(behind.values()) == 9


def test_a_filter_leaves_the_stairwells_and_windows_that_are_so(client: PageClient, scene: Scene) -> None:
    _every_state(scene)
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina).click("Tackat nej 1")
    assert 'aria-label="Lägenhet 1103, tackat nej"' in page.html
    assert page.html.count('aria-label="Lägenhet') == 1
    rows = [words for words in page.links if words.startswith("Port ") and "av" in words]
    assert rows == ["Port 1 · 2 av 9 Tackat nej: 1"]
    assert page.links[rows[0]] == f"/stairwells/{scene.stairwell_1.id}/house?state=declined"
    nobody = client.get(f"/groups/{scene.other_group.id}/house?state=declined", as_=scene.ivan)
    assert "Ingen lägenhet är sådan just nu." in nobody.text
    assert client.get(f"/groups/{scene.group.id}/house?state=x", as_=scene.amina).status == 200


def test_flats_are_chosen_for_letters_and_for_a_walk(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_3, "1201"), HouseholdStatus.DECLINED)
    page = client.get(f"/stairwells/{scene.stairwell_3.id}/house", as_=scene.bengt)
    boxes = f"/stairwells/{scene.stairwell_3.id}/house#chosen"
    assert "flats" not in page.form(boxes)
    all_of_them = "Välj alla som inte är kontaktade"
    assert page.links[all_of_them].endswith("#chosen")  # down where the buttons are
    chosen = page.click(all_of_them)
    untouched = [str(flat_of(scene.stairwell_3, n).id) for n in ("1202", "1203", "1101", "1103", "1003")]
    assert chosen.form(boxes)["flats"] == untouched
    letters = chosen.press("Skriv ut brev till valda (5)", {"flats": [*untouched[:2], "987654"]}).follow()
    assert letters.form(f"/groups/{scene.group.id}/letters")["flats"] == untouched[:2]
    walk = chosen.press("Knacka på hos valda (5)", {"flats": untouched[2:4]}).follow()
    assert walk.h1 == "Knacka på hos 2 grannar"
    assert chosen.main_actions == ["Skriv ut brev till valda (5)"]


@pytest.mark.parametrize("button", ["Skriv ut brev till valda", "Knacka på hos valda"])
def test_with_nothing_ticked_nobody_is_chosen(client: PageClient, scene: Scene, button: str) -> None:
    stairwell = f"/stairwells/{scene.stairwell_3.id}/house?state=not_contacted"
    pressed = client.get(stairwell, as_=scene.amina).press(button)
    assert (pressed.status, pressed.h1) == (200, "Port 3")
    assert pressed.flashes == [("warn", "Kryssa för minst en lägenhet i bilden först.")]
    assert 'aria-label="Lägenhet 1001' not in pressed.html  # the filter stays
    ticked = str(flat_of(scene.stairwell_3, "1202").id)
    assert pressed.press(button, {"flats": [ticked]}).status == 302


def test_a_flat_in_another_stairwell_is_not_chosen_by_its_number(client: PageClient, scene: Scene) -> None:
    other = flat_of(scene.stairwell_1, "1201")
    page = client.get(f"/groups/{scene.group.id}/letters?flats={other.id}", as_=scene.bengt)
    assert str(other.id) not in page.form(f"/groups/{scene.group.id}/letters")["flats"]


def test_a_window_lights_up_once_for_each_who_looks(client: PageClient, scene: Scene) -> None:
    house, stairwell = f"/groups/{scene.group.id}/house", f"/stairwells/{scene.stairwell_3.id}/house"
    assert lighting(client.get(house, as_=scene.amina)) == []  # the first look: all of it is new
    client.get(stairwell, as_=scene.amina)
    client.get(house, as_=scene.bengt)
    make_member(make_person("Greta"), scene.group, flat_of(scene.stairwell_3, "1201"))
    assert lighting(client.get(house, as_=scene.amina)) == ["1201"]
    assert lighting(client.get(house, as_=scene.amina)) == []
    assert lighting(client.get(stairwell, as_=scene.amina)) == [
        "1201"
    ]  # a phone shows no picture before this
    assert lighting(client.get(stairwell, as_=scene.amina)) == []
    assert lighting(client.get(house, as_=scene.bengt)) == ["1201"]


def test_what_goes_out_or_was_lit_before_does_not_light_up(client: PageClient, scene: Scene) -> None:
    stairwell = f"/stairwells/{scene.stairwell_3.id}/house"
    client.get(stairwell, as_=scene.amina)
    make_household(flat_of(scene.stairwell_3, "1201"), HouseholdStatus.DECLINED)
    old = make_household(flat_of(scene.stairwell_3, "1202"))
    old.status_at -= timedelta(days=1)
    assert lighting(client.get(stairwell, as_=scene.amina)) == []
    assert db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)).all() == [
        "house-seen",
        "house-seen",
    ]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_large_house_asks_the_database_no_more_than_a_small_one(
    app: Flask, client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    numbers = [f"{floor}0{door}" for floor in range(10, 18) for door in range(1, 5)]
    large = make_building(
        scene.group.area, make_landlord("Stora Hem"), "Solvarvsgatan", range(2, 26, 2), flats=numbers
    )
    group = make_group(large)
    make_coordinator(scene.jenny, group, lead=True)
    statuses = cycle(HouseholdStatus)
    for stairwell in large.stairwells:
        db.session.add_all(Household(flat=flat, status=next(statuses)) for flat in stairwell.flats)
    db.session.commit()

    def counted(reader: object, group_id: int, stairwell_id: int) -> list[int]:
        found = []
        for path in (
            f"/groups/{group_id}/house", f"/groups/{group_id}/house?state=declined",
            f"/stairwells/{stairwell_id}/house", f"/groups/{group_id}/knock",
        ):  # fmt: skip
            with statements() as seen:
                assert client.get(path, as_=reader).status == 200
            found.append(len(seen))
        return found

    few = counted(scene.amina, scene.group.id, scene.stairwell_1.id)
    assert counted(scene.jenny, group.id, large.stairwells[0].id) == few
    assert max(few) <= 14
