"""Checks what is counted of a month, that the past stands, and what the pages say of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from tests.cast import Scene
from tests.factories import make_building, make_group, make_meeting, make_open_meeting, store
from tests.page_client import PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.followup.queries.months import month_before
from watch.followup.service.months import count_months
from watch.language import STOCKHOLM, local
from watch.meetings.queries.attendance import held_meetings, sum_of, sums_of_areas
from watch.models import (
    Area,
    AreaMonth,
    Counting,
    Group,
    GroupState,
    GroupTransition,
    Meeting,
    MeetingAudience,
    MeetingKind,
    MeetingPart,
    utcnow,
)


def held(group: Group, on: str, came: int | None, kind: MeetingKind = MeetingKind.ANNUAL) -> Meeting:
    """Add a meeting of a group that was held on that day, and perhaps counted."""
    at = datetime.fromisoformat(f"{on}T18:00").replace(tzinfo=STOCKHOLM)
    meeting = make_meeting(group, starts_at=at, kind=kind)
    _count(meeting, came)
    return meeting


def _count(meeting: Meeting, came: int | None) -> None:
    meeting.counting = Counting.NOT_YET if came is None else Counting.COUNTED
    meeting.head_count = came
    db.session.flush()


def night(day: str) -> None:
    """Count as in the night to that day."""
    with time_machine.travel(datetime.fromisoformat(f"{day}T02:45").replace(tzinfo=STOCKHOLM), tick=False):
        count_months(utcnow())


def counted(area: Area) -> dict[str, tuple[object, ...]]:
    """Return the area's months: active and resting groups, households, meetings, counted and came."""
    rows = db.session.scalars(select(AreaMonth).where(AreaMonth.area == area).order_by(AreaMonth.month))
    return {
        f"{row.month:%Y-%m}": (row.active, row.dormant, row.taking_part, row.meetings, row.counted, row.came)
        for row in rows
    }


def began(group: Group, *steps: tuple[GroupState, str]) -> None:
    """Give a group these steps on these days instead of its own."""
    db.session.execute(delete(GroupTransition).where(GroupTransition.group_id == group.id))
    for state, day in steps:
        at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=STOCKHOLM)
        db.session.add(GroupTransition(group_id=group.id, state=state, at=at))
    db.session.flush()


def test_a_month_is_counted_until_the_night_after_it_and_stands(scene: Scene) -> None:
    area, group = scene.group.area, scene.group
    began(group, (GroupState.ACTIVE, "2030-03-10"))
    held(group, "2030-03-31", 9)
    late = held(group, "2030-03-20", None)
    night("2030-04-01")
    assert counted(area) == {"2030-03": (1, 0, 5, 2, 1, 9)}
    group.counted_taking_part, group.state = 8, GroupState.DORMANT
    _count(late, 11)  # written down afterwards
    night("2030-04-02")
    assert counted(area) == {"2030-03": (1, 0, 5, 2, 2, 20), "2030-04": (0, 1, 8, 0, 0, 0)}
    night("2030-05-01")
    _count(late, 30)  # too late
    night("2030-05-02")
    assert counted(area)["2030-03"] == (1, 0, 5, 2, 2, 20)
    night("2030-05-02")  # twice is once
    assert [*counted(area)] == ["2030-03", "2030-04", "2030-05"]


def test_months_in_which_nobody_counted_are_filled_in_without_households(scene: Scene) -> None:
    area = scene.group.area
    began(
        scene.group, (GroupState.STARTING, "2030-01-10"), (GroupState.ACTIVE, "2030-01-31"),
        (GroupState.DORMANT, "2030-03-01"), (GroupState.ACTIVE, "2030-03-02"),
    )  # fmt: skip
    held(scene.group, "2030-02-01", 0)
    night("2030-04-02")
    assert counted(area) == {
        "2030-01": (1, 0, None, 0, 0, 0),
        "2030-02": (1, 0, None, 1, 1, 0),
        "2030-03": (1, 0, None, 0, 0, 0),
        "2030-04": (1, 0, 5, 0, 0, 0),
    }


def test_months_without_anything_between_two_meetings_are_filled_in(scene: Scene) -> None:
    """Before the first meeting nothing is, and an area that has had none has no months but this one."""
    area = scene.langgatan.property.area
    for on, came in (("2029-11-12", 8), ("2030-02-12", 9)):
        at = datetime.fromisoformat(f"{on}T18:00").replace(tzinfo=STOCKHOLM)
        meeting = make_open_meeting(area, starts_at=at, by=scene.gun)
        meeting.called_at = at
        _count(meeting, came)
    night("2030-04-02")
    told = {month: row[3:] for month, row in counted(area).items()}
    none = (0, 0, 0)
    assert told == {
        "2029-11": (1, 1, 8), "2029-12": none, "2030-01": none, "2030-02": (1, 1, 9), "2030-03": none,
        "2030-04": none,
    }  # fmt: skip
    other = store(Area(slug="nytt", name="Nytt", sort_key="nytt"))
    night("2030-04-02")
    assert [*counted(other)] == ["2030-04"]


