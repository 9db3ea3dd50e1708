"""The buildings of an area: filtered, sorted, and in pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, select

from watch.extensions import db
from watch.followup.queries.counts import flats_of_building
from watch.groups.queries.areas import at_least, interested_of_building, number_of_flats
from watch.models import FEW, Area, Building, Group, GroupState, Landlord, Meeting, Property
from watch.places.queries import buildings_at


class BuildingState(StrEnum):
    """The state of a building's group. Without a group it is INTEREST if enough people are interested."""

    INTEREST = "interest"
    STARTING = "starting"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"
    NONE = "none"  # no group, and fewer than FEW interested, whom the state must not reveal


class Order(StrEnum):
    """The order of the list."""

    STATE = "state"
    ADDRESS = "address"
    HOUSEHOLDS = "households"  # the most first
    LAST_MEETING = "last_meeting"  # the latest first, and at last those without any


@dataclass(frozen=True)
class Filter:
    """The buildings wanted and their order."""

    text: str = ""
    state: BuildingState | None = None
    landlord_id: int | None = None
    order: Order = Order.STATE

    @property
    def folds(self) -> bool:
        """True if buildings of which there is nothing to tell are only counted: nobody asked for them."""
        return self.state is None and not self.text


@dataclass(frozen=True)
class BuildingRow:
    """A building with counts, which pages show as bands.

    Where it has a group, flats and households are the group's. Counts are those of last night, so that nobody
    can watch a single person join.
    """

    id: int
    address: str
    landlord: str
    group_id: int | None
    group_state: GroupState | None
    flats: int
    taking_part: int
    interested: int
    last_meeting: datetime | None = None

    @property
    def tells_interest(self) -> bool:
        """True if enough people are interested for their number to be shown, with a group or without."""
        return self.interested >= FEW

    @property
    def state(self) -> BuildingState:
        """The state of the group. Without a group: INTEREST from five interested on, else NONE."""
        if self.group_state:
            return BuildingState(self.group_state.value)
        return BuildingState.INTEREST if self.interested >= FEW else BuildingState.NONE


@dataclass(frozen=True)
class Found:
    """The ids of the buildings to list, in order, and how many others are only counted."""

    ids: Sequence[int]
    folded: int


def buildings_in(area: Area, wanted: Filter, now: datetime) -> Found:
    """Return which of an area's buildings are listed; one statement, or three with a text."""
    rows = db.session.execute(_ids(area, wanted, now)).all()
    listed = [number for number, is_told in rows if is_told or not wanted.folds]
    return Found(listed, folded=len(rows) - len(listed))


def buildings_by_id(ids: Sequence[int], now: datetime) -> list[BuildingRow]:
    """Return these buildings in this order, in one statement."""
    rows = db.session.execute(_rows(now).where(Building.id.in_(ids)))
    by_id = {row.id: row for row in (BuildingRow(*each) for each in rows)}
    return [by_id[each] for each in ids]


def landlords_in(area: Area) -> Sequence[Landlord]:
    """Return the landlords that own a property in the area, by name."""
    owners = select(Property.landlord_id).where(Property.area_id == area.id)
    return db.session.scalars(select(Landlord).where(Landlord.id.in_(owners)).order_by(Landlord.name)).all()


def _ids(area: Area, wanted: Filter, now: datetime) -> Select[int, bool]:
    """Return a select of the ids of the buildings wanted, in order, and whether there is anything to tell."""
    is_enough = interested_of_building(now) >= FEW
    ids = (
        select(Building.id, Building.group_id.is_not(None) | is_enough)
        .join(Property, Property.id == Building.property_id)
        .outerjoin(Group, Group.id == Building.group_id)
        .where(Property.area_id == area.id)
    )
    if wanted.text:
        ids = ids.where(buildings_at(wanted.text))
    if wanted.landlord_id is not None:
        ids = ids.where(Property.landlord_id == wanted.landlord_id)
    if wanted.state in (BuildingState.INTEREST, BuildingState.NONE):
        wished = is_enough if wanted.state is BuildingState.INTEREST else ~is_enough
        ids = ids.where(Building.group_id.is_(None), wished)
    elif wanted.state is not None:
        ids = ids.where(Group.state == GroupState(wanted.state.value))
    return ids.order_by(*_first(wanted.order, now), Building.sort_key, Building.id)


def _first(order: Order, now: datetime) -> list[ColumnElement[Any]]:
    """Return what decides the order before the address does.

    Households are compared by the lower bounds that are shown: the order of exact counts would reveal them.
    """
    match order:
        case Order.STATE:
            return [_rank(now)]
        case Order.HOUSEHOLDS:
            counted = func.coalesce(Group.counted_taking_part, 0)
            return [at_least(counted, number_of_flats()).desc()]
        case Order.LAST_MEETING:
            return [last_meeting_of_group(now).desc().nulls_last()]
        case Order.ADDRESS:
            return []


def _rank(now: datetime) -> ColumnElement[int]:
    place = {state.value: number for number, state in enumerate(BuildingState)}
    is_wanted = Building.group_id.is_(None) & (interested_of_building(now) >= FEW)
    return case(
        (is_wanted, place[BuildingState.INTEREST.value]),
        *((Group.state == state, place[state.value]) for state in GroupState),
        else_=place[BuildingState.NONE.value],
    )


def _rows(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Building.id,
            Building.address,
            Landlord.name,
            Building.group_id,
            Group.state,
            case((Building.group_id.is_(None), flats_of_building()), else_=number_of_flats()),
            func.coalesce(Group.counted_taking_part, 0),
            interested_of_building(now),
            last_meeting_of_group(now),
        )
        .join(Property, Property.id == Building.property_id)
        .join(Landlord, Landlord.id == Property.landlord_id)
        .outerjoin(Group, Group.id == Building.group_id)
    )


def last_meeting_of_group(now: datetime) -> ScalarSelect[datetime]:
    """Return a scalar subquery: when the group of the outer select last met."""
    held = Meeting.counts_for([Group.id]), Meeting.is_on, Meeting.ends_at <= now
    return select(func.max(Meeting.ends_at)).where(*held).correlate(Group).scalar_subquery()
