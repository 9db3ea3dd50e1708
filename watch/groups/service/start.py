"""From interest to an active group: started, followed step by step, activated, counted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.mails import GROUP_STARTED
from watch.groups.queries import RECOUNT_AT as RECOUNT_AT  # for the clock
from watch.groups.queries import last_night, were_interested
from watch.language import local
from watch.mail import outbox
from watch.models import (
    FEW,
    Building,
    ChecklistItem,
    Coordinator,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Household,
    HouseholdStatus,
    Interest,
    Mailing,
    Membership,
    Person,
    Stairwell,
    StartStep,
    utcnow,
)

IS_INTERESTED = Interest.confirmed_at.is_not(None), Interest.ended_at.is_(None)


class GroupExists(DomainError):
    """The building has a group already, perhaps since a moment ago."""

    def __init__(self, group: Group) -> None:
        super().__init__("the building has a group")
        self.group = group


class NotReady(DomainError):
    """Steps of the start are missing."""

    def __init__(self, missing: Collection[StartStep]) -> None:
        super().__init__("steps are missing")
        self.missing = missing


class NobodyAccepted(NotReady):
    """No coordinator has said yes, and without one a group does not begin."""

    def __init__(self) -> None:
        super().__init__([StartStep.COORDINATORS_TRAINED])


class NotStarting(DomainError):
    """The group is past its start: its checklist is history."""


def start_group(building: Building, *, by: Person) -> Group:
    """Start the group of a building; who is interested hears of it once somebody coordinates.

    Raises GroupExists, also when two start it at once.
    """
    now = utcnow()
    with db.session.begin_nested():
        group = Group(
            area_id=building.property.area_id, name=building.address, started_at=now,
            interest_since=db.session.scalar(_many_since(building, now)),
        )  # fmt: skip
        group.transitions.append(GroupTransition(state=GroupState.STARTING, at=now, by_id=by.id))
        db.session.add(group)
        db.session.flush()
        taken = update(Building).where(Building.id == building.id, Building.group_id.is_(None))
        if not db.session.execute(taken.values(group_id=group.id)).rowcount:  # type: ignore[attr-defined]  # of an UPDATE
            raise GroupExists(_group_of(building))
    db.session.refresh(building, ["group_id"])
    tick(group, StartStep.POLICE_CONTACT, local(now).date(), by=by)
    audit.note("group-started", about=group, by=by)
    recount_groups(now, group)
    return group


def _group_of(building: Building) -> Group:
    return db.session.scalars(
        select(Group).join(Building, Building.group_id == Group.id).where(Building.id == building.id)
    ).one()


def _many_since(building: Building, now: datetime) -> Select[datetime | None]:
    """When so many were interested that the officer could see it; the day of one of a few is theirs."""
    seen = were_interested(last_night(now))
    wanted = select(Interest.confirmed_at).where(Interest.building_id == building.id, seen)
    return wanted.order_by(Interest.confirmed_at).offset(FEW - 1).limit(1)


def tell_the_interested(group: Group) -> None:
    """Each of those who are interested gets one mail, once they can join."""
    told = select(Mailing.id).where(Mailing.kind == GROUP_STARTED.kind, Mailing.interest_id == Interest.id)
    untold = (
        select(Interest)
        .join(Building, Building.id == Interest.building_id)
        .where(Building.group_id == group.id, *IS_INTERESTED, ~told.exists())
        .order_by(Interest.id)
    )
    for interest in db.session.scalars(untold).all():
        outbox.queue(GROUP_STARTED, to=interest.person, about=interest)


def tick(group: Group, step: StartStep, done_on: date, *, by: Person) -> None:
    """A step of the start is done since that day; ticked again, it has the new day.

    Raises NotStarting, NobodyAccepted.
    """
    _must_be_starting(group)
    if step is StartStep.COORDINATORS_TRAINED:
        _must_be_coordinated(group)
    known = select(ChecklistItem).where(ChecklistItem.group_id == group.id, ChecklistItem.step == step)
    item = db.session.scalar(known)
    if item is None:
        try:
            with db.session.begin_nested():
                db.session.add(ChecklistItem(group=group, step=step, done_on=done_on, by_id=by.id))
        except IntegrityError:
            item = db.session.scalars(known).one()
    if item is not None:
        item.done_on, item.by_id = done_on, by.id
    audit.note("start-step-ticked", about=group, by=by)


def untick(group: Group, step: StartStep, *, by: Person) -> None:
    """A step of the start was not done after all. Raises NotStarting."""
    _must_be_starting(group)
    db.session.execute(
        delete(ChecklistItem).where(ChecklistItem.group_id == group.id, ChecklistItem.step == step)
    )
    audit.note("start-step-unticked", about=group, by=by)


def _must_be_starting(group: Group) -> None:
    if group.state is not GroupState.STARTING:
        raise NotStarting


def _must_be_coordinated(group: Group) -> None:
    accepted = select(Coordinator.id).where(
        Coordinator.group_id == group.id, Coordinator.accepted_at.is_not(None), Coordinator.ended_at.is_(None)
    )
    if db.session.scalar(accepted.limit(1)) is None:
        raise NobodyAccepted


def activate(group: Group, *, by: Person) -> None:
    """The start is done: the group is active from now on. Raises NotReady, NobodyAccepted, NotStarting."""
    db.session.refresh(group, ["state"], with_for_update=True)
    _must_be_starting(group)
    done = set(db.session.scalars(select(ChecklistItem.step).where(ChecklistItem.group_id == group.id)))
    if missing := [step for step in StartStep if step not in done]:
        raise NotReady(missing)
    _must_be_coordinated(group)
    group.state = GroupState.ACTIVE
    db.session.add(GroupTransition(group_id=group.id, state=GroupState.ACTIVE, by_id=by.id))
    audit.note("group-activated", about=group, by=by)


def recount_groups(now: datetime, group: Group | None = None) -> None:
    """Count who takes part, in all groups (nightly) or one: flats, and members whose flat is unknown."""
    flats = (
        select(func.count(Household.id))
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(
            Building.group_id == Group.id,
            Household.ended_at.is_(None),
            Household.status == HouseholdStatus.TAKES_PART,
        )
        .correlate(Group)
        .scalar_subquery()
    )
    without_flat = (
        select(func.count(Membership.id))
        .where(
            Membership.group_id == Group.id, Membership.left_at.is_(None), Membership.household_id.is_(None)
        )
        .correlate(Group)
        .scalar_subquery()
    )
    counting = update(Group).values(counted_taking_part=flats + without_flat, counted_at=now)
    if group is not None:
        counting = counting.where(Group.id == group.id)
    db.session.execute(counting.execution_options(synchronize_session=False))
    if group is not None:
        db.session.refresh(group, ["counted_taking_part", "counted_at"])
