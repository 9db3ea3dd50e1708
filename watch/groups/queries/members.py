"""The members and coordinators of a group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from watch.extensions import db
from watch.models import (
    Area,
    AuditEntry,
    Coordinator,
    Flat,
    Group,
    Household,
    Mailbox,
    Mailing,
    Membership,
    Officer,
    Organisation,
    OutboxRow,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)

REFUSAL_SHOWN = timedelta(days=30)
REACHED_BY_MAIL = Coordinator.person.has(  # the condition that a coordinator's mailbox works
    Person.mailbox.has(Mailbox.suppression.is_distinct_from(Suppression.BOUNCED))
)


def taught_on(coordinators: Iterable[Coordinator]) -> date | None:
    """Return the day on which the last of these was taught who have said yes, if all were."""
    days = [each.trained_on for each in coordinators if each.is_current]
    known = [each for each in days if each]
    return max(known) if known and len(known) == len(days) else None


def coordinators_of(group: Group) -> list[Coordinator]:
    """Return the appointments: leads, those for the whole group, by stairwell, unanswered ones last."""
    wanted = (
        select(Coordinator)
        .where(Coordinator.group_id == group.id, Coordinator.ended_at.is_(None))
        .options(
            joinedload(Coordinator.person).joinedload(Person.mailbox),
            joinedload(Coordinator.appointed_by),
            selectinload(Coordinator.stairwells),
        )
        .order_by(Coordinator.appointed_at, Coordinator.id)
    )
    return sorted(
        db.session.scalars(wanted),
        key=lambda each: (
            each.accepted_at is None,
            not each.is_lead,
            [stairwell.sort_key for stairwell in each.stairwells],
        ),
    )


def asked_addresses(person: Person, group: Group) -> dict[int, str]:
    """Return the addresses that this person asked and that have not answered, by appointment."""
    wanted = (
        select(Coordinator.id, Mailbox)
        .join(Mailing, Mailing.coordinator_id == Coordinator.id)
        .join(OutboxRow, OutboxRow.mailing_id == Mailing.id)
        .join(Mailbox, Mailbox.id == OutboxRow.mailbox_id)
        .where(
            Coordinator.group_id == group.id,
            Coordinator.appointed_by_id == person.id,
            Coordinator.accepted_at.is_(None),
            Coordinator.ended_at.is_(None),
            Mailing.kind == "coordinator-appointed",
        )
    )
    return {asked: mailbox.address for asked, mailbox in db.session.execute(wanted)}


def refusals_to(person: Person, group: Group) -> Sequence[datetime]:
    """Return when somebody whom this person asked declined, the latest first; not who it was."""
    wanted = (
        select(AuditEntry.at)
        .join(Coordinator, Coordinator.id == AuditEntry.about_id)
        .where(
            AuditEntry.what == "coordinator-declined",
            AuditEntry.about_kind == Coordinator.__tablename__,
            AuditEntry.group_id == group.id,
            AuditEntry.at > utcnow() - REFUSAL_SHOWN,
            Coordinator.appointed_by_id == person.id,
        )
    )
    return db.session.scalars(wanted.order_by(AuditEntry.id.desc())).all()


def coordinators_for(stairwell: Stairwell) -> list[Person]:
    """Return the coordinators who are told of a request from this stairwell; without any, the leads.

    They work for the stairwell or the whole group, and have a working address.
    """
    group_id = stairwell.building.group_id
    wanted = (
        select(Coordinator)
        .where(
            Coordinator.group_id == group_id,
            Coordinator.is_current,
            REACHED_BY_MAIL,
        )
        .options(joinedload(Coordinator.person), selectinload(Coordinator.stairwells))
        .order_by(Coordinator.id)
    )
    current = list(db.session.scalars(wanted))
    near = [
        each for each in current if not each.is_lead and (not each.stairwells or stairwell in each.stairwells)
    ]
    return [each.person for each in near or [each for each in current if each.is_lead]]


class MemberKind(StrEnum):
    """The members that a coordinator looks for, because mail or paper goes another way for them."""

    ON_PAPER = "paper"
    NOT_REACHED = "not_reached"
    NO_FLAT = "no_flat"

    def includes(self, membership: Membership) -> bool:
        mailbox = membership.person.mailbox
        match self:
            case MemberKind.ON_PAPER:
                return mailbox is None
            case MemberKind.NOT_REACHED:
                return mailbox is not None and mailbox.suppression is not None
            case MemberKind.NO_FLAT:
                return membership.household_id is None


def members_of(group: Group, stairwells: Collection[int] | None = None) -> list[Membership]:
    """Return the current members with person, stairwell, household and flat, the oldest first."""
    wanted = (
        select(Membership)
        .where(Membership.group_id == group.id, Membership.is_current)
        .options(
            joinedload(Membership.person).joinedload(Person.mailbox),
            joinedload(Membership.stairwell),
            joinedload(Membership.household).joinedload(Household.flat),
        )
        .order_by(Membership.joined_at, Membership.id)
    )
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    return list(db.session.scalars(wanted))


def members_to_ask(group: Group) -> list[Membership]:
    """Return the members whom mail reaches and who are neither coordinators nor asked to be."""
    asked = select(Coordinator.person_id).where(
        Coordinator.group_id == group.id, Coordinator.ended_at.is_(None)
    )
    wanted = (
        select(Membership)
        .join(Membership.person)
        .join(Person.mailbox)
        .where(Membership.group_id == group.id, Membership.is_current, Mailbox.suppression.is_(None))
        .where(Membership.person_id.not_in(asked))
        .options(contains_eager(Membership.person), joinedload(Membership.stairwell))
        .order_by(Membership.id)
    )
    return list(db.session.scalars(wanted))


def takes_part(
    person_id: ColumnElement[Any] | InstrumentedAttribute[Any], *which: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) is a current member.

    `which` are conditions on Membership and Group.
    """
    current = (
        select(Membership.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id, Membership.is_current, *which)
    )
    return current.exists()


