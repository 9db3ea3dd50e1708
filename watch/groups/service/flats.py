"""A flat's current household, and how two who change it at once take turns."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch.extensions import db
from watch.models import Flat, Household


def lock_flat(flat: Flat) -> None:
    """Nobody else changes who lives here until this transaction ends (SQLite: no other writes at all)."""
    db.session.execute(select(Flat.id).where(Flat.id == flat.id).with_for_update())


def current_household(flat: Flat) -> Household:
    """The household that lives in a flat now, made where none is known; two who come at once get the same."""
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
