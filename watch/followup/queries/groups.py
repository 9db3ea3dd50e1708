"""All groups of an officer's areas in one list: filtered, sorted, and in pages by key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import compress
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from watch.extensions import db
from watch.followup.queries.buildings import last_meeting_of_group
from watch.followup.queries.needs import OF_GROUPS, Reason, is_in_need
from watch.groups.queries.areas import at_least, number_of_flats
from watch.models import GROUPS_IN_ORDER, Area, Building, Group, GroupState
from watch.places.queries import buildings_at

STATES_IN_ORDER = (GroupState.STARTING, GroupState.ACTIVE, GroupState.DORMANT, GroupState.CLOSED)


class GroupOrder(StrEnum):
    """The order of the list."""

    AREA = "area"  # by area, and in it by street
    STATE = "state"
    HOUSEHOLDS = "households"  # the most first
    LAST_MEETING = "last_meeting"  # the longest ago first, and before them those that never met


@dataclass(frozen=True)
class GroupFilter:
    """The groups wanted and their order. Closed ones are left out unless asked for."""

    text: str = ""
    area_id: int | None = None
    state: GroupState | None = None
    need: Reason | None = None
    order: GroupOrder = GroupOrder.AREA


@dataclass(frozen=True)
class GroupRow:
    """A group with last night's households, which pages show as bands, and what it needs an officer for."""

    id: int
    name: str
    area: str
    state: GroupState
    flats: int
    taking_part: int
    last_meeting: datetime | None
    needs: tuple[Reason, ...]


def group_ids(areas: Collection[int], wanted: GroupFilter, now: datetime) -> Sequence[int]:
    """Return the ids of the groups wanted, of these areas only, in order; one statement, or three by text."""
    ids = select(Group.id).join(Area, Area.id == Group.area_id)
    ids = ids.where(Group.area_id.in_(areas), Group.merged_into_id.is_(None))
    if wanted.text:
        ids = ids.where(Group.id.in_(select(Building.group_id).where(buildings_at(wanted.text))))
    if wanted.area_id is not None:
        ids = ids.where(Group.area_id == wanted.area_id)
    if wanted.need:
        ids = ids.where(is_in_need(wanted.need, now))
    if wanted.state:
        ids = ids.where(Group.state == wanted.state)
    elif not wanted.need:
        ids = ids.where(Group.state != GroupState.CLOSED)
    in_order = (*_first(wanted.order, now), Area.sort_key, GROUPS_IN_ORDER, Group.id)
    return db.session.scalars(ids.order_by(*in_order)).all()


def groups_by_id(ids: Sequence[int], now: datetime) -> list[GroupRow]:
    """Return these groups in this order, in one statement."""
    columns: list[Any] = [
        Group.id, Group.name, Area.name, Group.state, number_of_flats(), Group.counted_taking_part,
        last_meeting_of_group(now), *(is_in_need(reason, now) for reason in OF_GROUPS),
    ]  # fmt: skip
    rows = db.session.execute(select(*columns).join(Area, Area.id == Group.area_id).where(Group.id.in_(ids)))
    found = {row[0]: row for row in rows}
    return [_row(found[each]) for each in ids if each in found]


def _row(columns: Sequence[Any]) -> GroupRow:
    number, name, area, state, flats, taking_part, last_meeting, *is_so = columns
    needs = tuple(compress(OF_GROUPS, is_so))
    return GroupRow(number, name, area, state, flats, taking_part, last_meeting, needs)


def _first(order: GroupOrder, now: datetime) -> list[ColumnElement[Any]]:
    """Return what decides the order before area and street do.

    Households are compared by the lower bounds that are shown: the order of exact counts would reveal them.
    """
    match order:
        case GroupOrder.STATE:
            place = {state: number for number, state in enumerate(STATES_IN_ORDER)}
            return [case(*((Group.state == state, place[state]) for state in place), else_=len(place))]
        case GroupOrder.HOUSEHOLDS:
            counted = func.coalesce(Group.counted_taking_part, 0)
            return [at_least(counted, number_of_flats()).desc()]
        case GroupOrder.LAST_MEETING:
            return [last_meeting_of_group(now).asc().nulls_first()]
        case GroupOrder.AREA:
            return []
