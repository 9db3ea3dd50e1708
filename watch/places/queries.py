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
    """The public face of a building: whether a group takes in members; no count and no person.

    `port` is the stairwell that was searched for, where the search named one.
    """

    building: Building
    has_group: bool
    port: int | None = None


def find_buildings(text: str, limit: int = 20) -> list[PublicBuilding]:
    """At most `limit` buildings with a stairwell at an address, typed whole or in part, accents or not.

    At most three statements.
    """
    ports = _ports_at(text)
    wanted = _public_buildings().where(Building.id.in_(ports.keys()))
    found = db.session.execute(wanted.order_by(Building.sort_key, Building.id).limit(limit))
    return [_public(building, state, ports[building.id]) for building, state in found]


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


def _public(building: Building, state: GroupState | None, port: int | None = None) -> PublicBuilding:
    return PublicBuilding(building, state in OPEN, port)


def buildings_at(text: str) -> set[int]:
    """Ids of the buildings with a stairwell at that address; none for a number without a street."""
    return set(_ports_at(text))


def _ports_at(text: str) -> dict[int, int | None]:
    """The buildings at an address, each with its stairwell where the address names that one only."""
    asked = ADDRESS.fullmatch(folded(text.split(",")[0]))
    if asked is None or not asked["words"]:
        return {}
    streets = _streets_like(asked["words"])
    if not streets:
        return {}
    stairwells = select(Stairwell.building_id, Stairwell.id, Stairwell.number).where(
        Stairwell.street.in_(streets)
    )
    number = (asked["number"] or "").replace(" ", "").upper()
    if not number:
        return dict.fromkeys(db.session.scalars(stairwells))
    near = db.session.execute(stairwells.where(Stairwell.number.startswith(number, autoescape=True))).all()
    at: dict[int, list[int]] = {}
    for building, stairwell, theirs in near:
        if _is_number(number, theirs):
            at.setdefault(building, []).append(stairwell)
    named = {building: ports[0] if len(ports) == 1 else None for building, ports in at.items()}
    return named or dict.fromkeys(building for building, _stairwell, _number in near)


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
