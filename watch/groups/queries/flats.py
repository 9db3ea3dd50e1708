"""The flats and stairwells of groups in street order, and the status of their households."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.models import (
    Building,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Stairwell,
)


def flats_of_group(group: Group, stairwells: Collection[int] | None = None) -> list[Flat]:
    """Return the flats of a group, or of these stairwells of it, in street order."""
    return flats_of_groups([group], stairwells)


def flats_of_groups(groups: Collection[Group], stairwells: Collection[int] | None = None) -> list[Flat]:
    """Return the flats of several groups, in street order.

    Flats that are gone are left out: nobody is asked there.
    """
    wanted = (
        select(Flat)
        .join(Flat.stairwell)
        .join(Stairwell.building)
        .where(Building.group_id.in_([group.id for group in groups]), Flat.gone_at.is_(None))
        .options(joinedload(Flat.stairwell).joinedload(Stairwell.building))
        .order_by(Stairwell.sort_key, Flat.number)
    )
    if stairwells is not None:
        wanted = wanted.where(Stairwell.id.in_(stairwells))
    return list(db.session.scalars(wanted))


def gone_flats(stairwells: Collection[int]) -> list[Flat]:
    """Return the flats of these stairwells that the landlord's newest list is without, in street order."""
    wanted = (
        select(Flat)
        .join(Flat.stairwell)
        .where(Stairwell.id.in_(stairwells), Flat.gone_at.is_not(None))
        .options(joinedload(Flat.stairwell))
        .order_by(Stairwell.sort_key, Flat.number)
    )
    return list(db.session.scalars(wanted))


def stairwells_of_group(
    group: Group, stairwells: Collection[int] | None = None, *, with_flats: bool = False
) -> list[Stairwell]:
    """Return the stairwells of a group, or these of them, in street order."""
    wanted = (
        select(Stairwell)
        .join(Stairwell.building)
        .where(Building.group_id == group.id)
        .order_by(Stairwell.sort_key, Stairwell.id)
    )
    if with_flats:
        wanted = wanted.options(selectinload(Stairwell.flats))
    if stairwells is not None:
        wanted = wanted.where(Stairwell.id.in_(stairwells))
    return list(db.session.scalars(wanted))


def status_of(flat: Flat) -> HouseholdStatus:
    """Return the status of the flat's current household."""
    current = select(Household.status).where(Household.flat_id == flat.id, Household.is_current)
    return db.session.scalar(current) or HouseholdStatus.NOT_CONTACTED


def statuses_of(flats: Collection[Flat]) -> dict[int, HouseholdStatus]:
    """Return the status of the flats' current households, by the flats' ids; one statement."""
    ids = [flat.id for flat in flats]
    current = select(Household.flat_id, Household.status).where(
        Household.flat_id.in_(ids), Household.is_current
    )
    return dict.fromkeys(ids, HouseholdStatus.NOT_CONTACTED) | dict(db.session.execute(current).all())
