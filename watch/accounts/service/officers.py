"""Appoints officers and ends their office. Nobody is officer or partner, and coordinator at once."""

from __future__ import annotations

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.errors import (
    AlreadyOfficer,
    CoordinatorNeverFollows,
    OfficerNeverCoordinates,
)
from watch.accounts.service.signing_in import end_sign_ins
from watch.extensions import db
from watch.models import (
    Area,
    Coordinator,
    Mailbox,
    Officer,
    Organisation,
    Partner,
    Person,
    utcnow,
)


def appoint_officer(area: Area, person: Person, organisation: Organisation) -> Officer:
    """Make somebody an officer of an area. The operator vouches for the address.

    Raises AlreadyOfficer and CoordinatorNeverFollows.
    """
    demand_no_coordinator(person)
    person.address_confirmed_at = person.address_confirmed_at or utcnow()
    officer = Officer(area_id=area.id, person_id=person.id, organisation=organisation)
    try:
        with db.session.begin_nested():
            db.session.add(officer)
    except IntegrityError as known:
        raise AlreadyOfficer from known
    end_sign_ins(person)
    audit.note("officer-appointed", about=person, by=None, area=area)
    return officer


def end_office(area: Area, person: Person) -> bool:
    """End a person's office in an area. Return False if they were no officer of it."""
    office = Officer.area_id == area.id, Officer.person_id == person.id, Officer.is_current
    officer = db.session.scalar(select(Officer).where(*office))
    if officer is None:
        return False
    officer.ended_at = utcnow()
    audit.note("officer-ended", about=person, by=None, area=area)
    return True


def demand_no_officer(person: Person) -> None:
    """Raise OfficerNeverCoordinates if anybody at the person's mailbox is an officer or a partner.

    Locks the mailbox.
    """
    _hold_mailbox(person)
    readers = _readers_with(person)
    follows = select(Officer.id).where(Officer.person_id.in_(readers), Officer.is_current)
    counts = select(Partner.id).where(Partner.person_id.in_(readers), Partner.is_current)
    if db.session.scalar(select(or_(follows.exists(), counts.exists()))):
        raise OfficerNeverCoordinates


def demand_no_coordinator(person: Person) -> None:
    """Raise CoordinatorNeverFollows if anybody at the person's mailbox coordinates. Locks the mailbox."""
    _hold_mailbox(person)
    coordinates = (Coordinator.person_id.in_(_readers_with(person)), Coordinator.is_current)
    if db.session.scalar(select(Coordinator.id).where(*coordinates).limit(1)) is not None:
        raise CoordinatorNeverFollows


def _readers_with(person: Person) -> Select[int]:
    """Return a select of the ids of the person and of everybody who shares the mailbox."""
    mine = [Person.id == person.id]
    if person.mailbox_id is not None:
        mine.append(Person.mailbox_id == person.mailbox_id)
    return select(Person.id).where(or_(*mine))


def _hold_mailbox(person: Person) -> None:
    """Lock the mailbox so that concurrent appointments as officer and coordinator see each other."""
    db.session.flush()  # a new mailbox must be stored before it can be locked
    db.session.execute(select(Mailbox.id).where(Mailbox.id == person.mailbox_id).with_for_update())
