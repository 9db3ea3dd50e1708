"""Stickers (dekaler) handed out to households: of one flat, and how many of a building for officers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select

from watch.extensions import db
from watch.groups.queries.areas import last_night
from watch.language import local
from watch.models import Building, Flat, Group, GroupState, Household, HouseholdStatus, Stairwell


def household_with_sticker(flat: Flat) -> Household | None:
    """Return the household of a flat if it may have a sticker: it takes part, and its group is active."""
    state = select(Group.state).where(Group.id == flat.stairwell.building.group_id)
    if db.session.scalar(state) is not GroupState.ACTIVE:
        return None
    takes_part = Household.status == HouseholdStatus.TAKES_PART
    here = select(Household).where(Household.flat_id == flat.id, Household.is_current, takes_part)
    return db.session.scalar(here)


def stickers_at(building: Building, now: datetime) -> int:
    """Return how many households of a building had a sticker last night, with those of its group's others.

    Pages show it in a band, beside how many take part in the group. The numbers of single buildings would
    tell more of them than that.
    """
    night = last_night(now)
    together = or_(Building.id == building.id, Building.group_id == building.group_id)
    had = (
        select(func.count(Household.id))
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(together, Household.sticker_given_on < local(night).date())
        .where(or_(Household.ended_at.is_(None), Household.ended_at > night))
    )
    return db.session.scalar(had) or 0
