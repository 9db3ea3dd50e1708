"""The buildings of an area: filtered, sorted, and in pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_

from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.followup.queries.counts import flats_of_building
from watch.groups.queries.areas import interested_of_building, number_of_flats
from watch.models import FEW, Area, Building, Group, GroupState, Landlord, Property
from watch.places.queries import buildings_at

A_PAGE = 50


class BuildingState(StrEnum):
    """The state of a building's group. Without a group it is INTEREST if enough people are interested."""

    INTEREST = "interest"
    STARTING = "starting"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"
    NONE = "none"  # no group, and fewer than FEW interested, whom the state must not reveal


@dataclass(frozen=True)
class Filter:
    """The buildings wanted and their order. `after` or `before` is the building that the page starts at."""

    text: str = ""
    state: BuildingState | None = None
    landlord_id: int | None = None
    by_state: bool = False
    after: int | None = None
    before: int | None = None


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
class BuildingsPage:
    """A page of rows. `before` and `after` are the keys of the neighbouring pages, or None."""

    rows: Sequence[BuildingRow]
    before: int | None
    after: int | None


def buildings_of(area: Area, wanted: Filter, now: datetime) -> BuildingsPage:
    """Return a page of buildings: one statement, two more with a text, one more on later pages."""
    keys = _keys(wanted.by_state, now)
    backwards = wanted.after is None and wanted.before is not None
    edge = _edge(area, wanted.before if backwards else wanted.after, keys)
    rows = _rows(area, wanted, now)
    if edge is not None:
        rows = rows.where(tuple_(*keys) < edge if backwards else tuple_(*keys) > edge)
    order = [key.desc() for key in keys] if backwards else keys
    found = [BuildingRow(*row) for row in db.session.execute(rows.order_by(*order).limit(A_PAGE + 1))]
    has_more, found = len(found) > A_PAGE, found[:A_PAGE]
    if backwards:
        found.reverse()
    if not found:
        return BuildingsPage([], None, None)
    came_from = edge is not None
    is_first, is_last = (not has_more, not came_from) if backwards else (not came_from, not has_more)
    return BuildingsPage(found, None if is_first else found[0].id, None if is_last else found[-1].id)


def landlords_in(area: Area) -> Sequence[Landlord]:
    """Return the landlords that own a property in the area, by name."""
    owners = select(Property.landlord_id).where(Property.area_id == area.id)
    return db.session.scalars(select(Landlord).where(Landlord.id.in_(owners)).order_by(Landlord.name)).all()


def _rows(area: Area, wanted: Filter, now: datetime) -> Select[*tuple[Any, ...]]:
    rows: Select[*tuple[Any, ...]] = (
        select(
            Building.id,
            Building.address,
            Landlord.name,
            Building.group_id,
            Group.state,
            case((Building.group_id.is_(None), flats_of_building()), else_=number_of_flats()),
            func.coalesce(Group.counted_taking_part, 0),
            interested_of_building(now),
        )
        .join(Property, Property.id == Building.property_id)
        .join(Landlord, Landlord.id == Property.landlord_id)
        .outerjoin(Group, Group.id == Building.group_id)
        .where(Property.area_id == area.id)
    )
    if wanted.text:
        rows = rows.where(buildings_at(wanted.text))
    if wanted.landlord_id is not None:
        rows = rows.where(Property.landlord_id == wanted.landlord_id)
    if wanted.state in (BuildingState.INTEREST, BuildingState.NONE):
        is_enough = interested_of_building(now) >= FEW
        wished = is_enough if wanted.state is BuildingState.INTEREST else ~is_enough
        rows = rows.where(Building.group_id.is_(None), wished)
    elif wanted.state is not None:
        rows = rows.where(Group.state == GroupState(wanted.state.value))
    return rows


def _keys(by_state: bool, now: datetime) -> list[ColumnElement[Any]]:
    """Return the sort keys. The id comes last, so that no two rows have equal keys."""
    place = {state.value: number for number, state in enumerate(BuildingState)}
    is_wanted = Building.group_id.is_(None) & (interested_of_building(now) >= FEW)
    rank = case(
        (is_wanted, place[BuildingState.INTEREST.value]),
        *((Group.state == state, place[state.value]) for state in GroupState),
        else_=place[BuildingState.NONE.value],
    )
    keys: list[ColumnElement[Any]] = [rank] if by_state else []
    return [*keys, Building.sort_key.expression, Building.id.expression]


def _edge(area: Area, building_id: int | None, keys: Sequence[ColumnElement[Any]]) -> Any:
    """Return the sort keys of the building that the page starts at; None if the area has no such building."""
    if building_id is None or building_id > LARGEST_NUMBER:
        return None
    wanted = (
        select(*keys).select_from(Building).join(Property).outerjoin(Group, Group.id == Building.group_id)
    )
    found = db.session.execute(wanted.where(Building.id == building_id, Property.area_id == area.id)).first()
    return None if found is None else tuple_(*found)
