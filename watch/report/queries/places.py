"""Counts the houses with a group and the households that take part, at the end of a period.

Of a period that is over they are those of its end: houses by the dated steps of groups, households as they
were counted in the last night of its last whole month. Of one that is not, they are those of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from watch.extensions import db
from watch.followup.queries.counts import areas_side_by_side
from watch.followup.queries.months import states_at
from watch.models import Area, AreaMonth, Building, Group, GroupState, GroupTransition, Property
from watch.report.period import Period

Facts = dict[str, Any]  # what becomes JSON
Counted = Mapping[int, Sequence[int | None]]  # by area
NOBODY_COUNTED = (None, None)


def places_of(areas: Sequence[Area], period: Period, now: datetime) -> dict[int, Facts]:
    """Return by area its houses and properties, those of them with a group, and its households.

    All houses and properties are those that there are at `now`.
    """
    ids = [each.id for each in areas]
    is_over = period.is_over(now)
    known = {each.area.id: each for each in areas_side_by_side(ids, now)}
    with_group = _with_group(ids, _had_group(period.end) if is_over else _has_group())
    with_group_before = _with_group(ids, _had_group(period.before.end))
    households = (
        _households_in_history(ids, period)
        if is_over
        else {key: (each.taking_part, each.flats) for key, each in known.items()}
    )
    households_before = _households_in_history(ids, period.before)
    return {
        each: _twice("buildings_with_group", 0, each, with_group, with_group_before)
        | {"buildings": known[each].buildings}
        | _twice("properties_with_group", 1, each, with_group, with_group_before)
        | {"properties": properties}
        | _twice("households_at_least", 0, each, households, households_before)
        | _twice("households", 1, each, households, households_before)
        for each, properties in _properties(ids).items()
    }


def _twice(name: str, place: int, area: int, now: Counted, before: Counted) -> Facts:
    return {
        name: {
            "now": now.get(area, NOBODY_COUNTED)[place],
            "before": before.get(area, NOBODY_COUNTED)[place],
        }
    }


def _properties(areas: Sequence[int]) -> dict[int, int]:
    wanted = select(Property.area_id, func.count().label("here")).where(Property.area_id.in_(areas))
    found = {row.area_id: row.here for row in db.session.execute(wanted.group_by(Property.area_id))}
    return dict.fromkeys(areas, 0) | found


def _with_group(areas: Sequence[int], which: ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """Return by area how many buildings, and how many properties, a condition on Building holds of."""
    wanted = (
        select(Property.area_id, func.count(Building.id), func.count(Property.id.distinct()))
        .join(Property, Property.id == Building.property_id)
        .where(Property.area_id.in_(areas), which)
        .group_by(Property.area_id)
    )
    found = {area: (buildings, properties) for area, buildings, properties in db.session.execute(wanted)}
    return {each: found.get(each, (0, 0)) for each in areas}


def _has_group() -> ColumnElement[bool]:
    return Building.group_id.in_(select(Group.id).where(Group.state != GroupState.CLOSED))


def _had_group(moment: datetime) -> ColumnElement[bool]:
    """Return the condition that a building had a group, which was not closed, just before a moment.

    One that has got a group of its own since was in that of its neighbours, which began before. One that came
    with its group, which was merged into another since, was in that.
    """
    then = states_at(moment)
    living = select(then.c.group_id).where(then.c.state != GroupState.CLOSED)
    was_there = or_(Building.grouped_at.is_(None), Building.grouped_at < moment)
    known = select(GroupTransition.group_id).where(GroupTransition.at < moment)
    split_off = select(Group.id).where(Group.started_at < moment, Group.id.not_in(known))
    came_later = Building.grouped_at >= moment
    came_along = Group.merged_into_id == Building.group_id, Group.closed_at == Building.grouped_at
    merged = select(Group.id).where(Group.id.in_(living), *came_along)
    return or_(
        and_(Building.group_id.in_(living), was_there),
        and_(Building.group_id.in_(split_off), came_later),
        merged.correlate(Building).exists(),
    )


def _households_in_history(areas: Sequence[int], period: Period) -> dict[int, tuple[int | None, int | None]]:
    """Return by area the households of the period's last whole month, as the page of months shows them."""
    wanted = select(AreaMonth.area_id, AreaMonth.taking_part, AreaMonth.flats).where(
        AreaMonth.area_id.in_(areas), AreaMonth.month == period.last_month
    )
    return {area: (part, flats) for area, part, flats in db.session.execute(wanted)}
