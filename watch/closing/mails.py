"""The mails that tell of a group's closing, and that it was undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from watch.groups.queries.closed import left_with_closing
from watch.groups.queries.members import coordinates, takes_part
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import (
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    JoinRequest,
    LeftOut,
    OutboxRow,
    RequestState,
)


def _was_in_it(step: GroupTransition) -> ColumnElement[bool]:
    """Return the condition on OutboxRow that its person had to do with the group until it was closed."""
    person, here = OutboxRow.person_id, Group.id == step.group_id
    coordinated = select(Coordinator.id).where(
        Coordinator.person_id == person,
        Coordinator.group_id == step.group_id,
        Coordinator.ended_at == step.at,
    )
    asked = select(JoinRequest.id).where(
        JoinRequest.person_id == person,
        JoinRequest.group_id == step.group_id,
        JoinRequest.decided_at == step.at,
    )
    return or_(left_with_closing(person, here), coordinated.exists(), asked.exists())


def _is_in_it(step: GroupTransition) -> ColumnElement[bool]:
    """Return the condition on OutboxRow that its person has to do with the group."""
    person, here = OutboxRow.person_id, Group.id == step.group_id
    asks = select(JoinRequest.id).where(
        JoinRequest.person_id == person, JoinRequest.group_id == step.group_id,
        JoinRequest.state == RequestState.WAITING,
    )  # fmt: skip
    return or_(takes_part(person, here), coordinates(person, here), asks.exists())


def _closed_unless(step: GroupTransition, _now: datetime) -> Unless:
    return {LeftOut.OVER: step.group.closed_at != step.at, LeftOut.READER: ~_was_in_it(step)}


def _reopened_unless(step: GroupTransition, _now: datetime) -> Unless:
    return {LeftOut.OVER: step.group.state is GroupState.CLOSED, LeftOut.READER: ~_is_in_it(step)}


GROUP_CLOSED = Mail(
    "group-closed",
    about=GroupTransition,
    sender=FromAddress.ACCOUNT,
    link=lambda _step: "/contacts",
    wanted_unless=_closed_unless,
    to_many=True,
)
GROUP_REOPENED = Mail(
    "group-reopened",
    about=GroupTransition,
    sender=FromAddress.ACCOUNT,
    link=lambda step: f"/groups/{step.group_id}",
    wanted_unless=_reopened_unless,
    to_many=True,
)
