"""Finding a building by its address, and what anybody may know of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import Building, Group, GroupState, Property, Stairwell
from watch.places.addresses import folded

OPEN = (
    GroupState.STARTING,
    GroupState.ACTIVE,
)  # a dormant or closed group takes in nobody: interest is collected
ADDRESS = re.compile(r"(?P<words>.*?) ?(?P<number>\d{1,4} ?[a-z]?)?")


@dataclass(frozen=True)
class PublicBuilding:
    """The public face of a building: whether a group takes in members; no count and no person."""

    building: Building
    has_group: bool


def find_buildings(text: str, limit: int = 20) -> list[PublicBuilding]:
    """At most `limit` buildings with a stairwell at an address, typed whole or in part, accents or not.

    At most three statements.
    """
    wanted = _public_buildings().where(Building.id.in_(buildings_at(text)))
    found = db.session.execute(wanted.order_by(Building.sort_key, Building.id).limit(limit))
    return [_public(building, state) for building, state in found]


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


def _public(building: Building, state: GroupState | None) -> PublicBuilding:
    return PublicBuilding(building, state in OPEN)


def buildings_at(text: str) -> set[int]:
    """Ids of the buildings with a stairwell at that address; none for a number without a street."""
    asked = ADDRESS.fullmatch(folded(text.split(",")[0]))
    if asked is None or not asked["words"]:
        return set()
    streets = _streets_like(asked["words"])
    if not streets:
        return set()
    stairwells = select(Stairwell.building_id, Stairwell.number).where(Stairwell.street.in_(streets))
    number = (asked["number"] or "").replace(" ", "").upper()
    if not number:
        return set(db.session.scalars(stairwells))
    near = db.session.execute(stairwells.where(Stairwell.number.startswith(number, autoescape=True))).all()
    at = [building for building, theirs in near if _is_number(number, theirs)]
    return set(at or (building for building, _ in near))


def _streets_like(words: str) -> Sequence[str]:
    """Streets whose name holds every word; accents are forgiven, which no database does alike."""
    asked = words.split()
    streets = db.session.scalars(select(Stairwell.street).distinct())
    return [street for street in streets if all(word in folded(street) for word in asked)]


def _is_number(asked: str, number: str) -> bool:
    """12 is 12 and 12A; 12A is 12A only."""
    return number == asked or (
        asked.isdigit() and number.startswith(asked) and number[len(asked) :].isalpha()
    )
