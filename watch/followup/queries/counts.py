"""Counts for areas and buildings. No query here returns a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, cast, func, select

from watch.extensions import db
from watch.groups.queries.areas import at_least, interested_of_building, taking_part_in_area
from watch.models import Area, Building, Flat, Group, GroupState, Property, Stairwell


@dataclass(frozen=True)
class AreaCounts:
    """The counts of an area.

    Households and interested persons are counted last night, and summed from the lower bounds shown for each
    group and building. An exact total would reveal a single person by subtraction. Who is interested where
    a group has started still is, until they join or take it back.
    """

    area: Area
    groups: int
    active_groups: int
    buildings: int
    flats: int
    taking_part: int
    interested: int


def areas_side_by_side(areas: Collection[int], now: datetime) -> list[AreaCounts]:
    """Return the counts of the areas in Swedish order, in one statement."""
    groups = select(func.count()).select_from(Group).where(Group.area_id == Area.id).correlate(Area)
    each = _buildings_in(areas, now).subquery()
    wanted = (
        select(
            Area,
            groups.where(Group.state != GroupState.CLOSED).scalar_subquery(),
            groups.where(Group.state == GroupState.ACTIVE).scalar_subquery(),
            func.count(each.c.id),
            _sum(each.c.flats),
            taking_part_in_area(),
            _sum(at_least(each.c.interested, each.c.flats)),
        )
        .outerjoin(each, each.c.area_id == Area.id)
        .where(Area.id.in_(areas))
        .group_by(Area.id)
        .order_by(Area.sort_key)
    )
    return [AreaCounts(area, *counts) for area, *counts in db.session.execute(wanted)]


def _buildings_in(areas: Collection[int], now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Property.area_id,
            Building.id,
            flats_of_building().label("flats"),
            interested_of_building(now).label("interested"),
        )
        .join(Property, Property.id == Building.property_id)
        .where(Property.area_id.in_(areas))
    )


def _sum(number: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(number), 0), Integer)


def flats_of_building() -> ScalarSelect[int]:
    """Return a scalar subquery: the number of flats in the outer select's building, without gone ones."""
    flats = select(func.count(Flat.id)).join(Stairwell, Stairwell.id == Flat.stairwell_id)
    here = Stairwell.building_id == Building.id, Flat.gone_at.is_(None)
    return flats.where(*here).correlate(Building).scalar_subquery()
