"""Checks that a report of a period that is over tells houses and households as they were at its end."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from tests.cast import Scene
from tests.factories import make_building, make_group, make_month, make_report
from tests.page_client import PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.lifecycle import service
from watch.models import Building, Group, GroupState, GroupTransition, utcnow
from watch.report.content import content_of
from watch.report.period import Period
from watch.report.queries.figures import groups_of
from watch.report.queries.places import places_of
from watch.report.saying import sections_of

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
RUNNING = Period(date(2025, 1, 1), date(utcnow().year + 1, 12, 31))


def _lives(group: Group, *steps: tuple[GroupState, datetime]) -> None:
    for old in list(group.transitions):
        db.session.delete(old)
    db.session.flush()
    db.session.refresh(group)
    for state, at in steps:
        group.transitions.append(GroupTransition(state=state, at=at))
    group.state, group.started_at = steps[-1][0], steps[0][1]
    db.session.flush()


def _with_group(scene: Scene, period: Period = YEAR) -> list[tuple[int, int]]:
    area = scene.langgatan.property.area
    found = places_of([area], period, utcnow())[area.id]
    pairs = found["buildings_with_group"], found["properties_with_group"]
    return [(each["before"], each["now"]) for each in pairs]


@pytest.fixture
def new_house(scene: Scene) -> Building:
    """A house in Norrby, where no other has a group."""
    return make_building(scene.langgatan.property.area, scene.house.property.landlord, "Ågatan", (2,))


def at(year: int, month: int = 6, day: int = 1, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


STARTED, CLOSED = GroupState.STARTING, GroupState.CLOSED


@pytest.mark.parametrize(
    ("steps", "before", "then"),
    [
        ([(STARTED, at(2026))], 0, 0),
        ([(STARTED, at(2025, 12, 31, 22))], 0, 1),  # 23.00 in Sweden
        ([(STARTED, at(2025, 12, 31, 23))], 0, 0),
        ([(STARTED, at(2024)), (CLOSED, at(2026))], 1, 1),
        ([(STARTED, at(2024)), (CLOSED, at(2025))], 1, 0),
        ([(STARTED, at(2024)), (CLOSED, at(2024, 7)), (GroupState.ACTIVE, at(2026))], 0, 0),
    ],
)
def test_a_house_has_a_group_that_had_begun_and_was_not_closed_at_the_end(
    steps: list[tuple[GroupState, datetime]], before: int, then: int, scene: Scene, new_house: Building
) -> None:
    group = make_group(new_house)
    _lives(group, *steps)
    assert _with_group(scene) == [(before, then), (before, then)]
    states = groups_of([group.area], YEAR, utcnow())[0]
    living = [states[each] for each in ("active", "starting", "dormant")]
    assert tuple(sum(each[when] for each in living) for when in ("before", "now")) == (before, then)
    assert [each[1] for each in _with_group(scene, RUNNING)] == [int(group.state is not CLOSED)] * 2


def test_a_group_that_was_merged_into_another_had_its_house_until_then_and_was_not_closed(
    scene: Scene,
) -> None:
    area, landlord = scene.langgatan.property.area, scene.house.property.landlord
    houses = [make_building(area, landlord, street, (2, 4)) for street in ("Ågatan", "Ögatan")]
    group, beside = (make_group(each) for each in houses)
    for each in (group, beside):
        _lives(each, (STARTED, at(2023)), (GroupState.ACTIVE, at(2024)))
        each.counted_taking_part = 6
    before = _with_group(scene), groups_of([area], YEAR, utcnow())[0]
    service.merge(group, beside, reason="Samma gård", by=scene.gun)
    db.session.flush()
    assert (_with_group(scene), groups_of([area], YEAR, utcnow())[0]) == before
    assert [each[1] for each in _with_group(scene)] == [2, 2]
    now = groups_of([area], RUNNING, utcnow())[0]
    assert (now["closed"]["now"], now["active"]["now"], now["started"]["now"]) == (0, 1, 0)


def test_a_house_that_came_to_a_group_afterwards_had_none_and_one_that_was_split_off_had(
    scene: Scene, new_house: Building
) -> None:
    group = make_group(new_house)
    _lives(group, (STARTED, at(2024)))
    scene.langgatan.group_id, scene.langgatan.grouped_at = group.id, at(2026)
    db.session.flush()
    assert _with_group(scene) == [(1, 1), (1, 1)]
    assert _with_group(scene, RUNNING)[0][1] == 2
    scene.langgatan.grouped_at = at(2025)
    db.session.flush()
    assert _with_group(scene) == [(1, 2), (1, 2)]
    own = Group(area=group.area, name="Långgatan 3", state=STARTED, started_at=group.started_at)
    own.transitions.append(GroupTransition(state=STARTED, at=at(2026)))
    db.session.add(own)
    db.session.flush()
    scene.langgatan.group_id, scene.langgatan.grouped_at = own.id, at(2026)
    db.session.flush()
    assert [each[1] for each in _with_group(scene)] == [2, 2]


def test_households_are_those_of_the_last_whole_month_and_never_of_a_later_one(scene: Scene) -> None:
    area = scene.group.area
    for month, taking_part in ((3, 5), (4, 6), (5, 7), (6, 8), (7, 9)):
        make_month(area, date(2025, month, 1), taking_part, 18)
    told = {
        period.until: places_of([area], period, utcnow())[area.id]["households_at_least"]
        for period in (
            Period(date(2025, 6, 1), date(2025, 6, 30)), Period(date(2025, 6, 5), date(2025, 6, 29))
        )
    }  # fmt: skip
    assert told == {date(2025, 6, 30): {"now": 8, "before": 7}, date(2025, 6, 29): {"now": 7, "before": 7}}


def test_page_and_history_say_the_same_and_today_does_not_change_it(client: PageClient, scene: Scene) -> None:
    area = scene.group.area
    make_month(area, date(2025, 12, 1), 10, 24)
    scene.group.counted_taking_part = 9
    db.session.commit()
    history = client.get("/areas/hassleholmen/months", as_=scene.gun)
    row = next(each for each in history.tree.iter("tr") if "December 2025" in text_of(each))
    make_report(area, published=True, by=scene.gun)
    page = client.get("/promises/sa-blev-det-2025")
    assert text_of(row[5]) == "minst 10 av 24"
    assert "Hässleholmen minst 10 av 24 –" in page.text
    assert (
        "Räknat sista natten i december 2025, och för perioden före sista natten i december 2024."
        in page.text
    )
    assert "Ett streck betyder att ingen räknade då." in page.text


def test_an_edition_of_before_says_what_it_said(scene: Scene) -> None:
    """Such an edition knew houses and households only as they were on the day when it was published."""
    content = content_of(make_report(scene.group.area, by=scene.gun), utcnow())
    numbers = {
        "buildings_with_group": 1,
        "properties_with_group": 1,
        "households_at_least": 7,
        "households": 9,
    }
    content["groups"][0] |= numbers
    old = json.loads(json.dumps(content | {"format": 2}))
    tables = [table for section in sections_of(old) for table in section.tables]
    (reached,) = (each for each in tables if each.caption == "Hus, fastigheter och hushåll")
    assert reached.rows[0][-2:] == [7, 9]