def test_the_page_says_what_is_written_down_too_late_for_it(client: PageClient, scene: Scene) -> None:
    count_months(utcnow())
    db.session.commit()
    page = client.get("/areas/hassleholmen/months", as_=scene.gun)
    assert "Det som skrivs in ännu senare är inte med här" in page.text


def test_a_years_hours_and_ends_are_those_of_sweden(scene: Scene) -> None:
    began(scene.group, (GroupState.ACTIVE, "2029-12-31"))
    for at, heads in (("2029-12-31T23:30", 3), ("2030-01-01T00:30", 4)):
        meeting = make_meeting(scene.group, starts_at=datetime.fromisoformat(at).replace(tzinfo=STOCKHOLM))
        _count(meeting, heads)
    night("2030-01-03")
    assert {month: row[-1] for month, row in counted(scene.group.area).items()} == {
        "2029-12": 3,
        "2030-01": 4,
    }


def test_every_area_has_the_sums_of_its_own_pages(scene: Scene) -> None:
    """A joint meeting counts once in each area; one that is off, or to come, in none."""
    other = make_group(make_building(scene.group.area, scene.house.property.landlord, "Ågatan", (1,)))
    joint = held(scene.group, "2030-03-01", 21, MeetingKind.JOINT)
    joint.parts += [MeetingPart.of(other), MeetingPart.of(scene.other_group)]
    held(scene.other_group, "2030-03-05", None)
    held(other, "2030-03-06", 4).cancelled_at = utcnow()
    held(other, "2030-03-29", 5)
    of_area = make_meeting(scene.group, starts_at=datetime(2030, 3, 3, 18, tzinfo=STOCKHOLM))
    of_area.parts.clear()
    of_area.group, of_area.area, of_area.audience = None, scene.group.area, MeetingAudience.COORDINATORS
    db.session.flush()
    now = datetime(2030, 3, 20, tzinfo=STOCKHOLM)
    sums = sums_of_areas(now - timedelta(days=60), now + timedelta(days=60), now)
    for area in (scene.group.area, scene.other_group.area):
        total, mine = sum_of(held_meetings(area, now)), sums[area.id]
        assert (mine.meetings, mine.counted, mine.came) == (total.meetings, total.counted, total.came)
    assert (sums[scene.group.area.id].meetings, sums[scene.group.area.id].came) == (2, 21)
    assert (sums[scene.other_group.area.id].meetings, sums[scene.other_group.area.id].came) == (2, 21)


def test_the_page_shows_plots_and_a_table_of_the_same_numbers(client: PageClient, scene: Scene) -> None:
    area = scene.group.area
    path = f"/areas/{area.slug}/months"
    assert "I morgon står den första månaden här." in client.get(path, as_=scene.gun).text
    month = local(utcnow()).date()
    for ago in range(14):
        month = month_before(month)
        db.session.add(
            AreaMonth(
                area=area, month=month, starting=1, active=2 + ago, dormant=3, closed=4,
                meetings=2, counted=1, came=40 + ago,
                taking_part=None if ago else 23, flats=None if ago else 60,
            )
        )  # fmt: skip
    db.session.commit()
    page = client.get(path, as_=scene.gun)
    rows = [[text_of(cell) for cell in row] for row in page.tree.iter("tr")][1:]
    assert len(rows) == 12
    assert rows[0][1:] == ["2", "1", "3", "4", "minst 23 av 60", "2", "1", "40"]
    assert rows[1][5] == "–"
    plot = next(each for each in page.tree.iter("desc") if "Aktiv" in (each.text or ""))
    assert "Aktiv 2, Under uppstart 1, Vilande 3." in (plot.text or "")
    older = client.get(page.links["Nästa"], as_=scene.gun)
    assert len([*older.tree.iter("tr")]) == 3
    year = client.get("/overview", as_=scene.gun)
    assert "Hässleholmen det senaste året" in year.text
    assert year.links["Månad för månad Hässleholmen"] == path
    assert "Norrby det senaste året" not in year.text


@pytest.mark.parametrize("taking_part", [0, 4])
def test_few_households_are_no_number_in_any_month(
    client: PageClient, scene: Scene, taking_part: int
) -> None:
    scene.group.counted_taking_part = taking_part
    count_months(utcnow())
    db.session.commit()
    assert "inget hus har fem" in client.get("/areas/hassleholmen/months", as_=scene.gun).text
