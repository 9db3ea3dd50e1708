"""Who takes part in a group, and who coordinates it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.models import Coordinator, Group, Household, Membership, Person, Stairwell


def coordinators_of(group: Group) -> list[Coordinator]:
    """The current appointments: leads, those for the whole house, by stairwell; the waiting last."""
    wanted = (
        select(Coordinator)
        .where(Coordinator.group_id == group.id, Coordinator.ended_at.is_(None))
        .options(
            joinedload(Coordinator.person).joinedload(Person.mailbox), selectinload(Coordinator.stairwells)
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


def coordinators_for(stairwell: Stairwell) -> list[Person]:
    """Whom a request from here concerns: the stairwell's own and the whole house's, else the lead."""
    group_id = stairwell.building.group_id
    wanted = (
        select(Coordinator)
        .where(
            Coordinator.group_id == group_id,
            Coordinator.accepted_at.is_not(None),
            Coordinator.ended_at.is_(None),
        )
        .options(joinedload(Coordinator.person), selectinload(Coordinator.stairwells))
        .order_by(Coordinator.id)
    )
    current = list(db.session.scalars(wanted))
    near = [
        each for each in current if not each.is_lead and (not each.stairwells or stairwell in each.stairwells)
    ]
    return [each.person for each in near or [each for each in current if each.is_lead]]


def members_of(group: Group, stairwells: Collection[int] | None = None) -> list[Membership]:
    """Those who take part now, with person, stairwell, household and flat; oldest first."""
    wanted = (
        select(Membership)
        .where(Membership.group_id == group.id, Membership.left_at.is_(None))
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


def active_member_ids(group: Group, stairwell: Stairwell | None = None) -> Select[int]:
    """Ids of the people who take part now, with or without a mailbox."""
    wanted = select(Membership.person_id).where(Membership.group_id == group.id, Membership.left_at.is_(None))
    return wanted if stairwell is None else wanted.where(Membership.stairwell_id == stairwell.id)


def active_membership(person: Person, group: Group) -> Membership | None:
    """The membership of a person in a group, where there is one now."""
    return db.session.scalar(
        select(Membership).where(
            Membership.person_id == person.id, Membership.group_id == group.id, Membership.left_at.is_(None)
        )
    )
