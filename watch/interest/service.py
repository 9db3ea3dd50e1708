"""Interest in a building that has no group, or whose group sleeps."""

from __future__ import annotations

from sqlalchemy import case, text

from watch import audit, tokens
from watch.accounts.service import mailbox_for_asking, person_for_asking
from watch.errors import LinkExpired
from watch.extensions import db
from watch.interest.mails import INTEREST_CONFIRM
from watch.joining.service.asking import write_once_a_day
from watch.joining.service.confirming import wait_for_answer
from watch.mail import outbox
from watch.models import Building, Flat, Interest, JoinRequest, Language, Person, Purpose, Stairwell, utcnow
from watch.models.base import is_fresh
from watch.models.joining import CURRENT_INTEREST
from watch.statements import upsert

UNCONFIRMED_DAYS = 30  # how long an address waits for its owner's word


def leave_interest(
    building: Building, address: str, name: str, *, could_coordinate: bool, language: Language
) -> None:
    """Somebody who says that this is their address would like a group; the mail there decides.

    Returns nothing: the page and the statements are the same whether the address was known or not.
    """
    mailbox = mailbox_for_asking(address)
    person = person_for_asking(mailbox, name, language)
    interest = _interest(building, person, could_coordinate=could_coordinate)
    write_once_a_day(INTEREST_CONFIRM, person, mailbox, about=interest)


def _interest(building: Building, person: Person, *, could_coordinate: bool) -> Interest:
    """The person's current interest, known or new; until it is confirmed the newest word counts."""
    new = upsert(Interest).values(
        building_id=building.id, person_id=person.id, could_coordinate=could_coordinate
    )
    is_unconfirmed = Interest.confirmed_at.is_(None)
    word = case((is_unconfirmed, new.excluded.could_coordinate), else_=Interest.could_coordinate)
    left = new.on_conflict_do_update(
        index_elements=[Interest.building_id, Interest.person_id],
        index_where=text(CURRENT_INTEREST),
        set_={"could_coordinate": word},
    )
    whole = left.returning(Interest).execution_options(populate_existing=True)
    interest: Interest = db.session.scalars(whole).one()
    return interest


def interest_of(token: str) -> Interest:
    """The interest that a mailed link belongs to; it works as long as the interest.

    Raises LinkExpired, BadToken.
    """
    interest = tokens.row_of(Purpose.CONFIRM_INTEREST, Interest, token)
    is_too_old = interest.confirmed_at is None and not is_fresh(interest.created_at, UNCONFIRMED_DAYS)
    if interest.ended_at is not None or is_too_old:
        raise LinkExpired(interest.person.language)
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


def take_back_name(interest: Interest) -> None:
    """The police contact sees the name no longer; taken back twice is once."""
    if interest.named_at is not None:
        interest.named_at = None
        area = interest.building.property.area
        audit.note("interest-name-taken-back", about=interest, by=interest.person, area=area)


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
