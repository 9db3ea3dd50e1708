"""Writes down that a household was given a sticker, or takes that back."""

from __future__ import annotations

from datetime import date

from watch import audit
from watch.extensions import db
from watch.models import Group, Household, Person


def give(household: Household, today: date, *, by: Person) -> None:
    """Write down that a household was given a sticker. Doing it twice keeps the first day."""
    if household.sticker_given_on is None:
        household.sticker_given_on = today
        _note("sticker-given", household, by)


def take_back(household: Household, *, by: Person) -> None:
    """Take back that a household was given a sticker."""
    if household.sticker_given_on is not None:
        household.sticker_given_on = None
        _note("sticker-taken-back", household, by)


def _note(what: str, household: Household, by: Person) -> None:
    group = db.session.get(Group, household.flat.stairwell.building.group_id)
    audit.note(what, about=household, by=by, group=group)
