"""Finding a building by its address, and what anybody may know of one."""

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
)  # a dormant or closed group takes in nobody: interest is collected
ADDRESS = re.compile(r"(?P<words>.*?) ?(?P<number>\d{1,4} ?[a-z]?)?")


@dataclass(frozen=True)
class PublicBuilding:
    """The public face of a building: whether a group takes in members; no count and no person.

    `stairwell` is the stairwell that was searched for, where the search named one.
    """

    building: Building
    has_group: bool
    stairwell: int | None = None


@dataclass(frozen=True)
class Found:
    """How a search met a building: in which stairwell, where it named one, and by its street's own name."""

    stairwell: int | None
    by_street: bool


def find_buildings(text: str, limit: int = 20) -> list[PublicBuilding]:
    """At most `limit` buildings with a stairwell at an address, typed whole or in part, accents or not.

    The area's name finds its buildings too, after those of a street that is called so. Where nothing is
    spelled so, what is one slip away. At most three statements.
    """
    stairwells = _stairwells_at(text)
    wanted = _public_buildings().where(Building.id.in_(stairwells.keys()))
    by_area = [building for building, each in stairwells.items() if not each.by_street]
    last = case((Building.id.in_(by_area), 1), else_=0)
    found = db.session.execute(wanted.order_by(last, Building.sort_key, Building.id).limit(limit))
    return [_public(building, state, stairwells[building.id].stairwell) for building, state in found]


def public_building(building: Building) -> PublicBuilding:
    """The public face of one building."""
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
    """Ids of the buildings with a stairwell at that address; none for a number without a street."""
    return set(_stairwells_at(text))


def _stairwells_at(text: str) -> dict[int, Found]:
    """The buildings at an address, each with its stairwell where the address names that one only."""
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
    """Streets (area and name) that hold every word, and whether by their own name, without their area's.

    Accents are forgiven, which no database does alike; where no street is spelled so, one slip a word.
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
    """12 is 12 and 12A; 12A is 12A only."""
    return bool(asked) and (
        number == asked or (asked.isdigit() and number.startswith(asked) and number[len(asked) :].isalpha())
    )
