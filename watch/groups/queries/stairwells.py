"""The stairwells of a group, and the work that waits for coordinators there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select

from watch.models import (
    Building,
    Coordinator,
    Counting,
    Group,
    JoinRequest,
    Meeting,
    MeetingPart,
    Membership,
    Person,
    RequestState,
    Stairwell,
    coordinator_stairwell,
)
from watch.statements import prepared


@dataclass(frozen=True)
class StairwellInHouse:
    """A stairwell of a group, its members without a known flat, and its coordinators' work."""

    id: int
    number: str
    address: str
    has_coordinator: bool
    waiting: int
    visit_requests: int
    without_flat: int


@dataclass(frozen=True)
class Work:
    """A coordinator's work: by stairwell, meetings held and not counted, and neighbours to tell an answer.

    With a lead, stairwells without a coordinator of their own are looked after.
    """

    stairwells: list[StairwellInHouse]
    without_flat: int
    uncounted_meetings: int
    to_tell: int
    has_lead: bool


def work_in(group: Group, by: Person, now: datetime, stairwells: Collection[int] | None = None) -> Work:
    """Return the stairwells of a group, or a coordinator's, with the work there; one statement.

    A stairwell has a coordinator if somebody other than the lead works for it or the whole group, or if a
    lead lives there. Meetings not counted are those of the group, of these stairwells, and those that `by`
    has called.
    """
    rows = _work(group.id, by.id, now, stairwells or (), only_some=stairwells is not None).all()
    found = [
        StairwellInHouse(key, number, f"{street} {number}", bool(coordinators), waiting, visits, hidden)
        for key, number, street, coordinators, waiting, visits, hidden, *_rest in rows
    ]
    theirs = sum(each.without_flat for each in found)
    return Work(
        found,
        without_flat=rows[0][-4] if rows and stairwells is None else theirs,
        uncounted_meetings=rows[0][-3] if rows else 0,
        to_tell=rows[0][-2] if rows else 0,
        has_lead=bool(rows and rows[0][-1]),
    )


@prepared
def _work(
    group_id: int, by_id: int, now: datetime, stairwells: Collection[int], *, only_some: bool
) -> Select[int, str, str, int, int, int, int, int, int, int, int]:
    uncounted = _uncounted_meetings(group_id, now)
    untold = select(func.count(JoinRequest.id)).where(
        is_untold(group_id, by_id, stairwells, only_some=only_some)
    )
    wanted = select(Stairwell).join(Building, Building.id == Stairwell.building_id)
    wanted = wanted.where(Building.group_id == group_id).order_by(Stairwell.sort_key, Stairwell.id)
    if only_some:
        of_all = MeetingPart.group_id == group_id, MeetingPart.stairwell_id.is_(None)
        is_theirs = Meeting.has_part(*of_all) | Meeting.has_part(MeetingPart.stairwell_id.in_(stairwells))
        uncounted = uncounted.where(is_theirs | (Meeting.called_by_id == by_id))
        wanted = wanted.where(Stairwell.id.in_(stairwells))
    return wanted.with_only_columns(
        Stairwell.id, Stairwell.number, Stairwell.street, _coordinators(group_id),
        _requests(group_id, visit=False), _requests(group_id, visit=True),
        _members_without_flat(Membership.stairwell_id == Stairwell.id).correlate(Stairwell).scalar_subquery(),
        _members_without_flat(Membership.group_id == group_id).scalar_subquery(), uncounted.scalar_subquery(),
        untold.scalar_subquery(), _leads(group_id),
    )  # fmt: skip


def is_untold(
    group_id: int, by_id: int, stairwells: Collection[int], *, only_some: bool
) -> ColumnElement[bool]:
    """Return the condition that a request without e-mail was decided and its applicant has not been told.

    With `only_some`, it is from one of these stairwells, or was decided by this coordinator.
    """
    decided = JoinRequest.state.in_([RequestState.APPROVED, RequestState.DECLINED])
    untold = and_(JoinRequest.group_id == group_id, JoinRequest.wants_visit, JoinRequest.told_at.is_(None))
    is_theirs = JoinRequest.stairwell_id.in_(stairwells) | (JoinRequest.decided_by_id == by_id)
    return and_(untold, decided, is_theirs) if only_some else and_(untold, decided)


def _coordinators(group_id: int) -> ScalarSelect[int]:
    """Return a subquery for the number of coordinators; leads count where they live."""
    scope = coordinator_stairwell.c
    has_scope = select(scope.stairwell_id).where(scope.coordinator_id == Coordinator.id)
    this_one = has_scope.where(scope.stairwell_id == Stairwell.id).correlate(Coordinator, Stairwell)
    lives = (
        select(Membership.id)
        .where(Membership.person_id == Coordinator.person_id, Membership.group_id == group_id)
        .where(Membership.is_current, Membership.stairwell_id == Stairwell.id)
        .correlate(Coordinator, Stairwell)
        .exists()
    )
    return (
        select(func.count(Coordinator.id))
        .where(
            Coordinator.group_id == group_id,
            Coordinator.is_current,
            or_(this_one.exists(), and_(or_(Coordinator.is_lead.is_(False), lives), ~has_scope.exists())),
        )
        .correlate(Stairwell)
        .scalar_subquery()
    )


def _leads(group_id: int) -> ScalarSelect[int]:
    leads = Coordinator.group_id == group_id, Coordinator.is_current, Coordinator.is_lead
    return select(func.count(Coordinator.id)).where(*leads).scalar_subquery()


def _requests(group_id: int, *, visit: bool) -> ScalarSelect[int]:
    """Return a subquery for the number of requests that wait for an answer, or for a visit."""
    waiting = select(func.count(JoinRequest.id)).where(
        JoinRequest.stairwell_id == Stairwell.id,
        JoinRequest.group_id == group_id,
        JoinRequest.state == RequestState.WAITING,
        JoinRequest.wants_visit.is_(visit),
        ~JoinRequest.is_of_member,
    )
    return waiting.correlate(Stairwell).scalar_subquery()


def _members_without_flat(where: ColumnElement[bool]) -> Select[int]:
    unknown = Membership.is_current, Membership.household_id.is_(None)
    return select(func.count(Membership.id)).where(where, *unknown)


def _uncounted_meetings(group_id: int, now: datetime) -> Select[int]:
    return select(func.count(Meeting.id)).where(
        Meeting.group_id == group_id,
        Meeting.ends_at <= now,
        Meeting.is_on,
        Meeting.counting == Counting.NOT_YET,
    )
