"""Corrects households after a restore, because the copy may miss later answers and departures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select, update

from watch.extensions import db
from watch.models import Flat, Household, HouseholdStatus, Membership, utcnow


def decline_again(flat_id: int, at: datetime) -> bool:
    """Record a decline that the copy does not have, unless the household takes part.

    Returns True if the copy would have had the flat contacted.
    """
    if db.session.get(Flat, flat_id) is None:
        return False
    current = select(Household).where(Household.flat_id == flat_id, Household.is_current)
    household = db.session.scalar(current)
    if household is None:
        household = Household(flat_id=flat_id)
        db.session.add(household)
    elif household.status in {HouseholdStatus.TAKES_PART, HouseholdStatus.DECLINED}:
        return False
    household.status, household.status_at = HouseholdStatus.DECLINED, at
    db.session.flush()
    return True


def put_out_empty_windows(households: Collection[int]) -> None:
    """Make these households (ids) take part exactly if they have a current member."""
    ids = list(households)
    has_member = exists().where(Membership.household_id == Household.id, Membership.is_current)
    current = Household.id.in_(ids), Household.is_current
    takes_part = Household.status == HouseholdStatus.TAKES_PART
    now = utcnow()
    for which, status in (
        ((takes_part, ~has_member), HouseholdStatus.NOT_CONTACTED),
        ((~takes_part, has_member), HouseholdStatus.TAKES_PART),
    ):
        standing = update(Household).where(*current, *which).values(status=status, status_at=now)
        db.session.execute(standing.execution_options(synchronize_session=False))
