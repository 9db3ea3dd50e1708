"""The first steps of a new lead, which tasks are set aside, and whether the household list is checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import func

from watch.extensions import db
from watch.models import (
    Building,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    Interest,
    Letter,
    Mailing,
    Meeting,
    Person,
    SetAside,
    StepKind,
    Task,
)

SHOWN_FOR = timedelta(days=60)  # after a lead accepted
LIST_DUE_AFTER = timedelta(days=335)  # a month before officers are told that the list is not looked through
ASKED_AGAIN_AFTER = timedelta(days=90)  # whether a group should rest, which officers said that it should not
HOLDS_FOR = {Task.LIST_CHECKED: LIST_DUE_AFTER, Task.STAYS_ACTIVE: ASKED_AGAIN_AFTER}


@dataclass(frozen=True)
class FirstSteps:
    """Which first steps a new lead has done, and how many interested neighbours were told of the group.

    `is_new` is true if the reader became the lead within 60 days, `list_is_due` if the household list should
    be looked through.
    """

    posters: bool
    letters: bool
    gathering: bool
    told: int
    is_new: bool
    list_is_due: bool

    @property
    def are_done(self) -> bool:
        """True if all three steps are done."""
        return self.posters and self.letters and self.gathering


def set_aside_in(group: Group) -> dict[Task, datetime]:
    """Return the tasks that the group's lead has ticked or set aside, and when."""
    done = select(SetAside.task, SetAside.at).where(SetAside.group_id == group.id)
    return dict(db.session.execute(done).all())


def has_become_active(since: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that it has become active since that moment.

    A step with the same state as the one before it says something else, as that a building came. A group
    whose closing was taken back is what it was before.
    """
    step, before = GroupTransition, aliased(GroupTransition)
    earlier = or_(before.at < step.at, and_(before.at == step.at, before.id < step.id))
    last = select(before.state).where(before.group_id == step.group_id, earlier)
    last_state = last.order_by(before.at.desc(), before.id.desc()).limit(1).correlate(step)
    began = select(step.id).where(
        step.group_id == Group.id, step.state == GroupState.ACTIVE, step.at > since,
        step.kind.is_distinct_from(StepKind.REOPENED),
        last_state.scalar_subquery().is_distinct_from(GroupState.ACTIVE),
    )  # fmt: skip
    return began.correlate(Group).exists()


def has_checked_list(since: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that its list has been looked through, or it has become active, since."""
    checked = select(SetAside.id).where(
        SetAside.group_id == Group.id, SetAside.task == Task.LIST_CHECKED, SetAside.at > since
    )
    return or_(checked.correlate(Group).exists(), has_become_active(since))


def first_steps_of(group: Group, tasks: Collection[Task], reader: Person, now: datetime) -> FirstSteps:
    """Return the first steps of a group; `tasks` are those set aside. One statement."""
    lately = select(Coordinator.id).where(
        Coordinator.group_id == group.id,
        Coordinator.person_id == reader.id,
        Coordinator.is_lead,
        Coordinator.is_current,
        Coordinator.accepted_at > now - SHOWN_FOR,
    )
    letters = select(Letter.id).where(Letter.group_id == group.id, Letter.delivered_at.is_not(None))
    of_group = Meeting.counts_for([group.id])
    gathering = select(Meeting.id).where(of_group, Meeting.is_on)
    told = (
        select(func.count(Mailing.id))
        .join(Interest, Interest.id == Mailing.interest_id)
        .join(Building, Building.id == Interest.building_id)
        .where(Building.group_id == group.id, Mailing.kind == "group-started")
    )
    is_active = Group.id == group.id, Group.state == GroupState.ACTIVE
    due = select(Group.id).where(*is_active, ~has_checked_list(now - LIST_DUE_AFTER))
    asked = letters.exists(), gathering.exists(), told.scalar_subquery(), lately.exists(), due.exists()
    row = db.session.execute(select(*asked)).one()
    return FirstSteps(Task.POSTERS in tasks, *row)
