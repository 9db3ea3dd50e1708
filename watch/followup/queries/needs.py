"""What needs an officer: in counts and in places, never a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, func, select

from watch.contacts.queries import editable_contacts, year_before
from watch.extensions import db
from watch.followup.queries.counts import flats_of_building
from watch.groups.queries.areas import at_least, last_night, were_interested
from watch.groups.queries.members import mail_reaches_coordinator
from watch.joining.queries.asking import waits_long
from watch.models import (
    FEW,
    Building,
    ContactPerson,
    Coordinator,
    Group,
    GroupState,
    Interest,
    Property,
)

MOST_OF_A_KIND = 50  # of what needs somebody: who has more begins with these


class Reason(StrEnum):
    """Why something needs the officer."""

    INTEREST = "interest"  # five or more are interested and there is no group
    NO_COORDINATOR = "no_coordinator"  # nor one whom mail reaches
    WAITING = "waiting"  # somebody asked to join more than 7 days ago
    STALE_CONTACT = "stale_contact"


@dataclass(frozen=True)
class Need:
    """Something that needs the officer: what it is called, why, and the building, group or contact it is."""

    reason: Reason
    name: str
    thing_id: int
    count: int = 0
    total: int = 0


def what_needs_somebody(areas: Collection[int], now: datetime, today: date) -> list[Need]:
    """What to do first in these areas: four statements, however much there is."""
    return [
        *_interest_without_group(areas, last_night(now)),
        *_groups_without_coordinator(areas),
        *_requests_waiting(areas, now),
        *_stale_contacts(areas, today),
    ]


def _interest_without_group(areas: Collection[int], night: datetime) -> list[Need]:
    interested = func.count(Interest.id)
    as_shown = at_least(interested, flats_of_building())  # the order tells no more than the words do
    wanted = (
        select(Building.address, Building.id, interested, flats_of_building())
        .join(Property, Property.id == Building.property_id)
        .join(Interest, Interest.building_id == Building.id)
        .where(Property.area_id.in_(areas), Building.group_id.is_(None), were_interested(night))
        .group_by(Building.id)
        .having(interested >= FEW)
        .order_by(as_shown.desc(), Building.sort_key)
    )
    return [Need(Reason.INTEREST, *row) for row in db.session.execute(wanted.limit(MOST_OF_A_KIND))]


def _groups_without_coordinator(areas: Collection[int]) -> list[Need]:
    current = Coordinator.is_current
    here = Coordinator.group_id == Group.id
    coordinated = select(Coordinator.id).where(here, current, mail_reaches_coordinator()).exists()
    wanted = _groups_in(areas).where(~coordinated)
    return [Need(Reason.NO_COORDINATOR, *row) for row in db.session.execute(wanted)]


def _requests_waiting(areas: Collection[int], now: datetime) -> list[Need]:
    waiting = db.session.execute(_groups_in(areas).where(waits_long(now)))
    return [Need(Reason.WAITING, *row) for row in waiting]


def _groups_in(areas: Collection[int]) -> Select[str, int]:
    wanted = select(Group.name, Group.id).where(Group.area_id.in_(areas), Group.state != GroupState.CLOSED)
    return wanted.order_by(Group.name).limit(MOST_OF_A_KIND)


def _stale_contacts(areas: Collection[int], today: date) -> list[Need]:
    old = editable_contacts(areas).where(ContactPerson.checked_on < year_before(today))
    contacts = db.session.scalars(old.order_by(ContactPerson.checked_on).limit(MOST_OF_A_KIND))
    return [Need(Reason.STALE_CONTACT, contact.organisation, contact.id) for contact in contacts]
