"""Starts a group, ticks the steps of its start and activates it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.groups.errors import AlreadyCoordinator
from watch.groups.queries.areas import (
    last_night,
    were_interested,
)
from watch.groups.queries.members import coordinators_of, taught_on
from watch.groups.service import tasks
from watch.groups.service.coordinators import appoint
from watch.groups.service.recounting import recount_groups
from watch.groups.service.teaching import erase_taught, write_taught
from watch.groups.service.telling import tell_the_interested
from watch.language import local
from watch.lifecycle.errors import (
    DoneInOneDay,
    GroupExists,
    HeldBeforeItsDay,
    IsActive,
    MeetingNotHeld,
    NobodyAccepted,
    NoCandidate,
    NotActive,
    NotDormant,
    NotErased,
    NotReady,
    NotStarting,
)
from watch.lifecycle.queries import asks_to_be_sure, candidates, causes_to_rest, has_been_asked, start_of
from watch.lifecycle.seen import demand_step_seen
from watch.models import (
    FEW,
    Building,
    Cause,
    ChecklistItem,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    Interest,
    Person,
    SetAside,
    StartStep,
    Task,
    utcnow,
)
from watch.statements import changed


def start_group(building: Building, *, by: Person, first: Person | str | None = None) -> Group:
    """Start the group of a building. `first`, a person or an address, is asked to be its lead.

    Interested people are told once a coordinator has accepted. Raises GroupExists, also when two start the
    group at the same moment, OfficerNeverCoordinates and AskedMany.
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
        if not changed(taken.values(group_id=group.id)):
            raise GroupExists(_group_of(building))
    db.session.refresh(building, ["group_id"])
    tick(group, StartStep.POLICE_CONTACT, local(now).date(), by=by)
    audit.note("group-started", about=group, by=by)
    recount_groups(now, group)
    if first:
        appoint(group, first, lead=True, by=by)
    return group


def _group_of(building: Building) -> Group:
    return db.session.scalars(
        select(Group).join(Building, Building.group_id == Group.id).where(Building.id == building.id)
    ).one()


def _many_since(building: Building, now: datetime) -> Select[datetime | None]:
    """Return a select of the time when interest in the building first reached FEW persons.

    An earlier time would be that of a single person, which the officer must not learn.
    """
    seen = were_interested(last_night(now))
    wanted = select(Interest.confirmed_at).where(Interest.building_id == building.id, seen)
    return wanted.order_by(Interest.confirmed_at).offset(FEW - 1).limit(1)


def ask_candidate(group: Group, person_id: int, *, by: Person) -> None:
    """Ask somebody to lead the group who said that they could coordinate it, and told their name for that.

    Raises AlreadyCoordinator if they have been asked, NoCandidate if they have taken that back, and what
    `appoint` raises.
    """
    person = next((each for each in candidates(group) if each.id == person_id), None)
    if person is None:
        raise AlreadyCoordinator if has_been_asked(group, person_id) else NoCandidate
    appoint(group, person, lead=True, by=by)


def tick(group: Group, step: StartStep, done_on: date, *, by: Person, seen: str | None = None) -> None:
    """Mark a step as done on that day; ticking it again changes the day.

    For a booked meeting it is the meeting's own day, which may be to come. That coordinators were taught is
    written into the register, of those of whom it has no day. Raises NotStarting, NobodyAccepted,
    MeetingNotHeld, HeldBeforeItsDay, and StepChanged if what the writer has `seen` stands no more.
    """
    _must_be_starting(group)
    demand_step_seen(group, step, seen, wanted=done_on)
    today, meeting_on = local(utcnow()).date(), None
    if step is StartStep.COORDINATORS_TRAINED:
        _must_be_coordinated(group)
        _remove_tick(group, step)  # from before the register was asked
        write_taught(group, done_on, by=by)
        return
    if step is StartStep.MEETING_BOOKED:
        meeting_on, done_on = done_on, min(done_on, today)
    _must_be_in_order(group, step, meeting_on or done_on, today)
    if _write_tick(group, step, done_on, meeting_on, by):
        audit.note("start-step-ticked", about=group, by=by)


def _write_tick(group: Group, step: StartStep, done_on: date, meeting_on: date | None, by: Person) -> bool:
    """Write down that a step is done, and return whether that is new."""
    known = select(ChecklistItem).where(ChecklistItem.group_id == group.id, ChecklistItem.step == step)
    item = db.session.scalar(known)
    if item is None:
        try:
            with db.session.begin_nested():
                new = ChecklistItem(group=group, step=step, done_on=done_on, by_id=by.id)
                new.meeting_on = meeting_on
                db.session.add(new)
        except IntegrityError:
            item = db.session.scalars(known).one()
    if item is not None:
        if (item.done_on, item.meeting_on) == (done_on, meeting_on):
            return False
        item.done_on, item.meeting_on, item.by_id = done_on, meeting_on, by.id
    return True


def untick(group: Group, step: StartStep, *, by: Person, seen: str | None = None) -> None:
    """Mark a step as not done. That coordinators were taught is taken out of the register: the day shown.

    Raises NotStarting, and StepChanged if what the writer has `seen` stands no more.
    """
    _must_be_starting(group)
    demand_step_seen(group, step, seen)
    if step is StartStep.COORDINATORS_TRAINED and (taught := taught_on(coordinators_of(group))):
        erase_taught(group, taught, by=by)
    if _remove_tick(group, step):
        audit.note("start-step-unticked", about=group, by=by)


