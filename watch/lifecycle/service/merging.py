"""Merges a group of one building into another group of its area, with everybody and everything of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from watch import audit
from watch.extensions import db
from watch.groups.queries.members import coordinates, takes_part
from watch.groups.queries.pages import facts_of
from watch.groups.service.telling import tell_the_interested
from watch.lifecycle.errors import Merged, NotAlike, SeveralBuildings, TellsTooMuch
from watch.lifecycle.mails import GROUP_MERGED
from watch.lifecycle.queries import has_coordinator
from watch.lifecycle.queries.buildings import is_mergeable
from watch.lifecycle.service.duplicates import join_duplicates
from watch.lifecycle.service.regrouping import (
    demand_open,
    is_shown,
    name_group,
    pin_findings,
    tell_coordinators,
    write_history,
)
from watch.mail import outbox
from watch.models import (
    Building,
    ContactMessage,
    ContactPerson,
    Coordinator,
    Finding,
    Group,
    GroupState,
    Invitation,
    JoinRequest,
    Letter,
    LetterPack,
    Meeting,
    MeetingPart,
    MeetingTally,
    Membership,
    Notice,
    Person,
    StepKind,
    StoppedWriter,
    Visit,
    utcnow,
)
from watch.recipients import reached_by_mail

OF_A_GROUP: tuple[Any, ...] = (
    Membership, Coordinator, JoinRequest, Invitation, Letter, LetterPack, Visit, ContactMessage,
    ContactPerson, StoppedWriter, Notice, Finding, Meeting, MeetingPart, MeetingTally, Building,
)  # fmt: skip


def merge(group: Group, other: Group, *, reason: str, by: Person) -> None:
    """Let everybody and everything of another group belong to this group, and tell the members of both.

    The other group is closed and has only its history left. Leads are leads of the whole group; other
    coordinators answer for the stairwells that they answered for. Raises Merged, NotOpen, NotAlike,
    SeveralBuildings, and TellsTooMuch if a number that is not shown could be computed from the sum.
    """
    _demand_mergeable(group, other)
    now, name = utcnow(), other.name
    _add_numbers(group, other)
    other.state, other.closed_at, other.merged_into_id = GroupState.CLOSED, now, group.id
    write_history(other, StepKind.MERGED, group.name, at=now, by=by, reason=reason)
    step = write_history(group, StepKind.CAME_WITH, name, at=now, by=by, reason=reason)
    move_everything(other, group, at=now, by=by)
    people = or_(takes_part(Person.id, Group.id == group.id), coordinates(Person.id, Group.id == group.id))
    outbox.queue_many(GROUP_MERGED, people=reached_by_mail(select(Person.id).where(people)), about=step)
    tell_coordinators(group)
    if has_coordinator(group):
        tell_the_interested(group)
    audit.note("group-merged", about=group, by=by)
    audit.note("group-merged", about=other, by=by)


def _demand_mergeable(group: Group, other: Group) -> None:
    for each in sorted((group, other), key=lambda each: each.id):  # always in this order, so that two wait
        db.session.refresh(each, ["state", "merged_into_id"], with_for_update=True)
    if other.merged_into_id == group.id:
        raise Merged
    for each in (group, other):
        demand_open(each)
        db.session.refresh(each, ["buildings"])
    if len(other.buildings) != 1 or other is group:
        raise SeveralBuildings
    if not is_mergeable(other.state, group.state):
        raise NotAlike


def _add_numbers(group: Group, other: Group) -> None:
    """Add the other group's numbers of last night to the group's. Raises TellsTooMuch."""
    counts = [(each.counted_taking_part, each.flats_told(facts_of(each).flats)) for each in (group, other)]
    if sum_tells_too_much(counts):
        raise TellsTooMuch
    group.counted_taking_part, group.counted_flats = (sum(each) for each in zip(*counts, strict=True))


def sum_tells_too_much(counts: Sequence[tuple[int, int]]) -> bool:
    """Return True if a number that pages show only as a band could be computed from the sum.

    `counts` are, for each group, the households that take part and the flats. The answer depends only on what
    pages show: one that looked at the sum as well would itself tell something of the parts.
    """
    return not all(is_shown(*each) for each in counts)


def move_everything(other: Group, group: Group, *, at: datetime, by: Person | None) -> None:
    """Move everybody and everything of a group to the one that it was merged into, with its building."""
    for each in (group, other):
        pin_findings(each, [house.id for house in each.buildings])
    join_duplicates(other, group, by=by)
    db.session.flush()
    for model in OF_A_GROUP:
        moving = update(model).where(model.group_id == other.id).values(group_id=group.id)
        moving = moving.values(grouped_at=at) if model is Building else moving
        db.session.execute(moving.execution_options(synchronize_session=False))
    db.session.expire_all()
    name_group(group)


def merge_again() -> int:
    """Repeat the mergers that a restored copy does not have, and return how many.

    The journal says which groups were merged, and the copy still has their people in them.
    """
    merged = (
        select(Group).join(Building, Building.group_id == Group.id).where(Group.merged_into_id.is_not(None))
    )
    found = db.session.scalars(merged.order_by(Group.closed_at, Group.id)).unique().all()
    for other in found:
        group = db.session.get_one(Group, other.merged_into_id)
        while group.merged_into_id is not None:
            group = db.session.get_one(Group, group.merged_into_id)
        move_everything(other, group, at=other.closed_at or utcnow(), by=None)
    return len(found)
