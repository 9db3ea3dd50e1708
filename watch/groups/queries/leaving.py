"""Who has left a group lately: by themselves, taken out by a coordinator, or with a household that moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from watch.extensions import db
from watch.groups.queries.choices import SECOND_THOUGHTS, ended_by_its_owner
from watch.models import AuditEntry, Flat, Group, Household, HouseholdStatus, Membership, Person
from watch.statements import prepared

_Now, _Again = aliased(Household), aliased(Membership)
TOLD_FOR = timedelta(days=30)  # how long somebody who was taken out is told so, and may write to the group


def was_taken_out() -> ColumnElement[bool]:
    """Return the condition on Membership that a coordinator ended it."""
    said_so = select(AuditEntry.id).where(
        AuditEntry.what == "member-ended",
        AuditEntry.about_kind == Membership.__tablename__,
        AuditEntry.about_id == Membership.id,
        AuditEntry.at >= Membership.left_at,
    )
    return said_so.exists()


def is_back() -> ColumnElement[bool]:
    """Return the condition on Membership that its person is a member of the same group again."""
    again = select(_Again.id).where(
        _Again.person_id == Membership.person_id,
        _Again.group_id == Membership.group_id,
        _Again.left_at.is_(None),
    )
    return again.exists()


@dataclass(frozen=True)
class Departure:
    """A membership that has ended lately: by its owner, by a coordinator, or with its group's closing."""

    membership: Membership
    is_own: bool

    @property
    def is_with_closing(self) -> bool:
        """True if it ended because the group was closed."""
        return self.membership.left_at == self.membership.group.closed_at


def departures_of(person: Person, now: datetime) -> list[Departure]:
    """Return how a person has left each group lately, unless they have joined again; one statement.

    What they ended themselves is returned as long as they can undo it.
    """
    rows = _departures(person.id, now - SECOND_THOUGHTS, now - TOLD_FOR)
    return list({each.group_id: Departure(each, is_own) for each, is_own in rows}.values())


def ended_lately(person: Person, now: datetime) -> list[Membership]:
    """Return the memberships that a person has ended and can undo, unless they have joined again."""
    return [each.membership for each in departures_of(person, now) if each.is_own]


@prepared
def _departures(person_id: int, undoable_since: datetime, since: datetime) -> Select[Membership, bool]:
    is_own = ended_by_its_owner(undoable_since)
    return (
        select(Membership, is_own)
        .join(Group, Group.id == Membership.group_id)
        .where(
            Membership.person_id == person_id,
            Membership.left_at.is_not(None),
            or_(
                is_own,
                and_(Membership.left_at > since, was_taken_out()),
                Membership.left_at == Group.closed_at,
            ),
            ~is_back(),
        )
        .options(contains_eager(Membership.group), joinedload(Membership.household))
        .order_by(Membership.left_at)
    )


@dataclass(frozen=True)
class Move:
    """A household that a coordinator has recorded as moved out, and the members who left with it."""

    household: Household
    people: Sequence[Membership]


def undoable_move(flat: Flat, now: datetime) -> Move | None:
    """Return the move from a flat that a coordinator recorded and can undo; two statements.

    That is so for a week, while nobody else is known to live there. Whoever recorded their own move undoes it
    themselves. Members who have joined again meanwhile are left out; without any other the move stands.
    """
    recorded = select(AuditEntry.id).where(
        AuditEntry.what == "household-moved-out",
        AuditEntry.about_kind == Flat.__tablename__,
        AuditEntry.about_id == Household.flat_id,
        AuditEntry.at >= Household.ended_at,
    )
    by_themselves = (
        select(AuditEntry.id)
        .join(Membership, Membership.id == AuditEntry.about_id)
        .where(AuditEntry.what == "member-moved", AuditEntry.about_kind == Membership.__tablename__)
        .where(Membership.household_id == Household.id, AuditEntry.at >= Household.ended_at)
    )
    others = select(_Now.id).where(_Now.flat_id == Household.flat_id, _Now.ended_at.is_(None))
    wanted = (
        select(Household)
        .where(Household.flat_id == flat.id, Household.ended_at > now - SECOND_THOUGHTS)
        .where(recorded.exists(), ~by_themselves.exists(), ~others.exists())
        .order_by(Household.ended_at.desc(), Household.id.desc())
    )
    household = db.session.scalar(wanted.limit(1))
    if household is None:
        return None
    people = _left_with(household)
    is_empty = household.status is HouseholdStatus.TAKES_PART and not people
    return None if is_empty else Move(household, people)


def _left_with(household: Household) -> Sequence[Membership]:
    wanted = (
        select(Membership)
        .where(Membership.household_id == household.id, Membership.left_at == household.ended_at)
        .where(~is_back())
        .options(joinedload(Membership.person))
        .order_by(Membership.joined_at, Membership.id)
    )
    return db.session.scalars(wanted).all()
