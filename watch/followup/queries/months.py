"""An area's numbers month by month, as they were counted then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Subquery, func, or_, select

from watch.contacts.queries import year_before
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Area, AreaMonth, Group, GroupState, GroupTransition

ON_A_PAGE = 12  # months; so many columns of a plot have room for their numbers


def month_ids(area: Area) -> Sequence[int]:
    """Return the ids of an area's months, the latest first."""
    here = select(AreaMonth.id).where(AreaMonth.area_id == area.id)
    return db.session.scalars(here.order_by(AreaMonth.month.desc())).all()


def months_by_id(ids: Sequence[int]) -> Sequence[AreaMonth]:
    """Return these months, the latest first."""
    wanted = select(AreaMonth).where(AreaMonth.id.in_(ids)).order_by(AreaMonth.month.desc())
    return db.session.scalars(wanted).all()


def latest_months(areas: Collection[int], today: date) -> dict[int, list[AreaMonth]]:
    """Return, by area, the months of the last year, the latest first, in one statement."""
    wanted = select(AreaMonth).where(AreaMonth.area_id.in_(areas), AreaMonth.month > year_before(today))
    found: dict[int, list[AreaMonth]] = defaultdict(list)
    for row in db.session.scalars(wanted.order_by(AreaMonth.month.desc())):
        found[row.area_id].append(row)
    return found


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def span_of(month: date) -> tuple[datetime, datetime]:
    """Return when a month begins and ends in Sweden."""
    begins, ends = (datetime.combine(day, time(), STOCKHOLM) for day in (month, month_after(month)))
    return begins, ends


def groups_by_state() -> dict[int, Counter[GroupState]]:
    """Return, by area, how many groups are in each state now. Those merged into others are in none."""
    wanted = select(Group.area_id, Group.state, func.count()).where(Group.merged_into_id.is_(None))
    return _counted(db.session.execute(wanted.group_by(Group.area_id, Group.state)))


def groups_by_state_at(moment: datetime) -> dict[int, Counter[GroupState]]:
    """Return, by area, how many groups were in each state at a moment, by the dated steps of their lives."""
    then = states_at(moment)
    wanted = select(Group.area_id, then.c.state, func.count()).join(then, then.c.group_id == Group.id)
    wanted = wanted.where(or_(Group.merged_into_id.is_(None), then.c.state != GroupState.CLOSED))
    return _counted(db.session.execute(wanted.group_by(Group.area_id, then.c.state)))


def states_at(moment: datetime) -> Subquery:
    """Return a subquery of the groups that there were before a moment, each with its state then."""
    latest = func.row_number().over(
        partition_by=GroupTransition.group_id, order_by=(GroupTransition.at.desc(), GroupTransition.id.desc())
    )
    steps = select(GroupTransition.group_id, GroupTransition.state, latest.label("place"))
    then = steps.where(GroupTransition.at < moment).subquery()
    return select(then.c.group_id, then.c.state).where(then.c.place == 1).subquery()


def _counted(rows: Iterable[Any]) -> dict[int, Counter[GroupState]]:
    found: dict[int, Counter[GroupState]] = defaultdict(Counter)
    for area_id, state, count in rows:
        found[area_id][state] = count
    return found
