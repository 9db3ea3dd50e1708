"""How many households take part, and what outsiders see of it: last night's numbers, which add up safely.

Every page counts households by HOUSEHOLDS. Coordinators read the present number, everybody else last night's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, Integer, ScalarSelect, and_, case, cast, func, or_, select

from watch.extensions import db
from watch.language import STOCKHOLM, local
from watch.models import FEW, Area, Building, Flat, Group, GroupState, Interest, Membership, Stairwell

RECOUNT_AT = time(2, 30)  # local time in Borås
# Over Membership: the flats of members, and members whose flat is unknown, who count as a household each.
HOUSEHOLDS = func.count(func.coalesce(Membership.household_id, -Membership.id).distinct())


def areas_by_id(ids: Collection[int]) -> Sequence[Area]:
    """Return the areas with these ids, by name."""
    if not ids:
        return []
    return db.session.scalars(select(Area).where(Area.id.in_(ids)).order_by(Area.sort_key)).all()


def households_taking_part(group: Group) -> int:
    """Return the number of households of a group that take part now, for its coordinators; one statement."""
    now = select(HOUSEHOLDS).where(Membership.group_id == group.id, Membership.is_current)
    return db.session.scalar(now) or 0


def last_night(now: datetime) -> datetime:
    """Return the time of outsiders' numbers, so that they do not show who comes or goes by day."""
    today = local(now).date()
    days = today, today - timedelta(days=1)
    nights = (datetime.combine(day, RECOUNT_AT, STOCKHOLM).astimezone(UTC) for day in days)
    return next(night for night in nights if night <= now)


def were_interested(night: datetime) -> ColumnElement[bool]:
    """Return the condition on Interest that it was confirmed and not withdrawn at that time."""
    return and_(Interest.confirmed_at <= night, or_(Interest.ended_at.is_(None), Interest.ended_at > night))


def interested_of_building(now: datetime, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    """Return a scalar subquery: the persons interested last night in the outer select's building.

    Every page counts them by it. They stay counted when a group starts, until they join or take it back.
    """
    here = Interest.building_id == Building.id, were_interested(last_night(now)), *which
    return select(func.count(Interest.id)).where(*here).correlate(Building).scalar_subquery()


def households_by_stairwell(group: Group, night: datetime) -> dict[int, tuple[int, int]]:
    """Return, by stairwell, the households that took part that night and the flats; one statement."""
    taking_part = (
        select(HOUSEHOLDS)
        .where(Membership.group_id == group.id, Membership.stairwell_id == Stairwell.id)
        .where(Membership.joined_at <= night, or_(Membership.is_current, Membership.left_at > night))
        .correlate(Stairwell)
        .scalar_subquery()
    )
    flats = select(func.count(Flat.id)).where(Flat.stairwell_id == Stairwell.id, Flat.gone_at.is_(None))
    flats = flats.correlate(Stairwell)
    wanted = select(Stairwell.id, taking_part, flats.scalar_subquery()).join(Building)
    rows = db.session.execute(wanted.where(Building.group_id == group.id))
    return {stairwell: (count, total) for stairwell, count, total in rows}


def at_least(count: ColumnElement[int], total: ColumnElement[int]) -> ColumnElement[int]:
    """Return the lower bound of the band that `banded` shows.

    It is 0 for fewer than FEW, and of FEW; for nearly all it is the fewest that the words allow.
    """
    return case(
        (count < FEW, 0),
        (count <= total - FEW, count),  # most end here, and count their flats once only
        (total == FEW, 0),
        (total - FEW < FEW, FEW),
        else_=total - FEW + 1,
    )


def number_of_flats() -> ColumnElement[int]:
    """Return of how many flats it is told how many take part, in the outer select's group (Group.flats_told).

    They are those that there are, unless that would show a number which was hidden.
    """
    return case((Group.is_told_of_counted_flats, Group.counted_flats), else_=flats_of_group())


def flats_of_group() -> ScalarSelect[int]:
    """Return a subquery for the number of flats of the outer select's group; gone ones do not count."""
    flats = (
        select(func.count(Flat.id))
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
    )
    here = Building.group_id == Group.id, Flat.gone_at.is_(None)
    return flats.where(*here).correlate(Group).scalar_subquery()


def taking_part_in_area() -> ScalarSelect[int]:
    """Return a subquery for the least number of households that take part in the outer select's area.

    It adds up the lower bounds of what its groups showed last night. In closed ones nobody takes part.
    """
    shown = func.coalesce(func.sum(at_least(Group.counted_taking_part.expression, number_of_flats())), 0)
    total = select(cast(shown, Integer)).where(Group.area_id == Area.id, Group.state != GroupState.CLOSED)
    return total.correlate(Area).scalar_subquery()
