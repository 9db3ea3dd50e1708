"""A house of 384 flats on a small phone and by keyboard, in every view."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest

from tests.browser import Phone
from tests.factories import (
    make_building,
    make_coordinator,
    make_group,
    make_household,
    make_member,
    make_person,
)
from tests.pages_of_paper import pages_of, words_on
from watch.extensions import db
from watch.models import Area, Building, Group, HouseholdStatus, Landlord, Person

SMALL = {"width": 360, "height": 740}
FLATS = [f"{floor}0{door}" for floor in range(10, 18) for door in range(1, 5)]
STATUSES = (HouseholdStatus.INVITED, HouseholdStatus.WANTS_TO_JOIN, HouseholdStatus.DECLINED)


@pytest.fixture
def large(hassleholmen: Area, landlord: Landlord) -> Building:
    """Solvarvsgatan 2–24, with flats in every state."""
    building = make_building(hassleholmen, landlord, "Solvarvsgatan", range(2, 26, 2), flats=FLATS)
    group = make_group(building)
    statuses = cycle(STATUSES)
    for stairwell in building.stairwells:
        make_member(make_person("Sven", f"{stairwell.number}@example.org"), group, stairwell.flats[0])
        make_member(make_person("Elsa"), group, stairwell.flats[1])
        for flat in stairwell.flats[2:29]:
            make_household(flat, next(statuses))
    db.session.commit()
    return building


@pytest.fixture
def lead(large: Building) -> Person:
    """The lead of its group."""
    person = make_person("Lena", "lena@example.org")
    make_coordinator(person, _group_of(large), lead=True)
    return person


def _group_of(building: Building) -> Group:
    return db.session.get_one(Group, building.group_id)


def test_the_whole_house_on_a_small_phone(
    large: Building, lead: Person, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(viewport=SMALL)
    phone.sign_in(lead)
    phone.open(f"/groups/{large.group_id}/house")
    rows = phone.page.locator(".house-rows a:visible")
    assert rows.count() == 12
    assert {box["height"] >= 56 for box in (row.bounding_box() for row in rows.all()) if box} == {True}
    phone.follow("Port 24")
    windows = phone.page.locator(".stairwell a.flat")
    assert windows.count() == 32
    assert phone.page.get_by_role("table", name="Solvarvsgatan 24").get_by_role("row").count() == 8
    assert phone.page.get_by_role("rowheader", name="Våning 7").is_visible()
    sizes = [box for window in windows.all() if (box := window.bounding_box())]
    assert {round(box["width"]) for box in sizes} == {64}
    assert min(box["height"] for box in sizes) >= 44
    lines = {round(box["y"]) for box in sizes}
    assert len(lines) == 8  # a floor is one line of four


def test_it_is_walked_through_by_keyboard_alone(
    large: Building, lead: Person, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(viewport=SMALL)
    phone.sign_in(lead)
    phone.open(f"/stairwells/{large.stairwells[0].id}/house")
    seen = []
    for _press in range(80):
        phone.page.keyboard.press("Tab")
        seen.append(
            phone.page.evaluate(
                "[document.activeElement.getAttribute('aria-label') || document.activeElement.name,"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
        )
    named = [name for name, _outline in seen if name and name.startswith("Lägenhet ")]
    assert named[:2] == ["Lägenhet 1701, tackat nej", "Lägenhet 1702, ej kontaktad"]
    assert {outline for name, outline in seen if name and name.startswith("Lägenhet ")} == {"solid"}
    assert "flats" in [name for name, _outline in seen]
    phone.page.get_by_role("checkbox", name="Välj lägenhet 1701").focus()
    phone.page.keyboard.press("Space")
    assert phone.page.get_by_role("button", name="Skriv ut brev till valda (1)").is_visible()


@pytest.mark.parametrize("look", ["forced", "print", "dark"])
def test_in_every_way_of_looking_the_signs_tell_the_states_apart(
    look: str, large: Building, lead: Person, make_phone: Callable[..., Phone]
) -> None:
    more = {"forced": {"forced_colors": "active"}, "dark": {"color_scheme": "dark"}}.get(look, {})
    phone = make_phone(viewport=SMALL, javascript=False, **more)
    phone.sign_in(lead)
    phone.open(f"/stairwells/{large.stairwells[0].id}/house")
    if look == "print":
        phone.page.emulate_media(media="print")
        assert not phone.page.locator(".flat-choice").first.is_visible()
        assert not phone.page.get_by_role("button", name="Skriv ut brev till valda").is_visible()
    drawn = phone.page.locator(".stairwell a.flat").evaluate_all(
        """windows => windows.map(window => {
            const sign = window.querySelector("svg"), box = sign.getBoundingClientRect();
            const its = getComputedStyle(sign), around = getComputedStyle(window);
            const isSeen = box.width > 10 && its.stroke !== around.backgroundColor;
            return [window.className, sign.innerHTML, isSeen];
        })"""
    )
    assert {is_seen for _name, _sign, is_seen in drawn} == {True}
    signs = {name.split()[1]: sign for name, sign, _is_seen in drawn}
    assert len(set(signs.values())) == len(signs) == 6  # all states but bounced, each with its own outline


@pytest.mark.parametrize(("motion", "takes"), [("no-preference", "0.3s"), ("reduce", "0s")])
def test_a_window_lights_up_in_300_ms_or_at_once(
    motion: str, takes: str, large: Building, lead: Person, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(viewport=SMALL, javascript=False, reduced_motion=motion)
    phone.sign_in(lead)
    stairwell = large.stairwells[0]
    phone.open(f"/stairwells/{stairwell.id}/house")
    assert phone.page.locator(".just-lit").count() == 0
    make_member(make_person("Greta"), _group_of(large), stairwell.flats[31])
    phone.open(f"/stairwells/{stairwell.id}/house")
    lit = phone.page.get_by_role("link", name="Lägenhet 1704, deltar, nås på papper")
    assert lit.evaluate("each => getComputedStyle(each).animationDuration") == takes


def test_a_stairwell_is_printed_whole_under_its_heading(
    large: Building, lead: Person, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(viewport=SMALL)
    phone.sign_in(lead)
    phone.open(f"/stairwells/{large.stairwells[0].id}/house")
    edges = {"top": "12mm", "bottom": "12mm", "left": "12mm", "right": "12mm"}
    first = words_on(pages_of(phone.page.pdf(format="A4", margin=edges))[0])
    assert [flat for flat in ("Port 2", *FLATS) if flat not in first] == []
