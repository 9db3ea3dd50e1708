"""Counts how many households take part in a group, each night and when it starts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, false, func, select, update

from watch.extensions import db
from watch.groups.queries.areas import HOUSEHOLDS, flats_of_group
from watch.models import FEW, Group, GroupState, Membership


def recount_groups(now: datetime, group: Group | None = None) -> None:
    """Store the number of households that take part, for one group or for all.

    A closed group keeps its last number. So does one of which nearly all take part the number of its flats:
    among more flats, its number would not be hidden any more.
    """
    taking_part = select(HOUSEHOLDS).where(Membership.group_id == Group.id, Membership.is_current)
    number = taking_part.correlate(Group).scalar_subquery()
    which = [Group.state != GroupState.CLOSED, *([Group.id == group.id] if group else [])]
    counting = update(Group).where(*which).values(counted_taking_part=number, counted_at=now)
    has_more = func.coalesce(Group.counted_flats, -1) < flats_of_group()
    is_hidden = and_(Group.is_told_of_counted_flats, Group.counted_taking_part >= FEW)
    growing = update(Group).where(*which, has_more, ~func.coalesce(is_hidden, false()))
    for each in (counting, growing.values(counted_flats=flats_of_group())):
        db.session.execute(each.execution_options(synchronize_session=False))
    if group is not None:
        db.session.refresh(group, ["counted_taking_part", "counted_flats", "counted_at"])
