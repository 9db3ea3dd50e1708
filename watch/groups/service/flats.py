"""The current household of a flat, and the lock for changing it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch.extensions import db
from watch.models import Flat, Household


def lock_flat(flat: Flat) -> None:
    """Lock the flat until the transaction ends. SQLite lets only one transaction write anyway."""
    db.session.execute(select(Flat.id).where(Flat.id == flat.id).with_for_update())


def current_household(flat: Flat) -> Household:
    """Return the flat's current household, made if none is known; two requests get the same one."""
    current = select(Household).where(Household.flat_id == flat.id, Household.is_current)
    if household := db.session.scalar(current):
        return household
    try:
        with db.session.begin_nested():
            household = Household(flat_id=flat.id)
            db.session.add(household)
        return household
    except IntegrityError:
        return db.session.scalars(current).one()