def somebody_coordinates(group: Group, people: Collection[Person]) -> bool:
    """Return True if one of these people coordinates the group."""
    theirs = Coordinator.person_id.in_([each.id for each in people]), Coordinator.is_current
    here = select(Coordinator.id).where(Coordinator.group_id == group.id, *theirs)
    return db.session.scalar(here.limit(1)) is not None


def coordinates(
    person_id: ColumnElement[Any] | InstrumentedAttribute[Any], *which: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) is a current coordinator.

    `which` are conditions on Coordinator and Group.
    """
    current = (
        select(Coordinator.id)
        .join(Group, Group.id == Coordinator.group_id)
        .where(Coordinator.person_id == person_id, *which)
        .where(Coordinator.is_current)
    )
    return current.exists()


def appointment_of(person_id: int, group_id: int) -> Coordinator | None:
    """Return the person's current appointment in the group, or None."""
    return db.session.scalar(
        select(Coordinator)
        .where(Coordinator.person_id == person_id, Coordinator.group_id == group_id, Coordinator.is_current)
        .options(joinedload(Coordinator.person))
    )


def organisation_of(person_id: int, area: Area) -> Organisation | None:
    """Return the authority for which a person is an officer of the area now, or None."""
    office = select(Officer.organisation).where(Officer.person_id == person_id, Officer.area_id == area.id)
    return db.session.scalar(office.where(Officer.is_current))


def active_member_ids(group: Group, stairwell: Stairwell | None = None) -> Select[int]:
    """Return a select of the ids of the current members, with or without a mailbox."""
    wanted = select(Membership.person_id).where(Membership.group_id == group.id, Membership.is_current)
    return wanted if stairwell is None else wanted.where(Membership.stairwell_id == stairwell.id)


def active_membership(person: Person, group: Group) -> Membership | None:
    """Return the person's current membership in the group, or None."""
    return db.session.scalar(
        select(Membership).where(
            Membership.person_id == person.id, Membership.group_id == group.id, Membership.is_current
        )
    )


def is_reached(coordinator: Coordinator) -> bool:
    """Return True if the appointment is current and its mailbox works; REACHED_BY_MAIL for a row."""
    mailbox = coordinator.person.mailbox
    return coordinator.is_current and mailbox is not None and mailbox.suppression is not Suppression.BOUNCED


def paper_members_at(flat: Flat, group: Group) -> Sequence[Membership]:
    """Return the current members of a flat who have no address, the oldest first."""
    here = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Household, Household.id == Membership.household_id)
        .where(Household.flat_id == flat.id, Membership.group_id == group.id, Membership.is_current)
        .where(Person.mailbox_id.is_(None))
    )
    return db.session.scalars(here.order_by(Membership.id)).all()


def paper_member_at(flat: Flat, group: Group, name: str, *, is_the_one: bool) -> Membership | None:
    """Return the member on paper of that name in the flat; with `is_the_one`, else the only one there."""
    found = paper_members_at(flat, group)
    same = [each for each in found if _folded(each.person.name) == _folded(name)]
    if same:
        return same[0]
    return found[0] if is_the_one and len(found) == 1 else None


def has_paper_members(group: Group) -> bool:
    """Return True if a current member of the group has no address."""
    found = select(Membership.id).join(Person, Person.id == Membership.person_id)
    found = found.where(Membership.group_id == group.id, Membership.is_current, Person.mailbox_id.is_(None))
    return db.session.scalar(found.limit(1)) is not None


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def is_open(coordinator: Coordinator) -> bool:
    """Return True if the appointment is unanswered and can still be accepted."""
    return coordinator.accepted_at is None and coordinator.appointed_at >= utcnow() - QUESTION_LASTS


QUESTION_LASTS = timedelta(days=30)  # as long as an invitation


def is_reached_elsewhere(one: Person, other: Person) -> bool:
    """Return True if mail reaches one person at an address that is not the other's.

    Then they may be two people, and neither the other nor a coordinator may end the record of the one.
    """
    mailbox = one.mailbox
    is_living = mailbox is not None and mailbox.suppression is not Suppression.BOUNCED
    return is_living and one.mailbox_id != other.mailbox_id
