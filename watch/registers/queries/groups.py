"""The groups of areas with the numbers that pages show of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from watch.extensions import db
from watch.groups.queries.areas import number_of_flats
from watch.models import GROUPS_IN_ORDER, Area, Building, Coordinator, Group, GroupState, Meeting


@dataclass(frozen=True)
class GroupRow:
    """A group with counts; households are those of last night, which pages show in bands."""

    name: str
    area: str
    state: GroupState
    started_at: datetime
    buildings: int
    flats: int
    taking_part: int
    coordinators: int
    last_meeting: datetime | None


def groups_in(areas: Collection[int], now: datetime) -> list[GroupRow]:
    """Return the groups of these areas (ids), by area and address, in one statement."""
    buildings = select(func.count(Building.id)).where(Building.group_id == Group.id).correlate(Group)
    coordinators = select(func.count(Coordinator.id)).where(
        Coordinator.group_id == Group.id, Coordinator.is_current
    )
    met = select(func.max(Meeting.ends_at)).where(
        Meeting.counts_for([Group.id]), Meeting.is_on, Meeting.ends_at <= now
    )
    wanted = (
        select(
            Group.name, Area.name, Group.state, Group.started_at, buildings.scalar_subquery(),
            number_of_flats(), func.coalesce(Group.counted_taking_part, 0),
            coordinators.correlate(Group).scalar_subquery(), met.correlate(Group).scalar_subquery(),
        )
        .join(Area, Area.id == Group.area_id)
        .where(Group.area_id.in_(areas))
        .order_by(Area.sort_key, GROUPS_IN_ORDER, Group.id)
    )  # fmt: skip
    return [GroupRow(*row) for row in db.session.execute(wanted)]
