"""The stairwells of a group and what waits behind each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from watch.extensions import db
from watch.models import (
    Building,
    Coordinator,
    Counting,
    Group,
    JoinRequest,
    Meeting,
    Membership,
    RequestState,
    Stairwell,
    coordinator_stairwell,
)


@dataclass(frozen=True)
class StairwellInHouse:
    """A stairwell of a group with what its coordinators have to do there."""

    id: int
    number: str
    address: str
    has_coordinator: bool
    waiting: int
    knocks: int


@dataclass(frozen=True)
class Work:
    """What waits in a group: by stairwell, and gatherings held but not counted."""

    stairwells: list[StairwellInHouse]
    without_flat: int
    uncounted_meetings: int


def stairwells_of(group: Group, now: datetime, stairwells: Collection[int] | None = None) -> Work:
    """The stairwells of a group in street order with what waits there; one statement.

    A stairwell has a coordinator where somebody other than the lead works for it or the whole house.
    """
    waiting = (
        select(func.count(JoinRequest.id))
        .where(
            JoinRequest.stairwell_id == Stairwell.id,
            JoinRequest.group_id == group.id,
            JoinRequest.state == RequestState.WAITING,
        )
        .correlate(Stairwell)
    )
    covers_all = Coordinator.id.not_in(select(coordinator_stairwell.c.coordinator_id))
    covers_this = Coordinator.id.in_(
        select(coordinator_stairwell.c.coordinator_id)
        .where(coordinator_stairwell.c.stairwell_id == Stairwell.id)
        .correlate(Stairwell)
    )
    coordinators = (
        select(func.count(Coordinator.id))
        .where(
            Coordinator.group_id == group.id,
            Coordinator.accepted_at.is_not(None),
            Coordinator.ended_at.is_(None),
            or_(covers_this, and_(covers_all, Coordinator.is_lead.is_(False))),
        )
        .correlate(Stairwell)
    )
    without_flat = select(func.count(Membership.id)).where(
        Membership.group_id == group.id, Membership.left_at.is_(None), Membership.household_id.is_(None)
    )
    uncounted = select(func.count(Meeting.id)).where(
        Meeting.group_id == group.id,
        Meeting.ends_at <= now,
        Meeting.cancelled_at.is_(None),
        Meeting.counting == Counting.NOT_YET,
    )
    wanted = (
        select(
            Stairwell.id,
            Stairwell.number,
            Stairwell.street,
            coordinators.scalar_subquery(),
            waiting.where(JoinRequest.wants_knock.is_(False)).scalar_subquery(),
            waiting.where(JoinRequest.wants_knock.is_(True)).scalar_subquery(),
            without_flat.scalar_subquery(),
            uncounted.scalar_subquery(),
        )
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group.id)
        .order_by(Stairwell.sort_key, Stairwell.id)
    )
    if stairwells is not None:
        wanted = wanted.where(Stairwell.id.in_(stairwells))
    rows = db.session.execute(wanted).all()
    return Work(
        [
            StairwellInHouse(number, port, f"{street} {port}", bool(coordinators), waiting, knocks)
            for number, port, street, coordinators, waiting, knocks, *_rest in rows
        ],
        without_flat=rows[0][-2] if rows and stairwells is None else 0,
        uncounted_meetings=rows[0][-1] if rows else 0,
    )


def stairwells_in(group: Group) -> list[Stairwell]:
    """The stairwells of a group with their flats, in street order."""
    wanted = (
        select(Stairwell)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group.id)
        .options(selectinload(Stairwell.flats))
        .order_by(Stairwell.sort_key, Stairwell.id)
    )
    return list(db.session.scalars(wanted))
