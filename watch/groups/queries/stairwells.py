"""The stairwells of a group and what waits behind each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, func, or_, select

from watch.extensions import db
from watch.models import (
    Building,
    Coordinator,
    Counting,
    Group,
    JoinRequest,
    Meeting,
    Membership,
    Person,
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
    """What waits for a coordinator: by stairwell, and gatherings held but not counted."""

    stairwells: list[StairwellInHouse]
    without_flat: int
    uncounted_meetings: int


def work_in(group: Group, by: Person, now: datetime, stairwells: Collection[int] | None = None) -> Work:
    """The stairwells of a group, or a coordinator's, in street order with what waits there; one statement.

    A stairwell has a coordinator where somebody other than the lead works for it or the whole house.
    """
    wanted = (
        select(
            Stairwell.id, Stairwell.number, Stairwell.street, _coordinators(group),
            _requests(group, knock=False), _requests(group, knock=True),
            _members_without_flat(group), _uncounted_meetings(group, by, now, stairwells),
        )
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group.id)
        .order_by(Stairwell.sort_key, Stairwell.id)
    )  # fmt: skip
    if stairwells is not None:
        wanted = wanted.where(Stairwell.id.in_(stairwells))
    rows = db.session.execute(wanted).all()
    found = [
        StairwellInHouse(key, number, f"{street} {number}", bool(coordinators), waiting, knocks)
        for key, number, street, coordinators, waiting, knocks, *_rest in rows
    ]
    return Work(
        found,
        without_flat=rows[0][-2] if rows and stairwells is None else 0,
        uncounted_meetings=rows[0][-1] if rows else 0,
    )


def _coordinators(group: Group) -> ScalarSelect[int]:
    """How many other than the lead work for the stairwell of the row around."""
    scope = coordinator_stairwell.c
    has_scope = select(scope.stairwell_id).where(scope.coordinator_id == Coordinator.id)
    this_one = has_scope.where(scope.stairwell_id == Stairwell.id).correlate(Coordinator, Stairwell)
    return (
        select(func.count(Coordinator.id))
        .where(
            Coordinator.group_id == group.id,
            Coordinator.is_current,
            or_(this_one.exists(), and_(Coordinator.is_lead.is_(False), ~has_scope.exists())),
        )
        .correlate(Stairwell)
        .scalar_subquery()
    )


def _requests(group: Group, *, knock: bool) -> ScalarSelect[int]:
    """How many wait for an answer, or for a knock, in the stairwell of the row around."""
    waiting = select(func.count(JoinRequest.id)).where(
        JoinRequest.stairwell_id == Stairwell.id,
        JoinRequest.group_id == group.id,
        JoinRequest.state == RequestState.WAITING,
        JoinRequest.wants_knock.is_(knock),
    )
    return waiting.correlate(Stairwell).scalar_subquery()


def _members_without_flat(group: Group) -> ScalarSelect[int]:
    hidden = select(func.count(Membership.id)).where(
        Membership.group_id == group.id, Membership.is_current, Membership.household_id.is_(None)
    )
    return hidden.scalar_subquery()


def _uncounted_meetings(
    group: Group, by: Person, now: datetime, stairwells: Collection[int] | None
) -> ScalarSelect[int]:
    """Of the group, of those stairwells, and what this coordinator has called elsewhere."""
    uncounted = select(func.count(Meeting.id)).where(
        Meeting.group_id == group.id,
        Meeting.ends_at <= now,
        Meeting.cancelled_at.is_(None),
        Meeting.counting == Counting.NOT_YET,
    )
    if stairwells is not None:
        is_theirs = Meeting.stairwell_id.is_(None) | Meeting.stairwell_id.in_(stairwells)
        uncounted = uncounted.where(is_theirs | (Meeting.called_by_id == by.id))
    return uncounted.scalar_subquery()
