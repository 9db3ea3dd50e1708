"""Closed groups: who left because the group was closed, and until when that can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from watch.models import Group, GroupState, Membership

UNDOABLE = timedelta(days=30)  # after that, everything that is known of the people is erased


def left_with_closing(
    person_id: ColumnElement[Any] | InstrumentedAttribute[Any], *which: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) was a member until a group was closed.

    `which` are conditions on Membership and Group.
    """
    ended = select(Membership.id).join(Group, Group.id == Membership.group_id)
    ended = ended.where(Membership.person_id == person_id, Membership.left_at == Group.closed_at, *which)
    return ended.exists()


def can_be_undone(group: Group, now: datetime) -> bool:
    """Return True if the group is closed, and its people are neither erased yet nor in another group."""
    is_closed = group.state is GroupState.CLOSED and group.erased_at is None and group.merged_into_id is None
    return is_closed and group.closed_at is not None and group.closed_at > now - UNDOABLE
