"""Gives a group another building, or one of its buildings a group of its own. People follow their flat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, or_, select, update

from watch import audit
from watch.extensions import db
from watch.groups.queries.pages import facts_of, flats_in
from watch.groups.service.telling import tell_the_interested
from watch.language import local
from watch.lifecycle.errors import (
    GroupExists,
    InGroup,
    NotOpen,
    OnlyBuilding,
    TellsTooMuch,
    TooLateToTakeOut,
)
from watch.lifecycle.mails import GROUP_BUILDINGS, GROUP_SPLIT
from watch.lifecycle.queries import has_coordinator
from watch.lifecycle.queries.buildings import Sizes, came_today, sizes_if_split
from watch.lifecycle.service.steps import tick
from watch.mail import outbox
from watch.models import (
    FEW,
    Building,
    Coordinator,
    Finding,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Invitation,
    JoinRequest,
    Letter,
    Meeting,
    MeetingPart,
    Membership,
    Person,
    Stairwell,
    StartStep,
    StepKind,
    Visit,
    utcnow,
)
from watch.places.queries import name_of
from watch.recipients import reached_by_mail
from watch.statements import changed


def add_building(group: Group, building: Building, *, by: Person) -> None:
    """Add a building that has no group. Its interested people are told, if the group has a coordinator.

    Raises NotOpen for a closed group, InGroup, and GroupExists if the building has got another group. Raises
    TellsTooMuch if nearly all take part: among more flats the number would not be hidden any more.
    """
    demand_open(group)
    if building.group_id is None and is_nearly_all(
        group.counted_taking_part, group.flats_told(facts_of(group).flats)
    ):
        raise TellsTooMuch
    free = update(Building).where(Building.id == building.id, Building.group_id.is_(None))
    if not changed(free.values(group_id=group.id, grouped_at=utcnow())):
        of = db.session.scalars(select(Group).where(Group.id == _group_of(building))).one()
        raise InGroup if of is group else GroupExists(of)
    db.session.refresh(building, ["group_id", "grouped_at"])
    pin_findings(group, [each.id for each in group.buildings if each is not building])
    write_history(group, StepKind.CAME, building.address, at=utcnow(), by=by)
    name_group(group)
    if has_coordinator(group):
        tell_the_interested(group)
    tell_coordinators(group)
    audit.note("group-building-added", about=group, by=by)


def pin_findings(group: Group, before: Sequence[int]) -> None:
    """Let findings of the whole group be of the only building that it had before: they are of no new one.

    `before` are the ids of the buildings that it had.
    """
    if len(before) == 1:
        of_all = Finding.building_id.is_(None), Finding.stairwell_id.is_(None)
        stay = update(Finding).where(Finding.group_id == group.id, *of_all)
        db.session.execute(stay.values(building_id=before[0]))


def is_nearly_all(count: int, flats: int) -> bool:
    """Return True if pages say of a group that nearly all take part."""
    return flats != FEW and count >= max(FEW, flats - FEW + 1)


def _group_of(building: Building) -> ScalarSelect[int | None]:
    return select(Building.group_id).where(Building.id == building.id).scalar_subquery()


def take_out(group: Group, building: Building, *, by: Person) -> Group:
    """Give a building that came to the group today, by mistake, a group of its own that is starting.

    Whatever has happened in it meanwhile follows, so that the answer tells nothing of it: the numbers are of
    last night, before the building came. Raises NotOpen, OnlyBuilding, and TooLateToTakeOut for any other.
    """
    demand_open(group)
    _demand_one_of_several(group, building)
    now = utcnow()
    if not came_today(building, now):
        raise TooLateToTakeOut
    own = Group(
        area_id=group.area_id, name=building.address, started_at=now,
        counted_taking_part=0, counted_flats=flats_in(building), counted_at=group.counted_at,
    )  # fmt: skip
    _give(own, GroupTransition(state=GroupState.STARTING, at=now, by_id=by.id), building, group, by=by)
    tick(own, StartStep.POLICE_CONTACT, local(now).date(), by=by)
    audit.note("group-building-removed", about=group, by=by)
    audit.note("group-started", about=own, by=by)
    return own


def tell_coordinators(group: Group, *which: ColumnElement[bool]) -> None:
    """Mail the group's coordinators which buildings it has. An earlier mail that still waits is stopped."""
    current = select(Coordinator).where(Coordinator.group_id == group.id, Coordinator.is_current, *which)
    for coordinator in db.session.scalars(current.order_by(Coordinator.id)).all():
        outbox.cancel(coordinator, GROUP_BUILDINGS)
        outbox.queue(GROUP_BUILDINGS, to=coordinator.person, about=coordinator)


