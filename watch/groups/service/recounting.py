"""Counts how many households take part in a group, each night and when it starts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from watch.extensions import db
from watch.groups.queries.areas import HOUSEHOLDS
from watch.models import Group, GroupState, Membership


def recount_groups(now: datetime, group: Group | None = None) -> None:
    """Store the number of households that take part, for one group or for all.

    A closed group keeps its last number.
    """
    taking_part = select(HOUSEHOLDS).where(Membership.group_id == Group.id, Membership.is_current)
    number = taking_part.correlate(Group).scalar_subquery()
    counting = update(Group).where(Group.state != GroupState.CLOSED)
    counting = counting.values(counted_taking_part=number, counted_at=now)
    if group is not None:
        counting = counting.where(Group.id == group.id)
    db.session.execute(counting.execution_options(synchronize_session=False))
    if group is not None:
        db.session.refresh(group, ["counted_taking_part", "counted_at"])
