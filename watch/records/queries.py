"""Members' records: which of two is kept, what waits for an answer, and who was taken out lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from watch.extensions import db
from watch.groups.queries.choices import SECOND_THOUGHTS
from watch.groups.queries.leaving import is_back, was_taken_out
from watch.groups.queries.members import members_of
from watch.joining.queries.confirming import CONFIRM_DAYS, has_failed, verification_of
from watch.models import (
    AddressVerification,
    AuditEntry,
    Coordinator,
    Flat,
    Group,
    Household,
    Membership,
    Person,
)
from watch.models.base import is_fresh


def kept_of(one: Membership, other: Membership) -> tuple[Membership, Membership]:
    """Return the two records, first the one that is kept if they are joined.

    That is the one with an address, then the one that coordinates, then the older one.
    """

    def rank(membership: Membership) -> tuple[bool, bool, datetime, int]:
        has_address = membership.person.mailbox_id is not None
        return not has_address, not _coordinates(membership), membership.joined_at, membership.id

    first, second = sorted((one, other), key=rank)
    return first, second


def _coordinates(membership: Membership) -> bool:
    theirs = select(Coordinator.id).where(
        Coordinator.person_id == membership.person_id,
        Coordinator.group_id == membership.group_id,
        Coordinator.ended_at.is_(None),
    )
    return db.session.scalar(theirs.limit(1)) is not None


def possible_doubles(membership: Membership, stairwells: Collection[int] | None) -> list[Membership]:
    """Return the other members whom the reader works with: of the same flat first, then of the same name."""
    others = [each for each in members_of(membership.group, stairwells) if each.id != membership.id]

    def nearness(each: Membership) -> tuple[bool, bool, str]:
        same_flat = membership.household_id is not None and each.household_id == membership.household_id
        name = each.person.name.casefold()
        return not same_flat, name != membership.person.name.casefold(), name

    return sorted(others, key=nearness)


def open_question(membership: Membership) -> AddressVerification | None:
    """Return the open question whether an address that was recorded for the member is right."""
    asked = verification_of(membership)
    is_open = asked is not None and asked.ended_at is None and is_fresh(asked.created_at, CONFIRM_DAYS)
    return asked if is_open else None


def failed_question(membership: Membership) -> AddressVerification | None:
    """Return the question about a recorded address that ended with three wrong floors."""
    asked = verification_of(membership)
    return asked if asked is not None and has_failed(asked) else None


def ended_lately(
    group: Group, now: datetime, stairwells: Collection[int] | None = None, flat: Flat | None = None
) -> Sequence[Membership]:
    """Return the memberships that a coordinator ended and can give back, of these stairwells or this flat."""
    ended = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id == group.id, Membership.left_at > now - SECOND_THOUGHTS)
        .where(was_taken_out(), ~is_back())
        .options(contains_eager(Membership.person))
        .options(joinedload(Membership.household).joinedload(Household.flat))
        .order_by(Membership.left_at.desc(), Membership.id)
    )
    if stairwells is not None:
        ended = ended.where(Membership.stairwell_id.in_(stairwells))
    found = db.session.scalars(ended).all()
    return [each for each in found if flat is None or (each.household and each.household.flat_id == flat.id)]


def record_in(
    group: Group, membership_id: int, now: datetime, stairwells: Collection[int] | None
) -> Membership | None:
    """Return a membership of the group in these stairwells, current or taken out or joined lately."""
    wanted = select(Membership).where(Membership.id == membership_id, Membership.group_id == group.id)
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    found = db.session.scalar(wanted)
    if found is None or found.left_at is None:
        return found
    by_coordinator = select(AuditEntry.id).where(
        AuditEntry.what.in_(["member-ended", "member-joined-to-another"]),
        AuditEntry.about_kind == Membership.__tablename__,
        AuditEntry.about_id == found.id,
    )
    is_lately = found.left_at > now - SECOND_THOUGHTS
    return found if is_lately and db.session.scalar(by_coordinator.limit(1)) is not None else None
