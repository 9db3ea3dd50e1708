"""The register of coordinators: who has agreed that officers see them, and what is due with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import compress
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from watch.extensions import db
from watch.groups.queries.areas import at_least, number_of_flats
from watch.language import STOCKHOLM
from watch.models import (
    GROUPS_IN_ORDER,
    Area,
    Coordinator,
    Group,
    GroupState,
    Person,
    Stairwell,
    coordinator_stairwell,
)
from watch.names import name_key
from watch.searching import is_found

YEAR = timedelta(days=365)
MANY, FAR_TOO_MANY = 15, 20  # households per coordinator, from which on a group is said to need more
OfGroup = aliased(Coordinator)
BY_GROUP = Area.sort_key, GROUPS_IN_ORDER, Group.id, Coordinator.is_lead.desc(), Coordinator.id


class Due(StrEnum):
    """Something that is due with a coordinator."""

    TRAINING = "training"
    CONFIRMATION = "confirmation"  # said a year ago, or more, that they go on
    LOAD = "load"


class Shown(StrEnum):
    """Which coordinators of the register are shown."""

    ALL = "all"
    DUE = "due"
    LOADED = "loaded"


class RowOrder(StrEnum):
    """The order of the register."""

    GROUP = "group"  # by area, and in it by group; the lead first
    NAME = "name"
    LOAD = "load"  # the most households first
    TRAINED = "trained"  # the longest ago first, and before them those who never were
    CONFIRMED = "confirmed"  # the same


@dataclass(frozen=True)
class Wanted:
    """The coordinators wanted: a text in their name or addresses, an area's slug, which, and their order."""

    text: str = ""
    area: str = ""
    shown: Shown = Shown.ALL
    order: RowOrder = RowOrder.GROUP


@dataclass(frozen=True)
class Row:
    """A coordinator with their group.

    `load` is how many households there are for each coordinator of the group, at least: of the number that
    every page shows of the group, so that it tells nothing new.
    """

    coordinator: Coordinator
    load: int
    due: tuple[Due, ...]


def coordinator_ids(areas: Collection[int], wanted: Wanted, today: date) -> Sequence[int]:
    """Return the ids of those wanted of these areas (ids), in order; one statement, or two by text.

    Names are encrypted, so that only Python can search and sort them. No other filter or order reads them.
    """
    ids = select(Coordinator.id).join(Coordinator.group).join(Group.area).where(_seen_in(areas))
    if wanted.area:
        ids = ids.where(Area.slug == wanted.area)
    if wanted.shown is not Shown.ALL:
        dues = _dues(today)
        ids = ids.where(dues[Due.LOAD] if wanted.shown is Shown.LOADED else or_(*dues.values()))
    in_order = ids.order_by(*_first(wanted.order), *BY_GROUP)
    if wanted.text or wanted.order is RowOrder.NAME:
        return _ids_by_name(in_order, wanted)
    return db.session.scalars(in_order).all()


def rows_by_id(ids: Sequence[int], today: date) -> list[Row]:
    """Return the rows of these coordinators in this order; two statements."""
    found = {row.coordinator.id: row for row in _rows(today, Coordinator.id.in_(ids))}
    return [found[each] for each in ids if each in found]


def rows_in(areas: Collection[int], today: date) -> list[Row]:
    """Return the rows of all coordinators of these areas (ids) who agreed to be seen, by area and group."""
    return _rows(today, _seen_in(areas))


def seen_and_unseen(areas: Collection[int]) -> tuple[int, int]:
    """Return how many coordinators of these areas (ids) agreed to be seen, and how many have not."""
    seen = func.count().filter(Coordinator.officers_see_details)
    counts = select(seen, func.count()).select_from(Coordinator).join(Coordinator.group)
    agreed, everybody = db.session.execute(counts.where(_current_in(areas))).one()
    return agreed, everybody - agreed


def _current_in(areas: Collection[int]) -> ColumnElement[bool]:
    return and_(Group.area_id.in_(areas), Group.state != GroupState.CLOSED, Coordinator.is_current)


def _seen_in(areas: Collection[int]) -> ColumnElement[bool]:
    return and_(_current_in(areas), Coordinator.officers_see_details)


def _first(order: RowOrder) -> Sequence[Any]:
    """Return what the order looks at first. Rows of which it is the same stay by area and group."""
    first: dict[RowOrder, Sequence[Any]] = {
        RowOrder.LOAD: [_load().desc()],
        RowOrder.TRAINED: [Coordinator.trained_on.asc().nulls_first()],
        RowOrder.CONFIRMED: [Coordinator.confirmed_on.asc().nulls_first()],
    }
    return first.get(order, [])


def _ids_by_name(in_order: Select[int], wanted: Wanted) -> list[int]:
    """Return the ids of those whose name, group or addresses have the text, by name if that is the order."""
    with_names = in_order.join(Coordinator.person).with_only_columns(Coordinator.id, Person.name, Group.name)
    rows = db.session.execute(with_names).all()
    if wanted.text:
        addresses = _addresses_of(in_order)
        words = {each: " ".join([name, group, *addresses[each]]) for each, name, group in rows}
        rows = [row for row in rows if is_found(wanted.text, words[row[0]])]
    if wanted.order is RowOrder.NAME:
        rows = sorted(rows, key=lambda row: name_key(row[1]))
    return [each for each, *_ in rows]


def _addresses_of(coordinators: Select[int]) -> dict[int, list[str]]:
    """Return the addresses of the stairwells of those who are not for the whole house, by their id."""
    scope = coordinator_stairwell.c
    wanted = (
        select(scope.coordinator_id, Stairwell)
        .join(Stairwell, Stairwell.id == scope.stairwell_id)
        .where(scope.coordinator_id.in_(coordinators.order_by(None)))
        .order_by(Stairwell.sort_key)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for each, stairwell in db.session.execute(wanted):
        found[each].append(stairwell.address)
    return found


def _rows(today: date, which: ColumnElement[bool]) -> list[Row]:
    dues = _dues(today)
    wanted = (
        select(Coordinator, _load(), *dues.values())
        .join(Coordinator.group)
        .join(Group.area)
        .where(which)
        .order_by(*BY_GROUP)
        .options(
            contains_eager(Coordinator.group).contains_eager(Group.area),
            joinedload(Coordinator.person),
            selectinload(Coordinator.stairwells),
        )
    )
    rows = db.session.execute(wanted)
    return [Row(each, load, tuple(compress(dues, is_due))) for each, load, *is_due in rows]


def _dues(today: date) -> dict[Due, ColumnElement[bool]]:
    """Return the condition on Coordinator and Group for each of what can be due."""
    said_by = today - YEAR
    next_day = datetime.combine(said_by + timedelta(days=1), time.min, STOCKHOLM)
    never_said = and_(Coordinator.confirmed_on.is_(None), Coordinator.accepted_at < next_day)
    return {
        Due.TRAINING: Coordinator.trained_on.is_(None),
        Due.CONFIRMATION: or_(Coordinator.confirmed_on <= said_by, never_said),
        Due.LOAD: _load() > MANY,
    }


def _load() -> ColumnElement[int]:
    """Return the households that pages show of the outer select's group, at least, for each coordinator.

    It is rounded up, and NULL without coordinators: PostgreSQL may ask it of any group.
    """
    shown = at_least(func.coalesce(Group.counted_taking_part, 0), number_of_flats())
    here = select(func.count(OfGroup.id)).where(OfGroup.group_id == Group.id, OfGroup.is_current)
    count = func.nullif(here.correlate(Group).scalar_subquery(), 0, type_=Integer)
    return (shown + count - 1) // count
