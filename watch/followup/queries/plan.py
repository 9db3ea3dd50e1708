"""The buildings of an area for its map: where each stands, and the state of its group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from watch.extensions import db
from watch.followup.queries.buildings import BuildingState
from watch.groups.queries.areas import interested_of_building
from watch.models import FEW, Area, Building, Group, Property, Stairwell

MOST_ON_MAP = 400  # buildings, in the order of streets; an area has about a hundred


@dataclass(frozen=True)
class MapBuilding:
    """A building with its place, in metres to the north and east (None: not known), and its first street."""

    id: int
    address: str
    street: str
    group_id: int | None
    state: BuildingState
    place: tuple[float, float] | None


def buildings_on_map(area: Area, now: datetime) -> list[MapBuilding]:
    """Return the buildings of an area by street and number, in one statement."""
    of_stairwells = func.min(Stairwell.street), func.avg(Stairwell.north), func.avg(Stairwell.east)
    wanted = (
        select(
            Building.id, Building.address, *of_stairwells, Building.group_id, Group.state,
            interested_of_building(now) >= FEW,
        )
        .join(Property, Property.id == Building.property_id)
        .join(Stairwell, Stairwell.building_id == Building.id)
        .outerjoin(Group, Group.id == Building.group_id)
        .where(Property.area_id == area.id)
        .group_by(Building.id, Group.id)
        .order_by(Building.sort_key, Building.id)
    )  # fmt: skip
    return [
        MapBuilding(
            number, address, street, group_id,
            BuildingState(state.value) if state
            else BuildingState.INTEREST if is_enough else BuildingState.NONE,
            None if north is None else (float(north), float(east)),
        )
        for number, address, street, north, east, group_id, state, is_enough in db.session.execute(wanted)
    ]  # fmt: skip