def _remove_tick(group: Group, step: StartStep) -> bool:
    ticked = delete(ChecklistItem).where(ChecklistItem.group_id == group.id, ChecklistItem.step == step)
    return bool(changed(ticked))


def _must_be_starting(group: Group) -> None:
    """Raise NotStarting, or lock the group: two who change its steps at once come one after the other."""
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is not GroupState.STARTING:
        raise NotStarting


def _must_be_in_order(group: Group, step: StartStep, day: date, today: date) -> None:
    """Raise unless the start meeting was held on the day for which it is booked, or later."""
    if step not in {StartStep.MEETING_BOOKED, StartStep.MEETING_HELD}:
        return
    start = start_of(group, coordinators_of(group), utcnow())
    if step is StartStep.MEETING_HELD and start.meeting_on:
        if start.meeting_on > today:
            raise MeetingNotHeld
        if day < start.meeting_on:
            raise HeldBeforeItsDay(day, start.meeting_on)
    held_on = start.done.get(StartStep.MEETING_HELD)
    if step is StartStep.MEETING_BOOKED and held_on and held_on < day:
        raise HeldBeforeItsDay(held_on, day)


def _must_be_coordinated(group: Group) -> None:
    accepted = select(Coordinator.id).where(Coordinator.group_id == group.id, Coordinator.is_current)
    if db.session.scalar(accepted.limit(1)) is None:
        raise NobodyAccepted


def activate(group: Group, *, by: Person, is_sure: bool = False) -> None:
    """Activate a group whose steps are all done.

    Raises NotReady, NobodyAccepted, NotStarting, IsActive, and DoneInOneDay unless the officer `is_sure`.
    """
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is GroupState.ACTIVE:
        raise IsActive
    _must_be_starting(group)
    start = start_of(group, coordinators_of(group), utcnow())
    missing = [step for step in StartStep if step not in start.done]
    if missing in ([], [StartStep.COORDINATORS_TRAINED]):
        _must_be_coordinated(group)
    if missing:
        raise NotReady(missing)
    if asks_to_be_sure(group, start) and not is_sure:
        raise DoneInOneDay
    # What the register says of later coordinators is not of the start.
    taught = StartStep.COORDINATORS_TRAINED
    _write_tick(group, taught, start.done[taught], None, by)
    _become(group, GroupState.ACTIVE, "group-activated", by)


def rest(group: Group, *, by: Person, reason: str | None = None) -> None:
    """Let an active group rest: nobody can join it, and its members stay. Raises NotActive.

    The facts that speak for it are kept beside the officer's own reason.
    """
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is not GroupState.ACTIVE:
        raise NotActive
    causes = causes_to_rest(group, utcnow())
    _become(group, GroupState.DORMANT, "group-rests", by, reason=reason, causes=causes)


def keep_active(group: Group, *, by: Person) -> None:
    """Let an active group go on, though the system proposes that it rests; it does so again after 90 days.

    Doing so twice has no further effect. Raises NotActive.
    """
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is not GroupState.ACTIVE:
        raise NotActive
    tasks.set_aside(group, Task.STAYS_ACTIVE, by=by)


def ask_again(group: Group, *, by: Person) -> None:
    """Let the system propose again that a group rests. Doing so twice has no further effect."""
    tasks.bring_back(group, Task.STAYS_ACTIVE, by=by)


def wake(group: Group, *, by: Person, reason: str | None = None) -> None:
    """Make a resting group active again, and tell those who became interested meanwhile.

    Raises NotDormant and NobodyAccepted.
    """
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is not GroupState.DORMANT:
        raise NotDormant
    _must_be_coordinated(group)
    _become(group, GroupState.ACTIVE, "group-woken", by, reason=reason)
    tell_the_interested(group)


def start_again(group: Group, *, by: Person) -> None:
    """Start a closed group from the first step, once its people are erased. Raises NotErased.

    Its history, its meetings and the numbers of then stay. One that was merged into another is in that one.
    """
    db.session.refresh(group, ["state", "erased_at", "merged_into_id"], with_for_update=True)
    if group.state is not GroupState.CLOSED or group.erased_at is None or group.merged_into_id is not None:
        raise NotErased
    now = utcnow()
    db.session.execute(delete(ChecklistItem).where(ChecklistItem.group_id == group.id))
    db.session.execute(delete(SetAside).where(SetAside.group_id == group.id))
    group.closed_at = group.erased_at = None
    group.started_at = now
    _become(group, GroupState.STARTING, "group-started-again", by)
    tick(group, StartStep.POLICE_CONTACT, local(now).date(), by=by)
    recount_groups(now, group)


def _become(
    group: Group,
    state: GroupState,
    what: str,
    by: Person,
    *,
    reason: str | None = None,
    causes: Collection[Cause] = (),
) -> None:
    group.state = state
    step = GroupTransition(group_id=group.id, state=state, by_id=by.id, reason=reason)
    step.causes = " ".join(causes) or None
    db.session.add(step)
    audit.note(what, about=group, by=by)