def _demand_one_of_several(group: Group, building: Building) -> None:
    db.session.refresh(group, ["buildings"])
    if building not in group.buildings or len(group.buildings) == 1:
        raise OnlyBuilding


def split_off(group: Group, building: Building, *, reason: str, by: Person) -> Group:
    """Give one building of several a group of its own, in the same state, and tell its members by mail.

    Members, requests, invitations and letters follow the flat, and coordinators the flat they live in. Coming
    meetings of the whole group are for both then; past ones, notices and members without a flat stay. Raises
    NotOpen, OnlyBuilding, and TellsTooMuch if a number that is not shown could be computed from the parts.
    """
    demand_open(group)
    _demand_one_of_several(group, building)
    now = utcnow()
    sizes = sizes_if_split(group, building, now)
    if tell_too_much(sizes):
        raise TellsTooMuch
    own = Group(
        area_id=group.area_id, name=building.address, state=group.state, started_at=group.started_at,
        counted_taking_part=sizes.building, counted_flats=sizes.flats, counted_at=group.counted_at,
    )  # fmt: skip
    group.counted_taking_part, group.counted_flats = sizes.rest, sizes.flats_of_rest
    step = GroupTransition(state=group.state, at=now, by_id=by.id, reason=reason)
    _give(own, step, building, group, by=by)
    audit.note("group-split", about=group, by=by)
    audit.note("group-started", about=own, by=by)
    return own


def _give(own: Group, step: GroupTransition, building: Building, old: Group, *, by: Person) -> None:
    """Let a building with its people move to its own group, of which the step is the first. They are told."""
    own.transitions.append(step)
    db.session.add(own)
    db.session.flush()
    write_history(own, StepKind.CAME_FROM, old.name, at=step.at, by=by)
    left = StepKind.LEFT_TODAY if step.reason is None else StepKind.LEFT
    write_history(old, left, building.address, at=step.at, by=by, reason=step.reason)
    _move(building, old, own, step.at)
    name_group(old)
    db.session.flush()
    db.session.expire_all()
    members = select(Membership.person_id).where(Membership.group_id == own.id, Membership.is_current)
    outbox.queue_many(GROUP_SPLIT, people=reached_by_mail(members), about=step)
    tell_coordinators(old)
    tell_coordinators(own, Coordinator.person_id.not_in(members))


def write_history(
    group: Group, kind: StepKind, house: str, *, at: datetime, by: Person, reason: str | None = None
) -> GroupTransition:
    """Write into the group's history what happened to its buildings, and return the step."""
    step = GroupTransition(group_id=group.id, state=group.state, at=at, by_id=by.id, reason=reason)
    step.kind, step.house = kind, house
    db.session.add(step)
    return step


def tell_too_much(sizes: Sizes) -> bool:
    """Return True if a number that pages show only as a band could be computed from the parts."""
    parts = (sizes.building, sizes.flats), (sizes.rest, sizes.flats_of_rest)
    return not all(is_shown(*each) for each in parts)


def is_shown(count: int, flats: int) -> bool:
    """Return True if pages show the number itself, and no band."""
    return FEW <= count <= flats - FEW


def demand_open(group: Group) -> None:
    """Raise NotOpen for a closed group, which nobody else changes until the transaction ends."""
    db.session.refresh(group, ["state", "counted_taking_part"], with_for_update=True)
    if group.state is GroupState.CLOSED:
        raise NotOpen


def name_group(group: Group) -> None:
    """Name a group by the buildings that it has now."""
    db.session.flush()
    db.session.refresh(group, ["buildings"])
    group.name = name_of(group.buildings)


