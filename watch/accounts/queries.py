"""Queries about people, their sign-in links and the browsers they are signed in with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, exists, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from watch import tokens
from watch.crypto import Unreadable, keyring
from watch.errors import LinkExpired
from watch.extensions import db
from watch.models import (
    Area,
    ContactPerson,
    Coordinator,
    Group,
    Language,
    Mailbox,
    Mailing,
    Membership,
    Officer,
    OutboxRow,
    OutboxState,
    Partner,
    Person,
    Purpose,
    SignIn,
    SignInLink,
    utcnow,
)
from watch.names import is_same_name
from watch.statements import prepared
from watch.titles import is_taken_for

PRESSED_AGAIN = timedelta(minutes=1)  # how long the same press leads in again
NEVER_LEFT = (OutboxState.CANCELLED, OutboxState.EXPIRED)


def is_readable() -> bool:
    """Return True if our data key opens one of the three oldest addresses, or if there is no address.

    Three are tried, so that a single damaged one does not make the key look wrong.
    """
    first = select(type_coerce(Mailbox.address, LargeBinary)).order_by(Mailbox.id).limit(3)
    return is_sealed_with_our_key(db.session.scalars(first).all())


def is_sealed_with_our_key(addresses: Collection[bytes]) -> bool:
    """Return True if our data key opens one of these encrypted addresses, or if there are none."""
    return not addresses or any(_opens(bytes(each)) for each in addresses)


def _opens(sealed: bytes) -> bool:
    try:
        keyring().open(sealed, "mailbox.address")
    except Unreadable:
        return False
    return True


def link_of(token: str) -> SignInLink:
    """Return the open sign-in link of a token. Raises BadToken or LinkExpired, shown as the same page."""
    link = tokens.row_of(Purpose.SIGN_IN, SignInLink, token)
    if link.ended_at is not None or link.expires_at <= utcnow():
        raise LinkExpired
    return link


def is_for(token: str, person: Person) -> bool:
    """Return True if a sign-in link, used or not, is the person's. Raises BadToken."""
    return person in people_for(tokens.row_of(Purpose.SIGN_IN, SignInLink, token))


def open_links(mailbox_id: int | None) -> Select[SignInLink]:
    """Return a select of the mailbox's sign-in links that are unused. Expired ones are among them."""
    return select(SignInLink).where(SignInLink.mailbox_id == mailbox_id, SignInLink.ended_at.is_(None))


def _known_at(mailbox_id: int | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the condition for who reads a mailbox: confirmed people, since anybody can type an address."""
    return Person.mailbox_id == mailbox_id, Person.address_confirmed_at.is_not(None)


def people_at(mailbox_id: int | None) -> Sequence[Person]:
    """Return the people who share a mailbox, by id."""
    return db.session.scalars(select(Person).where(*_known_at(mailbox_id)).order_by(Person.id)).all()


def language_at(mailbox_id: int) -> Language | None:
    """Return the language of the first person at a mailbox, or None if nobody has confirmed the address."""
    first = select(Person.language).where(*_known_at(mailbox_id)).order_by(Person.id).limit(1)
    return db.session.scalar(first)


def officers() -> Sequence[Officer]:
    """Return the current officers, sorted by area."""
    current = select(Officer).join(Officer.area).where(Officer.is_current)
    whole = current.options(contains_eager(Officer.area), joinedload(Officer.person))
    return db.session.scalars(whole.order_by(Area.sort_key, Officer.id)).all()


def people_for(link: SignInLink) -> Sequence[Person]:
    """Return who may sign in by a link: everybody at the mailbox, or the person it was printed for."""
    if link.person_id is None:
        return people_at(link.mailbox_id)
    return db.session.scalars(select(Person).where(Person.id == link.person_id)).all()


def partners_among(people: Collection[Person]) -> frozenset[int]:
    """Return the ids of those who have a partner's page."""
    current = select(Partner.person_id).where(Partner.is_current)
    return frozenset(db.session.scalars(current.where(Partner.person_id.in_([each.id for each in people]))))


def was_told_today(mailbox_id: int, kind: str) -> bool:
    """Return True if a mail of that kind was queued in the last 24 hours, and not stopped or expired."""
    meant_to_leave = OutboxRow.state.not_in(NEVER_LEFT) & (OutboxRow.not_after > OutboxRow.created_at)
    told = exists().where(
        OutboxRow.mailing_id == Mailing.id,
        Mailing.kind == kind,
        OutboxRow.mailbox_id == mailbox_id,
        OutboxRow.created_at > utcnow() - timedelta(days=1),
        meant_to_leave,
    )
    return bool(db.session.scalar(select(told)))


def follows(person_id: ColumnElement[Any] | InstrumentedAttribute[Any], area_id: int) -> ColumnElement[bool]:
    """Return the condition that a person, given as a column of ids, is a current officer of the area."""
    office = select(Officer.id).where(
        Officer.person_id == person_id, Officer.area_id == area_id, Officer.is_current
    )
    return office.exists()


@prepared
def running_sign_in(sign_in_id: str) -> Select[SignIn]:
    """The sign-in of that id, with its person, unless it has ended."""
    wanted = select(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
    return wanted.options(joinedload(SignIn.person))


def sign_ins_of(person: Person) -> Sequence[SignIn]:
    """Return the sign-ins of a person that have not been ended, the last seen first."""
    running = select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    return db.session.scalars(running.order_by(SignIn.last_seen_at.desc(), SignIn.id)).all()


def is_of_somebody_known(name: str, person: Person) -> bool:
    """Return True if the person would be taken for somebody else whom neighbours know by that name.

    That is a coordinator of their group who shows it, an officer of its area, or a contact person.
    """
    if is_same_name(name, person.name):
        return False
    groups = select(Membership.group_id).where(Membership.person_id == person.id, Membership.is_current)
    areas = select(Group.area_id).where(Group.id.in_(groups))
    coordinators = select(Coordinator.person_id).where(
        Coordinator.group_id.in_(groups), Coordinator.is_current
    )
    officers = select(Officer.person_id).where(Officer.area_id.in_(areas), Officer.is_current)
    is_known = (Person.id.in_(coordinators) & Person.shows_name) | Person.id.in_(officers)
    people = db.session.scalars(select(Person.name).where(is_known, Person.id != person.id)).all()
    contacts = db.session.scalars(select(ContactPerson.name).where(ContactPerson.is_current)).all()
    return any(is_taken_for(name, each) for each in (*people, *contacts) if each)
