"""Interest in a building that has no group, or whose group sleeps."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.accounts.service import mailbox_at, person_at
from watch.errors import LinkExpired
from watch.extensions import db
from watch.joining.queries import is_fresh
from watch.joining.service.asking import may_be_written_to, wait_for_answer
from watch.mail import outbox
from watch.models import Building, Flat, Interest, JoinRequest, Language, Person, Stairwell, utcnow
from watch.tokens import Purpose

UNCONFIRMED_DAYS = 30  # how long an address waits for its owner's word


def leave_interest(
    building: Building, address: str, name: str, *, could_coordinate: bool, language: Language
) -> None:
    """Somebody who says that this is their address would like a group; the mail there decides.

    Returns nothing: the page is the same whether the address was known or not.
    """
    mailbox = mailbox_at(address)
    db.session.flush()
    writes = may_be_written_to(mailbox)
    interest = _interest(building, person_at(mailbox, name, language))
    if interest.confirmed_at is None:
        interest.could_coordinate = could_coordinate
    if writes:
        outbox.queue("interest-confirm", to=interest.person, about=interest)


def _interest(building: Building, person: Person) -> Interest:
    db.session.flush()
    current = select(Interest).where(
        Interest.building_id == building.id, Interest.person_id == person.id, Interest.ended_at.is_(None)
    )
    if known := db.session.scalar(current):
        return known
    interest = Interest(building_id=building.id, person=person)
    try:
        with db.session.begin_nested():
            db.session.add(interest)
    except IntegrityError:
        return db.session.scalars(current).one()
    return interest


def interest_of(token: str) -> Interest:
    """The interest that a mailed link belongs to; it works as long as the interest.

    Raises LinkExpired, BadToken.
    """
    row_id, _generation = tokens.read(Purpose.CONFIRM_INTEREST, token)
    interest = db.session.get(Interest, row_id)
    if interest is None or interest.ended_at is not None:
        raise LinkExpired
    if interest.confirmed_at is None and not is_fresh(interest.created_at, UNCONFIRMED_DAYS):
        raise LinkExpired
    return interest


def confirm_interest(interest: Interest) -> None:
    """The owner of the address says that it was they; confirmed twice is once."""
    if interest.confirmed_at is None:
        interest.confirmed_at = interest.person.address_confirmed_at = utcnow()
        audit.note("interest-confirmed", about=interest, by=None, area=interest.building.property.area)


def tell_name(interest: Interest) -> None:
    """Let the police contact see the name; to press it in one's own mail confirms the address too."""
    confirm_interest(interest)
    if interest.named_at is None:
        interest.named_at = utcnow()
        audit.note("interest-named", about=interest, by=interest.person, area=interest.building.property.area)


def withdraw(interest: Interest) -> None:
    """Not interested any more; mail that waits about it stays unsent."""
    interest.ended_at = utcnow()
    outbox.cancel(interest)
    audit.note("interest-withdrawn", about=interest, by=None, area=interest.building.property.area)


def join_from_interest(interest: Interest, stairwell: Stairwell, *, flat: Flat | None) -> JoinRequest:
    """The group exists by now: ask to join it; the address is confirmed already.

    Raises NotOpen, FlatElsewhere.
    """
    confirm_interest(interest)
    request = wait_for_answer(interest.person, stairwell, flat=flat)
    interest.ended_at = utcnow()
    return request
