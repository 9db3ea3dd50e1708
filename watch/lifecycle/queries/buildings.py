"""Which buildings and groups a group may get, or give away, and what the numbers of the parts would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from watch.extensions import db
from watch.groups.queries.areas import households_by_stairwell, last_night
from watch.models import GROUPS_IN_ORDER, Building, Group, GroupState, Property


@dataclass(frozen=True)
class Sizes:
    """The households that took part last night in a building and in the rest of its group, and the flats."""

    building: int
    rest: int
    flats: int
    flats_of_rest: int


def sizes_if_split(group: Group, building: Building, now: datetime) -> Sizes:
    """Return the sizes that a building and the rest of its group would have as two groups."""
    own = {each.id for each in building.stairwells}
    counted = households_by_stairwell(group, last_night(now))
    here = sum(counted[each][0] for each in own & counted.keys())
    flats = sum(counted[each][1] for each in own & counted.keys())
    return Sizes(
        building=here, rest=max(group.counted_taking_part - here, 0),
        flats=flats, flats_of_rest=sum(total for _count, total in counted.values()) - flats,
    )  # fmt: skip


def came_today(building: Building, now: datetime) -> bool:
    """Return True if a building came to its group after last night's count, so that nobody there counts.

    Whoever took part in a building that came with a group of its own does count.
    """
    is_new = building.grouped_at is not None and building.grouped_at > last_night(now)
    return is_new and db.session.scalar(_came_with(building)) is None


def _came_with(building: Building) -> Select[int]:
    """Return a select of the id of the group that a building came to its present group with."""
    merged = Group.merged_into_id == building.group_id, Group.closed_at == building.grouped_at
    return select(Group.id).where(*merged)


def is_mergeable(state: GroupState, into: GroupState) -> bool:
    """Return True if a group may be merged into one of that state: none loses what it may do."""
    return state is not GroupState.CLOSED and into in {state, GroupState.ACTIVE}


def mergeable_groups(group: Group) -> Sequence[Group]:
    """Return the groups of the group's area, of one building each, that may be merged into it, by street."""
    houses = select(func.count(Building.id)).where(Building.group_id == Group.id).correlate(Group)
    states = [each for each in GroupState if is_mergeable(each, group.state)]
    others = Group.area_id == group.area_id, Group.id != group.id, Group.state.in_(states)
    wanted = select(Group).where(*others, houses.scalar_subquery() == 1)
    return db.session.scalars(wanted.order_by(GROUPS_IN_ORDER, Group.id)).all()


def addable_buildings(group: Group) -> Sequence[Building]:
    """Return the buildings of the group's area that have no group, in street order."""
    wanted = select(Building).join(Property, Property.id == Building.property_id)
    free = wanted.where(Property.area_id == group.area_id, Building.group_id.is_(None))
    return db.session.scalars(free.order_by(Building.sort_key)).all()
