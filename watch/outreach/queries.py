"""Reads the outreach log: entries by filter, their sums, and when somebody was last there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Area, Building, Flat, OutreachEntry, OutreachKind, Property, Stairwell
from watch.places.queries import buildings_at
from watch.searching import is_found

Key = TypeVar("Key")
MOST_MONTHS = 13  # a longer time is summed by year


@dataclass(frozen=True)
class Filter:
    """The entries wanted. `text` is looked for in addresses, places and names of areas."""

    text: str = ""
    area_id: int | None = None
    building_id: int | None = None
    kind: OutreachKind | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Numbers:
    """The numbers of an entry."""

    id: int
    area_id: int
    day: date
    kind: OutreachKind
    people: int
    doors_knocked: int | None
    doors_opened: int | None
    material_count: int | None

    @property
    def month(self) -> date:
        """The first day of its month."""
        return self.day.replace(day=1)

    @property
    def year(self) -> date:
        """The first day of its year."""
        return self.day.replace(month=1, day=1)


NUMBERS: Any = [getattr(OutreachEntry, each.name) for each in fields(Numbers)]
WITH_PLACE = joinedload(OutreachEntry.building), joinedload(OutreachEntry.area)
LATEST_FIRST = OutreachEntry.day.desc(), OutreachEntry.id.desc()


@dataclass(frozen=True)
class Sum:
    """The sum of some entries: how many of each kind, people who took part, doors, and material counted."""

    door_knockings: int
    on_site: int
    people: int
    doors_knocked: int
    doors_opened: int
    material: int


def entries_in(areas: Collection[int], wanted: Filter) -> list[Numbers]:
    """Return the numbers of the entries wanted, of these areas (ids) only, the latest day first."""
    rows = select(*NUMBERS).where(OutreachEntry.area_id.in_(areas), OutreachEntry.is_current, *_as(wanted))
    found = [Numbers(*row) for row in db.session.execute(rows.order_by(*LATEST_FIRST))]
    if not wanted.text:
        return found
    named = {number for number, *words in db.session.execute(_words_at(areas)) if _is_at(wanted.text, words)}
    at_address = select(OutreachEntry.id).join(OutreachEntry.building).where(buildings_at(wanted.text))
    named |= set(db.session.scalars(at_address))
    return [each for each in found if each.id in named]


def _as(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a filter, without its text."""
    for column in ("area_id", "building_id", "kind"):
        if (value := getattr(wanted, column)) is not None:
            yield getattr(OutreachEntry, column) == value
    if wanted.since:
        yield OutreachEntry.day >= wanted.since
    if wanted.until:
        yield OutreachEntry.day <= wanted.until


def _words_at(areas: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Return a select of each entry's id, area, address and place. Places are encrypted: Python searches."""
    return (
        select(OutreachEntry.id, Area.name, Building.address, OutreachEntry.place)
        .join(Area, Area.id == OutreachEntry.area_id)
        .outerjoin(Building, Building.id == OutreachEntry.building_id)
        .where(OutreachEntry.area_id.in_(areas), OutreachEntry.is_current)
    )


def _is_at(text: str, words: Iterable[str | None]) -> bool:
    return is_found(text, " ".join(filter(None, words)))


def entries_by_id(ids: Sequence[int]) -> list[OutreachEntry]:
    """Return these entries in this order, with where they are, in one statement."""
    wanted = select(OutreachEntry).where(OutreachEntry.id.in_(ids)).options(*WITH_PLACE)
    found = {each.id: each for each in db.session.scalars(wanted)}
    return [found[each] for each in ids if each in found]


def removed_entries(areas: Collection[int]) -> Sequence[OutreachEntry]:
    """Return the entries of these areas (ids) that were taken away, the one taken away last first."""
    gone = select(OutreachEntry).where(
        OutreachEntry.area_id.in_(areas), OutreachEntry.removed_at.is_not(None)
    )
    in_order = gone.order_by(OutreachEntry.removed_at.desc(), OutreachEntry.id.desc())
    return db.session.scalars(in_order.options(*WITH_PLACE)).all()


def sum_of(entries: Iterable[Numbers]) -> Sum:
    """Return the sum of entries; what was not counted adds nothing."""
    all_of = list(entries)
    knockings = sum(each.kind is OutreachKind.DOOR_KNOCKING for each in all_of)
    return Sum(
        knockings,
        len(all_of) - knockings,
        sum(each.people for each in all_of),
        sum(each.doors_knocked or 0 for each in all_of),
        sum(each.doors_opened or 0 for each in all_of),
        sum(each.material_count or 0 for each in all_of),
    )


def sums_by(entries: Iterable[Numbers], key: Callable[[Numbers], Key]) -> dict[Key, Sum]:
    """Return the sums of the entries that share a key, in the order in which the keys come."""
    parted: dict[Key, list[Numbers]] = defaultdict(list)
    for each in entries:
        parted[key(each)].append(each)
    return {key: sum_of(alike) for key, alike in parted.items()}


def are_summed_by_month(entries: Sequence[Numbers]) -> bool:
    """Return True if the entries, the latest first, are of so short a time that each month has a sum."""
    if not entries:
        return True
    last, first = entries[0].day, entries[-1].day
    return (last.year - first.year) * 12 + last.month - first.month < MOST_MONTHS


def areas_of(ids: Collection[int]) -> Sequence[Area]:
    """Return areas in Swedish order."""
    return db.session.scalars(select(Area).where(Area.id.in_(ids)).order_by(Area.sort_key)).all()


def buildings_of(area: Area) -> Sequence[Building]:
    """Return an area's buildings by street and number."""
    here = select(Building).join(Property).where(Property.area_id == area.id)
    return db.session.scalars(here.order_by(Building.sort_key, Building.id)).all()


def doors_of(building_id: int, on: date) -> int:
    """Return how many flats a building had on a day, as the landlord's list says."""
    start = datetime.combine(on, time(), STOCKHOLM)
    still = or_(Flat.gone_at.is_(None), Flat.gone_at >= start)
    here = select(func.count()).select_from(Flat).join(Stairwell)
    return db.session.scalar(here.where(Stairwell.building_id == building_id, still)) or 0


def building_in(areas: Collection[int], building_id: int | None) -> Building | None:
    """Return the building of that id if it is in one of these areas (ids), else None."""
    here = select(Building).join(Property).where(Property.area_id.in_(areas), Building.id == building_id)
    return db.session.scalar(here) if building_id and 0 < building_id <= LARGEST_NUMBER else None


def last_at(place: Area | Sequence[Building]) -> OutreachEntry | None:
    """Return the latest entry of an area, or of these buildings; None if there is none."""
    if isinstance(place, Area):
        here = OutreachEntry.area_id == place.id
    else:
        here = OutreachEntry.building_id.in_([each.id for each in place])
    latest = select(OutreachEntry).where(here, OutreachEntry.is_current).order_by(*LATEST_FIRST)
    return db.session.scalar(latest.options(*WITH_PLACE).limit(1))
