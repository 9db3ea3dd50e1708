"""Who takes part: let in, added on paper, leaving."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.service.coordinators import end_roles
from watch.groups.service.flats import current_household, hold
from watch.models import (
    Channel,
    ConsentChannel,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Language,
    Membership,
    Person,
    Stairwell,
    utcnow,
)

CONSENT_VERSION = "2026-1"


class AlreadyMember(DomainError):
    """The person takes part in this group already."""

    def __init__(self, membership: Membership | None = None) -> None:
        super().__init__("already a member")
        self.membership = membership


def admit(
    person: Person,
    group: Group,
    *,
    stairwell: Stairwell | None,
    flat: Flat | None = None,
    by: Person | None = None,
    channel: Channel = Channel.MAIL,
    consent: ConsentChannel = ConsentChannel.WEB,
) -> Membership:
    """Let a person in; with a flat its household takes part from now on.

    Raises AlreadyMember, also when two admit the same person at once.
    """
    db.session.flush()
    household = _household_that_takes_part(flat) if flat else None
    membership = Membership(
        group_id=group.id,
        person_id=person.id,
        stairwell_id=flat.stairwell_id if flat else stairwell.id if stairwell else None,
        household=household,
        channel=channel,
        admitted_by_id=by.id if by else None,
        consent_version=CONSENT_VERSION,
        consent_channel=consent,
    )
    try:
        with db.session.begin_nested():
            db.session.add(membership)
    except IntegrityError:
        raise AlreadyMember(active_membership(person, group)) from None
    audit.note("member-admitted", about=membership, by=by, group=group)
    return membership


def _household_that_takes_part(flat: Flat) -> Household:
    hold(flat)
    household = current_household(flat)
    household.become(HouseholdStatus.TAKES_PART)
    return household


def active_membership(person: Person, group: Group) -> Membership | None:
    """The membership of a person in a group, where there is one now."""
    return db.session.scalar(
        select(Membership).where(
            Membership.person_id == person.id, Membership.group_id == group.id, Membership.left_at.is_(None)
        )
    )


def add_on_paper(flat: Flat, group: Group, *, name: str, language: Language, by: Person) -> Membership:
    """A neighbour without e-mail, who agreed at the door; everything reaches them on paper."""
    person = Person(name=name, language=language)
    db.session.add(person)
    return admit(
        person,
        group,
        stairwell=flat.stairwell,
        flat=flat,
        by=by,
        channel=Channel.PAPER,
        consent=ConsentChannel.DOORSTEP,
    )


def leave(membership: Membership, *, by: Person | None = None) -> None:
    """Leave the group at once; an empty household falls back to not contacted, appointments end.

    Raises LastCoordinator.
    """
    end_roles(membership.group, [membership.person_id], by=by)
    membership.left_at = utcnow()
    db.session.flush()
    household = membership.household
    if household is not None and household.ended_at is None:
        hold(household.flat)
        if not _has_members(household):
            household.become(HouseholdStatus.NOT_CONTACTED)
    audit.note("member-left", about=membership, by=by, group=membership.group)


def _has_members(household: Household) -> bool:
    staying = select(Membership.id).where(
        Membership.household_id == household.id, Membership.left_at.is_(None)
    )
    return db.session.scalar(staying.limit(1)) is not None
