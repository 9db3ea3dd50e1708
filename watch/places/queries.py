"""Finds buildings by address, and returns what everybody may know about a building."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    ScalarSelect,
    Select,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import Area, Building, Coordinator, Group, GroupState, Property, Stairwell
from watch.places.addresses import address_of
from watch.places.typed_address import street_and_number, with_short_forms
from watch.searching import contains, folded, nearly_contains
from watch.statements import prepared

OPEN = (
    GroupState.STARTING,
    GroupState.ACTIVE,
)  # a dormant or closed group admits nobody; its building collects interest


@dataclass(frozen=True)
class PublicBuilding:
    """The public facts of a building: whether its group takes members, but no number and no person.

    `stairwell` is the id of the stairwell that the search named.
    """

    building: Building
    has_group: bool
    stairwell: int | None = None


@dataclass(frozen=True)
class Asked:
    """One reading of a typed address: the number, and the streets and areas it may mean.

    `streets` are (city, street); `areas` are ids of whole areas; `in_areas` are streets in areas named with
    them.
    """

    number: str
    streets: list[tuple[str, str]] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    in_areas: list[tuple[int, str, str]] = field(default_factory=list)


def find_buildings(text: str, limit: int = 20) -> list[PublicBuilding]:
    """Return at most `limit` buildings at an address, which may be partial and without accents.

    An area's name finds its buildings too, after those of a street with that name. Without any match, one
    typing error a word is allowed. Two statements, three with a number; two more without a matching street.
    """
    for asked in _readings(text):
        stairwells = _stairwells_at(asked) if asked.number else {}
        here = Building.id.in_(stairwells if asked.number else _at(asked))
        order: list[Any] = [Building.sort_key, Building.id]
        if asked.areas or asked.in_areas:
            order.insert(0, case((Building.id.in_(_at(Asked("", asked.streets))), 0), else_=1))
        wanted = _public_buildings().where(here).order_by(*order).limit(limit)
        if found := db.session.execute(wanted).all():
            return [PublicBuilding(each, takes, stairwells.get(each.id)) for each, takes in found]
        if asked.streets or _exists(asked):
            break
    return []


def public_building(building: Building) -> PublicBuilding:
    """Return what everybody may know of a building."""
    known, takes_members = db.session.execute(_public_buildings().where(Building.id == building.id)).one()
    return PublicBuilding(known, takes_members)


def _public_buildings() -> Select[Building, bool]:
    """Return a select of buildings, and whether their group is open and has a coordinator who can answer."""
    answers = exists().where(Coordinator.group_id == Group.id, Coordinator.is_current)
    takes_members = func.coalesce(Group.state.in_(OPEN), False) & answers
    return (
        select(Building, takes_members)
        .outerjoin(Group, Group.id == Building.group_id)
        .options(joinedload(Building.property).joinedload(Property.area))
    )


def buildings_at(text: str) -> ColumnElement[bool]:
    """Return the condition on Building of having that address; never true for a number without a street."""
    for asked in _readings(text):
        if asked.streets or _exists(asked):
            return Building.id.in_(_stairwells_at(asked) if asked.number else _at(asked))
    return false()


def _readings(text: str) -> Iterator[Asked]:
    """Yield what an address may mean: first as spelled, then with one typing error a word.

    Python compares the words, because databases ignore accents in different ways.
    """
    typed = street_and_number(text)
    if not typed:
        return
    known = [
        (city, name, area_id, with_short_forms(name), folded(city).split())
        for city, name, area_id in _streets_and_areas()
    ]
    areas = [(area_id, plain) for _city, _name, area_id, plain, _its in known if area_id is not None]
    for holds in (contains, nearly_contains):

        @cache
        def areas_with(*words: str, holds: Callable[[str, str], bool] = holds) -> list[int]:
            return [area_id for area_id, plain in areas if all(holds(plain, word) for word in words)]

        for words, number in typed:
            asked = Asked(number, areas=areas_with(*words))
            for city, street, area_id, plain, its in known:
                missing = [word for word in words if not holds(plain, word)]
                if area_id is not None or len(missing) == len(words):
                    continue
                if all(word in its for word in missing):
                    asked.streets.append((city, street))
                else:
                    asked.in_areas.extend((each, city, street) for each in areas_with(*missing))
            if asked.streets or asked.areas or asked.in_areas:
                yield asked


@prepared
def _streets_and_areas() -> CompoundSelect[str, str, int | None]:
    """Return a select of each street of each city, once, and of the areas.

    It steps through the index of addresses from one street to the next, instead of reading every stairwell.
    """

    def least(column: Any, *beyond: ColumnElement[bool]) -> ScalarSelect[Any]:
        return select(func.min(column)).where(*beyond).scalar_subquery()

    city = select(func.min(Stairwell.city).label("name")).cte("city", recursive=True)
    after = least(Stairwell.city, Stairwell.city > city.c.name)
    city = city.union_all(select(after).where(city.c.name.is_not(None)))
    first = least(Stairwell.street, Stairwell.city == city.c.name).label("name")
    street = select(city.c.name.label("city"), first).where(city.c.name.is_not(None))
    streets = street.cte("street", recursive=True)
    after = least(Stairwell.street, Stairwell.city == streets.c.city, Stairwell.street > streets.c.name)
    streets = streets.union_all(select(streets.c.city, after).where(streets.c.name.is_not(None)))
    known = select(streets.c.city, streets.c.name, null().cast(Integer)).where(streets.c.name.is_not(None))
    return union_all(known, select(literal(""), Area.name, Area.id))


def _at(asked: Asked) -> Select[int]:
    """Return a select of the ids of the buildings in these streets, whatever their number."""
    in_street = tuple_(Stairwell.city, Stairwell.street).in_(asked.streets)
    wanted = select(Stairwell.building_id)
    if not asked.areas and not asked.in_areas:
        return wanted.where(in_street)
    in_area = tuple_(Property.area_id, Stairwell.city, Stairwell.street).in_(asked.in_areas)
    anywhere = or_(in_street, in_area, Property.area_id.in_(asked.areas))
    return wanted.join(Stairwell.building).join(Building.property).where(anywhere)


def _exists(asked: Asked) -> bool:
    return db.session.scalar(_at(asked).limit(1)) is not None


def _stairwells_at(asked: Asked) -> dict[int, int | None]:
    """Return the buildings with that number, each with its stairwell if only that one matches."""
    wanted = _at(asked).add_columns(Stairwell.id, Stairwell.number)
    rows = db.session.execute(wanted.where(Stairwell.number.startswith(asked.number, autoescape=True)))
    near = [row for row in rows if row[2].startswith(asked.number)]  # SQLite ignores case
    named = [row for row in near if _is_number(asked.number, row[2])]
    found: dict[int, int | None] = {}
    for building, stairwell, _number in named or near:
        found[building] = stairwell if named and building not in found else None
    return found


def _is_number(asked: str, number: str) -> bool:
    """Return True if a typed number means this one: 12 means 12 and 12A, 12A only 12A."""
    return bool(asked) and (
        number == asked or (asked.isdigit() and number.startswith(asked) and number[len(asked) :].isalpha())
    )


def name_of(buildings: Iterable[Building]) -> str:
    """Return the name of a group: the addresses of its buildings."""
    return address_of((each.street, each.number) for building in buildings for each in building.stairwells)
