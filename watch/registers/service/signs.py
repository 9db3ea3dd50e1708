"""Changes to the signs of buildings: ordered, put up, checked, taken down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.models import Building, Person, SignSpot, Stairwell, WatchSign, utcnow
from watch.registers.errors import GroupNotActive
from watch.registers.queries.places import can_order, group_of
from watch.registers.service.places import is_new

NEXT: Any = WatchSign.version + 1  # as the database counts it, whoever has written meanwhile


def order(
    building: Building, spot: SignSpot, at: Sequence[Stairwell | None], day: date, *, key: str, by: Person
) -> None:
    """Order a sign at each of these stairwells; None is the building as a whole. Twice pressed counts once.

    Raises GroupNotActive unless the group of the building is active.
    """
    if not can_order(group_of(building)):
        raise GroupNotActive
    wanted = {f"{key}-{each.id if each else 0}": each for each in at}
    known = db.session.scalars(select(WatchSign.form_key).where(WatchSign.form_key.in_(wanted))).all()
    signs = [
        WatchSign(building=building, stairwell=each, spot=spot, ordered_on=day, form_key=one)
        for one, each in wanted.items()
        if one not in known
    ]
    if not signs:
        return
    try:
        with db.session.begin_nested():
            db.session.add_all(signs)
    except IntegrityError:  # the same press, a moment earlier
        return
    audit.note("signs-ordered", about=building, by=by, area=building.property.area)


def change(sign: WatchSign, values: dict[str, Any], *, seen: str, by: Person) -> None:
    """Let a sign have other days. Raises ChangedMeanwhile if somebody else has changed it."""
    if not is_new(sign, values, seen):
        return
    for name, value in (values | {"version": NEXT}).items():
        setattr(sign, name, value)
    _note("sign-changed", sign, by)


def check(sign: WatchSign, today: date, *, by: Person) -> None:
    """Write down that a sign that is up was looked at today, and is whole."""
    if sign.up_on and sign.down_on is None and (sign.checked_on != today or sign.is_worn):
        sign.checked_on, sign.is_worn, sign.version = today, False, NEXT
        _note("sign-changed", sign, by)


def remove(sign: WatchSign, *, by: Person) -> None:
    """Take away a sign that was written down by mistake."""
    if sign.removed_at is None:
        sign.removed_at, sign.version = utcnow(), NEXT
        _note("sign-removed", sign, by)


def bring_back(sign: WatchSign, *, by: Person) -> None:
    """Undo taking a sign away."""
    if sign.removed_at is not None:
        sign.removed_at, sign.version = None, NEXT
        _note("sign-brought-back", sign, by)


def _note(what: str, sign: WatchSign, by: Person) -> None:
    audit.note(what, about=sign, by=by, area=sign.building.property.area)