def _move(building: Building, old: Group, own: Group, now: datetime) -> None:
    """Move a building with everything that belongs to its flats from one group to another."""
    stairwells = select(Stairwell.id).where(Stairwell.building_id == building.id)
    flats = select(Flat.id).where(Flat.stairwell_id.in_(stairwells))
    of_building: list[tuple[type, ColumnElement[bool]]] = [
        (JoinRequest, JoinRequest.stairwell_id.in_(stairwells)),
        (Invitation, Invitation.flat_id.in_(flats)),
        (Letter, Letter.flat_id.in_(flats)),
        (Visit, Visit.flat_id.in_(flats)),
        (Finding, or_(Finding.building_id == building.id, Finding.stairwell_id.in_(stairwells))),
        (
            MeetingPart,
            MeetingPart.stairwell_id.in_(stairwells) & MeetingPart.meeting_id.in_(_coming(old, now)),
        ),
    ]
    _move_coordinators(building, old, own)
    for model, condition in [*of_building, (Membership, Membership.stairwell_id.in_(stairwells))]:
        moving = update(model).where(model.group_id == old.id, condition)  # type: ignore[attr-defined]  # all have
        db.session.execute(moving.values(group_id=own.id).execution_options(synchronize_session=False))
    _share_meetings(old, own, now)
    _share_start_meetings(old, own, building, now)
    building.group_id, building.grouped_at = own.id, now
    db.session.flush()


def _move_coordinators(building: Building, old: Group, own: Group) -> None:
    """Let coordinators follow the flat they live in, else all their stairwells; no others are theirs.

    Whoever would be left without any answers for the one they live in. Where nobody lived last night, only
    their stairwells count: officers see those, but not who joined there.
    """
    appointed = select(Coordinator).where(Coordinator.group_id == old.id, Coordinator.ended_at.is_(None))
    homes = select(Membership.person_id, Membership.stairwell_id)
    homes = homes.where(Membership.group_id == old.id, Membership.is_current)
    lives_at = {} if came_today(building, utcnow()) else dict(db.session.execute(homes).all())
    here = {each.id for each in building.stairwells}
    for coordinator in db.session.scalars(appointed.order_by(Coordinator.id)).all():
        home = lives_at.get(coordinator.person_id)
        answers_for = {each.id for each in coordinator.stairwells}
        follows = home in here if home else bool(answers_for) and answers_for <= here
        kept = [each for each in coordinator.stairwells if (each.id in here) is follows]
        if home and answers_for and not kept:  # answering for none would be answering for the whole group
            kept = [db.session.get_one(Stairwell, home)]
        coordinator.stairwells = kept
        coordinator.group_id = own.id if follows else old.id
    db.session.flush()


def _coming(group: Group, now: datetime) -> Select[int]:
    parts = select(MeetingPart.meeting_id).where(MeetingPart.group_id == group.id)
    return select(Meeting.id).where(Meeting.id.in_(parts), Meeting.ends_at > now)


def _share_meetings(old: Group, own: Group, now: datetime) -> None:
    """Make coming meetings of the whole old group meetings of both, and those of moved ports their own."""
    wanted = select(MeetingPart).where(
        MeetingPart.group_id == old.id, MeetingPart.stairwell_id.is_(None),
        MeetingPart.meeting_id.in_(_coming(old, now)),
    )  # fmt: skip
    for part in db.session.scalars(wanted).all():
        db.session.add(
            MeetingPart(
                meeting_id=part.meeting_id, group_id=own.id, state=part.state,
                decided_at=part.decided_at, decided_by_id=part.decided_by_id,
            )
        )  # fmt: skip
    db.session.flush()
    still = select(MeetingPart.id).where(
        MeetingPart.meeting_id == Meeting.id, MeetingPart.group_id == old.id
    ).correlate(Meeting)  # fmt: skip
    now_theirs = select(MeetingPart.meeting_id).where(MeetingPart.group_id == own.id)
    theirs = update(Meeting).where(Meeting.group_id == old.id, Meeting.ends_at > now, ~still.exists())
    theirs = theirs.where(Meeting.id.in_(now_theirs)).values(group_id=own.id)
    db.session.execute(theirs.execution_options(synchronize_session=False))


def _share_start_meetings(old: Group, own: Group, building: Building, now: datetime) -> None:
    """Let coming start meetings be for the houses of both groups: people of both may have heard of them."""
    houses = select(Building.id).where(Building.group_id == old.id)
    wanted = select(Meeting).where(Meeting.building_id.in_(houses), Meeting.is_on, Meeting.ends_at > now)
    for meeting in db.session.scalars(wanted).all():
        beside = old if meeting.building_id == building.id else own
        db.session.add(MeetingPart(meeting_id=meeting.id, group_id=beside.id))
    db.session.flush()
