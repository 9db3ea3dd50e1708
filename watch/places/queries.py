"""Finds buildings by address, and returns what everybody may know about a building."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, select, tuple_
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import Area, Building, Group, GroupState, Property, Stairwell
from watch.places.addresses import contains, folded, nearly_contains

OPEN = (
    GroupState.STARTING,
    GroupState.ACTIVE,
)  # a dormant or closed group admits nobody; its building collects interest
ADDRESS = re.compile(r"(?P<words>.*?) ?(?P<number>\d{1,4} ?[a-z]?)?")


@dataclass(frozen=True)
class PublicBuilding:
    """The public facts of a building: whether its group takes members, no count and no person.

    `stairwell` is the id of the stairwell that the search named.
    """

    building: Building
    has_group: bool
    stairwell: int | None = None


@dataclass(frozen=True)
class Found:
    """A building's match: the stairwell if only one matched, and whether the street itself matched."""

    stairwell: int | None
    by_street: bool


def find_buildings(text: str, limit: int = 20) -> list[PublicBuilding]:
    """Return at most `limit` buildings at an address, which may be partial and without accents.

    The name of an area matches too, and such buildings come last. If nothing matches exactly, one typing
    error per word is allowed. It takes at most three statements.
    """
    stairwells = _stairwells_at(text)
    wanted = _public_buildings().where(Building.id.in_(stairwells.keys()))
    by_area = [building for building, each in stairwells.items() if not each.by_street]
    last = case((Building.id.in_(by_area), 1), else_=0)
    found = db.session.execute(wanted.order_by(last, Building.sort_key, Building.id).limit(limit))
    return [_public(building, state, stairwells[building.id].stairwell) for building, state in found]


def public_building(building: Building) -> PublicBuilding:
    """Return what everybody may know of a building."""
    known, state = db.session.execute(_public_buildings().where(Building.id == building.id)).one()
    return _public(known, state)


def _public_buildings() -> Select[Building, GroupState]:
    return (
        select(Building, Group.state)
        .outerjoin(Group, Group.id == Building.group_id)
        .options(joinedload(Building.property).joinedload(Property.area))
    )


def _public(building: Building, state: GroupState | None, stairwell: int | None = None) -> PublicBuilding:
    return PublicBuilding(building, state in OPEN, stairwell)


def buildings_at(text: str) -> set[int]:
    """Return the ids of the buildings at that address; none for a number without a street."""
    return set(_stairwells_at(text))


def _stairwells_at(text: str) -> dict[int, Found]:
    """Return matches by building id."""
    asked = ADDRESS.fullmatch(folded(text.split(",")[0]))
    streets = _streets_like(asked["words"].split()) if asked else {}
    if asked is None or not streets:
        return {}
    stairwells = (
        select(Stairwell.building_id, Stairwell.id, Stairwell.number, Property.area_id, Stairwell.street)
        .join(Stairwell.building)
        .join(Building.property)
        .where(tuple_(Property.area_id, Stairwell.street).in_(streets))
    )
    number = (asked["number"] or "").replace(" ", "").upper()
    near = [
        (building, stairwell, theirs, streets[area, street])
        for building, stairwell, theirs, area, street in db.session.execute(stairwells)
        if theirs.startswith(number)
    ]
    named = [row for row in near if _is_number(number, row[2])]
    found: dict[int, Found] = {}
    for building, stairwell, _number, by_street in named or near:
        only = stairwell if named and building not in found else None
        found[building] = Found(only, by_street or (building in found and found[building].by_street))
    return found


def _streets_like(asked: Sequence[str]) -> dict[tuple[int, str], bool]:
    """Return the matching (area id, street) pairs; True if the street matched without the area's name.

    The comparison is done in Python, because the databases treat accents differently.
    """
    known = (
        select(Property.area_id, Stairwell.street, Area.name)
        .join(Stairwell.building)
        .join(Building.property)
        .join(Property.area)
        .distinct()
    )
    places = [(area_id, street, folded(area)) for area_id, street, area in db.session.execute(known)]
    for holds in (contains, nearly_contains) if asked else ():
        found = {
            (area_id, street): by_street
            for area_id, street, area in places
            if (by_street := all(holds(folded(street), word) for word in asked))
            or all(holds(f"{folded(street)} {area}", word) for word in asked)
        }
        if found:
            return found
    return {}


def _is_number(asked: str, number: str) -> bool:
    """Return True if a typed number means this one: 12 means 12 and 12A, 12A only 12A."""
    return bool(asked) and (
        number == asked or (asked.isdigit() and number.startswith(asked) and number[len(asked) :].isalpha())
    )
