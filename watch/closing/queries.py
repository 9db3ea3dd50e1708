"""What closing a group ends, and what is left to do after it. Nothing here returns a person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from watch.extensions import db
from watch.groups.queries.areas import HOUSEHOLDS, last_night
from watch.meetings.queries.invited import questions_to
from watch.models import (
    OF_CLOSING,
    Building,
    Group,
    GroupState,
    GroupTransition,
    Mailbox,
    Meeting,
    Membership,
    PartState,
    Person,
    SetAside,
    Task,
)


def coming_meetings(group: Group, now: datetime) -> list[Meeting]:
    """Return the group's own meetings that have not begun, with a start meeting in its buildings."""
    houses = select(Building.id).where(Building.group_id == group.id)
    own = or_(Meeting.group_id == group.id, Meeting.building_id.in_(houses))
    wanted = select(Meeting).where(own, Meeting.is_on, Meeting.starts_at > now)
    return list(db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)))


def gatherings_of_others(
    group: Group, now: datetime, state: PartState = PartState.TAKES_PART
) -> list[Meeting]:
    """Return the coming gatherings of others that the group takes part in, or did until it was closed.

    Other questions stay as they are, also those about a gathering that was written down afterwards: a closed
    group is not asked, and a group that is opened again in time finds the question where it was.
    """
    asked = ((each, part) for each, part in questions_to(group, now) if each.starts_at > now)
    return [each for each, part in asked if part.state is state]


def households_without_mail(group: Group, now: datetime) -> int:
    """Return how many households had a member last night whom no mail reaches, for a page to show in bands.

    Of a closed group it is the night before its closing.
    """
    night = last_night(group.closed_at or now)
    were_in = Membership.joined_at <= night, or_(Membership.is_current, Membership.left_at > night)
    unreached = or_(Person.mailbox_id.is_(None), Mailbox.suppression.is_not(None))
    wanted = (
        select(HOUSEHOLDS)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(Membership.group_id == group.id, *were_in, unreached)
    )
    return db.session.scalar(wanted) or 0


def tasks_left(group: Group) -> list[Task]:
    """Return the tasks after a closing that nobody has ticked yet."""
    done = db.session.scalars(select(SetAside.task).where(SetAside.group_id == group.id)).all()
    return [task for task in OF_CLOSING if task not in done]


def ticked_at(group: Group, task: Task) -> datetime | None:
    """Return when a task after a closing was ticked; None while it is left."""
    return db.session.scalar(select(SetAside.at).where(SetAside.group_id == group.id, SetAside.task == task))


def has_tasks() -> ColumnElement[bool]:
    """Return the condition on Group that it is closed, not merged into another, and a task is left in it."""
    done = (
        select(SetAside.id)
        .where(SetAside.group_id == Group.id, SetAside.task == Task.SIGNS_DOWN)
        .correlate(Group)
    )
    told = select(SetAside.id).where(SetAside.group_id == Group.id, SetAside.task == Task.TOLD_ON_PAPER)
    left = or_(~done.exists(), ~told.correlate(Group).exists())
    return and_(Group.state == GroupState.CLOSED, Group.merged_into_id.is_(None), left)


def groups_with_tasks(areas: Collection[int]) -> Select[str, int]:
    """Return a select of name and id of the closed groups of these areas that a task is left in."""
    left = Group.area_id.in_(areas), has_tasks()
    return select(Group.name, Group.id).where(*left).order_by(Group.closed_at, Group.id)


def closing_of(group: Group) -> GroupTransition | None:
    """Return the step by which a closed group was closed; None if a restored copy does not have it."""
    closing = GroupTransition.group_id == group.id, GroupTransition.at == group.closed_at
    return db.session.scalar(select(GroupTransition).where(*closing).limit(1))


def state_before_closing(group: Group) -> GroupState:
    """Return the state that a group had before it was closed."""
    before = (
        select(GroupTransition.state)
        .where(GroupTransition.group_id == group.id, GroupTransition.state != GroupState.CLOSED)
        .order_by(GroupTransition.at.desc(), GroupTransition.id.desc())
    )
    return db.session.scalars(before.limit(1)).first() or GroupState.STARTING
