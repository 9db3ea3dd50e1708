"""Sums of areas and buildings, in counts only: never a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select

from watch.extensions import db
from watch.models import (
    Area,
    Building,
    Flat,
    Group,
    GroupState,
    Household,
    HouseholdStatus,
    Interest,
    Property,
    Stairwell,
)

TAKES_PART = (Household.status == HouseholdStatus.TAKES_PART) & Household.ended_at.is_(None)
IS_INTERESTED = Interest.confirmed_at.is_not(None) & Interest.ended_at.is_(None)


@dataclass(frozen=True)
class AreaCounts:
    """An area's sums; households and interested persons are shown in bands only."""

    area: Area
    groups: int
    active_groups: int
    buildings: int
    flats: int
    taking_part: int
    interested: int


def areas_side_by_side(areas: Collection[int]) -> list[AreaCounts]:
    """The areas in Swedish order with their sums (one statement)."""
    groups = select(func.count()).select_from(Group).where(Group.area_id == Area.id).correlate(Area)
    sums = (
        groups.where(Group.state != GroupState.CLOSED),
        groups.where(Group.state == GroupState.ACTIVE),
        _of_area(func.count(Building.id.distinct())),
        _of_area(func.count(Flat.id), stairwells=True),
        _of_area(func.count(Household.id), stairwells=True, households=True),
        _of_area(func.count(Interest.id), interest=True),
    )
    wanted = select(Area, *(each.scalar_subquery() for each in sums))
    found = db.session.execute(wanted.where(Area.id.in_(areas)).order_by(Area.sort_key))
    return [AreaCounts(area, *counts) for area, *counts in found]


def _of_area(
    count: ColumnElement[int], *, stairwells: bool = False, households: bool = False, interest: bool = False
) -> Select[int]:
    """A count over the buildings of the area of the outer select, joined as far as is needed."""
    wanted = select(count).select_from(Property).join(Building, Building.property_id == Property.id)
    if stairwells:
        wanted = wanted.join(Stairwell, Stairwell.building_id == Building.id).join(Flat)
    if households:
        wanted = wanted.join(Household, Household.flat_id == Flat.id).where(TAKES_PART)
    if interest:
        wanted = wanted.join(Interest, Interest.building_id == Building.id).where(IS_INTERESTED)
    return wanted.where(Property.area_id == Area.id).correlate(Area)


def flats_of_building() -> ScalarSelect[int]:
    """How many flats a building of the outer select has."""
    flats = select(func.count(Flat.id)).join(Stairwell, Stairwell.id == Flat.stairwell_id)
    return flats.where(Stairwell.building_id == Building.id).correlate(Building).scalar_subquery()


def taking_part_of_building() -> ScalarSelect[int]:
    """How many households of a building of the outer select take part."""
    flats = select(func.count(Household.id)).join(Flat, Flat.id == Household.flat_id)
    theirs = flats.join(Stairwell, Stairwell.id == Flat.stairwell_id).where(TAKES_PART)
    return theirs.where(Stairwell.building_id == Building.id).correlate(Building).scalar_subquery()


def interested_of_building() -> ScalarSelect[int]:
    """How many persons in a building of the outer select are interested."""
    interested = select(func.count(Interest.id)).where(IS_INTERESTED, Interest.building_id == Building.id)
    return interested.correlate(Building).scalar_subquery()
