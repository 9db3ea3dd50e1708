"""Counts how many take part in a group, each night and when it starts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from watch.extensions import db
from watch.models import (
    Building,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Membership,
    Stairwell,
)


def recount_groups(now: datetime, group: Group | None = None) -> None:
    """Count who takes part, in one group or in all: flats, and members whose flat is unknown."""
    flats = (
        select(func.count(Household.id))
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(
            Building.group_id == Group.id,
            Household.is_current,
            Household.status == HouseholdStatus.TAKES_PART,
        )
        .correlate(Group)
        .scalar_subquery()
    )
    without_flat = (
        select(func.count(Membership.id))
        .where(Membership.group_id == Group.id, Membership.is_current, Membership.household_id.is_(None))
        .correlate(Group)
        .scalar_subquery()
    )
    counting = update(Group).values(counted_taking_part=flats + without_flat, counted_at=now)
    if group is not None:
        counting = counting.where(Group.id == group.id)
    db.session.execute(counting.execution_options(synchronize_session=False))
    if group is not None:
        db.session.refresh(group, ["counted_taking_part", "counted_at"])
