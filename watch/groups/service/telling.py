"""Tells coordinators, officers and interested people that a coordinator was asked or has accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from watch.extensions import db
from watch.groups.mails import (
    COORDINATOR_ACCEPTED,
    COORDINATOR_UNREACHED,
    GROUP_STARTED,
    LEAD_ASKED,
    LEAD_ASKED_IN_AREA,
)
from watch.groups.queries.unreached import coordinators_to_tell_of
from watch.mail import outbox
from watch.models import Building, Coordinator, Group, Interest, Mailing, Officer, Person


def tell_of_lead(lead: Coordinator) -> None:
    """Mail the other coordinators and the area's other officers about a new lead.

    A lead sees every member of the group. Without this, one officer could secretly appoint an address of
    their own in a group without coordinators.
    """
    for person in _others(lead):
        outbox.queue(LEAD_ASKED, to=person, about=lead)
    colleagues = select(Person).join(Officer, Officer.person_id == Person.id).where(
        Officer.area_id == select(Group.area_id).where(Group.id == lead.group_id).scalar_subquery(),
        Officer.is_current,
        Officer.person_id != lead.appointed_by_id,
    )  # fmt: skip
    for person in db.session.scalars(colleagues.order_by(Person.id)).all():
        outbox.queue(LEAD_ASKED_IN_AREA, to=person, about=lead)


def tell_of_coordinator(coordinator: Coordinator) -> None:
    """Mail the other coordinators, the lead who asked too, about a new coordinator.

    Without this, somebody with a lead's phone in hand could secretly give a role to an address of their own.
    """
    for person in _others(coordinator):
        outbox.queue(COORDINATOR_ACCEPTED, to=person, about=coordinator)


def _others(coordinator: Coordinator) -> Sequence[Person]:
    """Return the other coordinators of the group."""
    others = select(Person).join(Coordinator, Coordinator.person_id == Person.id).where(
        Coordinator.group_id == coordinator.group_id,
        Coordinator.is_current,
        Coordinator.id != coordinator.id,
    )  # fmt: skip
    return db.session.scalars(others.order_by(Person.id)).all()


def tell_the_interested(group: Group) -> None:
    """Mail everybody interested in the group's buildings, once each, but not its coordinators.

    They stay interested, so that the number of interested people does not fall when one of them accepts.
    """
    coordinates = select(Coordinator.person_id).where(
        Coordinator.group_id == group.id, Coordinator.is_current
    )
    told = select(Mailing.id).where(Mailing.kind == GROUP_STARTED.kind, Mailing.interest_id == Interest.id)
    untold = (
        select(Interest)
        .join(Building, Building.id == Interest.building_id)
        .where(Building.group_id == group.id, Interest.is_current, ~told.exists())
        .where(Interest.person_id.not_in(coordinates))
        .order_by(Interest.id)
    )
    for interest in db.session.scalars(untold).all():
        outbox.queue(GROUP_STARTED, to=interest.person, about=interest)


def tell_of_unreached(_now: datetime) -> None:
    """Mail the officers of an area about each coordinator whose address has bounced, once for each bounce."""
    for coordinator in coordinators_to_tell_of():
        officers = select(Officer.person_id).where(
            Officer.area_id == coordinator.group.area_id, Officer.is_current
        )
        outbox.queue_many(COORDINATOR_UNREACHED, people=officers, about=coordinator)
