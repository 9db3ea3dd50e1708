"""Checks the pages of the register of coordinators: nobody is lost, twice or misplaced, and few are read."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine

from tests.cast import Scene
from tests.factories import make_building, make_coordinator, make_group, make_person
from tests.page_client import Page, PageClient
from tests.registers.test_coordinators import AMINA, BENGT, names, of
from watch.crypto import Keyring
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Coordinator, Group, GroupState, utcnow
from watch.names import name_key
from watch.paging import PAGE_SIZE

MORNING = datetime(2026, 3, 3, 9, tzinfo=STOCKHOLM)
TODAY = MORNING.date()
YEAR_AGO = TODAY - timedelta(days=365)
MIDNIGHT = datetime.combine(YEAR_AGO, time.max, STOCKHOLM)  # the last moment that is a year ago
FIRST_NAMES = "Åsa", "Örjan", "Ada", "bo", "Zara", "Ärla", "Olof"
FLATS = [f"{floor}{flat:02}" for floor in (10, 11, 12) for flat in range(1, 16)]
TRAINED = None, TODAY, date(2020, 1, 1)
CONFIRMED = None, YEAR_AGO, YEAR_AGO + timedelta(days=1), None, TODAY
ACCEPTED = MIDNIGHT, MIDNIGHT + timedelta(microseconds=1), MORNING
GROUPS = 16


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def everybody(scene: Scene) -> list[Coordinator]:
    """Make three pages of coordinators, many of them alike, and return them by area, group, lead and age.

    One of each group's has not agreed to be seen; she shares the households, as the others do.
    """
    norrby, landlord = scene.langgatan.property.area, scene.house.property.landlord
    made = [of(scene.amina), of(scene.bengt)]
    for number in range(1, GROUPS + 1):
        group = make_group(make_building(norrby, landlord, "Ågatan", (number,), flats=FLATS))
        group.counted_taking_part = number * 11 % 18 + 23  # of 45: the number itself is shown
        here = [_coordinator(group, len(made) + place) for place in range(1 + number % 4)]
        here[-1].is_lead = True
        _coordinator(group, number).duty_version = "2026-1"
        _coordinator(group, number).ended_at = utcnow()
        made += [here[-1], *here[:-1]]
    closed = make_group(make_building(norrby, landlord, "Ågatan", (30,)), GroupState.CLOSED)
    _coordinator(closed, 0)
    make_group(make_building(norrby, landlord, "Ågatan", (31,))).counted_taking_part = 5
    db.session.commit()
    assert len(made) > 2 * PAGE_SIZE
    return made


def _coordinator(group: Group, number: int) -> Coordinator:
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Ek"
    one = make_coordinator(make_person(f"{name} {number}", phone=f"+4670174{number:04}"), group)
    one.trained_on, one.confirmed_on = TRAINED[number % 3], CONFIRMED[number % 5]
    one.accepted_at = ACCEPTED[number % 4 % 3]
    return one


def load(one: Coordinator) -> int:
    """Return how many households each coordinator of a group has; the scene's has two coordinators."""
    number = 0 if one.person.name in (AMINA, BENGT) else int(one.group.name.split()[1])
    return -(-one.group.counted_taking_part // (2 + number % 4))


def is_due(one: Coordinator) -> bool:
    """Return True if training or an answer is due, or the group needs more coordinators."""
    assert one.accepted_at
    last = one.confirmed_on or one.accepted_at.astimezone(STOCKHOLM).date()
    return one.trained_on is None or last <= YEAR_AGO or load(one) > 15


FIRST: dict[str, Callable[[Coordinator], Any]] = {
    "": lambda one: 0,
    "sort=name": lambda one: name_key(one.person.name),
    "sort=load": lambda one: -load(one),
    "sort=trained": lambda one: one.trained_on or date.min,
    "sort=confirmed": lambda one: one.confirmed_on or date.min,
}
SHOWN: dict[str, Callable[[Coordinator], bool]] = {
    "": lambda one: True,
    "show=due": is_due,
    "show=loaded": lambda one: load(one) > 15,
    "q=agatan": lambda one: "Ågatan" in one.group.name,
    "q=ek+3": lambda one: "3" in one.person.name + one.group.name and "Ek" in one.person.name,
    "area=norrby": lambda one: one.group.area.slug == "norrby",
}


def walked(page: Page, words: str) -> list[list[str]]:
    """Return whom each page lists, from this one along a link."""
    found = [names(page)]
    while words in page.links:
        page = page.click(words)
        found.append(names(page))
    return found


@pytest.mark.parametrize("order", FIRST)
def test_every_page_in_every_order_lists_each_coordinator_once(
    order: str, client: PageClient, scene: Scene, everybody: Sequence[Coordinator]
) -> None:
    for shown, is_wanted in SHOWN.items():
        wanted = [each.person.name for each in sorted(filter(is_wanted, everybody), key=FIRST[order])]
        first = client.get(f"/coordinators?{shown}&{order}", as_=scene.gun)
        pages = [wanted[start : start + PAGE_SIZE] for start in range(0, len(wanted), PAGE_SIZE)]
        assert walked(first, "Nästa") == pages, shown
        assert f"{len(wanted)} kontaktombud" in first.text
        last = first
        while "Nästa" in last.links:
            last = last.click("Nästa")
        assert walked(last, "Föregående")[::-1] == pages, shown
        assert "16 kontaktombud har inte sagt ja" in first.text


def test_the_file_lists_all_pages(client: PageClient, scene: Scene, everybody: Sequence[Coordinator]) -> None:
    sent = {"areas": ["hassleholmen", "norrby"], "kind": "csv", "why": "follow_up"}
    page = client.post("/registers/coordinators/export", sent, as_=scene.gun)
    rows = list(csv.DictReader(StringIO(page.response.data.decode("utf-8-sig")), delimiter=";"))
    assert [row["Namn"] for row in rows] == [each.person.name for each in everybody]
    assert [int(row["Hushåll per kontaktombud, minst"]) for row in rows] == list(map(load, everybody))
    assert [bool(row["Att göra"]) for row in rows] == list(map(is_due, everybody))


def test_a_stairwells_coordinator_is_found_by_its_address(
    client: PageClient, scene: Scene, everybody: Sequence[Coordinator]
) -> None:
    scene.group.name = "Två hus"
    db.session.commit()
    for text, found in (
        ("våglängdsgatan 3", [BENGT]),
        ("bengt våglängdsgatan", [BENGT]),
        ("våglängdsgatan 1", []),
    ):
        assert names(client.get(f"/coordinators?q={text}", as_=scene.gun)) == found, text


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Return what is decrypted, by column."""
    found: dict[str, set[str]] = defaultdict(set)
    read = Keyring.open

    def noted(ring: Keyring, sealed: bytes, column: str) -> str:
        clear = read(ring, sealed, column)
        found[column].add(clear)
        return clear

    monkeypatch.setattr(Keyring, "open", noted)
    return found


@pytest.mark.parametrize("asked", ["", "show=due&sort=load", "sort=trained", "area=norrby&sort=confirmed"])
def test_only_the_names_of_the_page_are_read(
    asked: str,
    opened: dict[str, set[str]],
    client: PageClient,
    scene: Scene,
    everybody: Sequence[Coordinator],
) -> None:
    all_names = {each.person.name for each in everybody}
    page = client.get(f"/coordinators?{asked}", as_=scene.gun).click("Nästa")
    opened.clear()
    page = client.get(page.path, as_=scene.gun)
    assert len(names(page)) > 1
    assert opened["person.name"] & all_names == set(names(page))


@pytest.mark.parametrize("asked", ["sort=name", "q=ek"])
def test_a_search_and_the_order_by_name_read_no_more_of_a_person_than_the_name(
    asked: str,
    opened: dict[str, set[str]],
    client: PageClient,
    scene: Scene,
    everybody: Sequence[Coordinator],
) -> None:
    phones = {each.person.name: each.person.phone for each in everybody}
    opened.clear()
    page = client.get(f"/coordinators?{asked}", as_=scene.gun)
    assert len(names(page)) == PAGE_SIZE
    assert opened["person.name"] >= set(phones)
    assert opened["person.phone"] & set(phones.values()) <= {phones[each] for each in names(page)}
