"""Records interest in buildings that have no group, or only a dormant one."""

from __future__ import annotations

from sqlalchemy import case, select, text

from watch import audit, tokens
from watch.accounts.service.people import confirm_address, mailbox_for_asking, person_for_asking
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import TooLateToUndo
from watch.groups.queries.choices import SECOND_THOUGHTS
from watch.groups.queries.interested import current_interest, is_going_on, undo_until
from watch.groups.service.choices import withdraw_interest
from watch.interest.mails import INTEREST_CONFIRM
from watch.interest.queries import interest_in_same_mail
from watch.joining.service.asking import write_once_a_day
from watch.joining.service.confirming import wait_for_answer
from watch.mail import outbox
from watch.models import (
    Building,
    Flat,
    Interest,
    JoinRequest,
    Language,
    Person,
    Purpose,
    Stairwell,
    utcnow,
)
from watch.models.base import is_fresh
from watch.models.joining import CURRENT_INTEREST
from watch.statements import upsert

UNCONFIRMED_DAYS = 30  # days in which an address can be confirmed


def leave_interest(
    building: Building, address: str, name: str, *, could_coordinate: bool, language: Language
) -> None:
    """Store unconfirmed interest and mail the address to confirm it, at most once a day.

    Returns nothing: page and statements are the same whether or not the address was known.
    """
    mailbox = mailbox_for_asking(address)
    person = person_for_asking(mailbox, name, language)
    interest = _interest(building, person, could_coordinate=could_coordinate)
    write_once_a_day(INTEREST_CONFIRM, person, mailbox, about=interest)


def _interest(building: Building, person: Person, *, could_coordinate: bool) -> Interest:
    """Return the person's current interest in the building, made if there is none.

    Until it is confirmed, `could_coordinate` is replaced by the newest answer.
    """
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
    """Return the interest of a mailed link, as long as it goes on.

    Raises LinkExpired and BadToken.
    """
    interest = interest_asked(token)
    is_too_old = interest.confirmed_at is None and not is_fresh(interest.created_at, UNCONFIRMED_DAYS)
    if interest.ended_at is not None or is_too_old:
        raise LinkExpired(interest.person.language)
    return interest


def interest_asked(token: str) -> Interest:
    """Return the interest of a mailed link, also if it has ended. Raises BadToken."""
    return tokens.row_of(Purpose.CONFIRM_INTEREST, Interest, token)


def shown_again(interest: Interest) -> Interest | None:
    """Return the interest to which the link of an ended one leads: the same person's in the same building.

    It was shown within seven days after; unless it is confirmed, one mail must have been meant for both.
    """
    again = current_interest(interest) if interest.ended_at is not None else None
    if again is None or interest.ended_at is None:
        return None
    if again.confirmed_at is None:
        return again if again in interest_in_same_mail(interest) else None
    return again if again.created_at < interest.ended_at + SECOND_THOUGHTS else None


def request_made_by(interest: Interest) -> JoinRequest | None:
    """Return the request to join the building's group that the interest has ended with, or None."""
    if interest.ended_at is None:
        return None
    asked = select(JoinRequest).where(
        JoinRequest.person_id == interest.person_id,
        JoinRequest.group_id == interest.building.group_id,
        JoinRequest.confirmed_at >= interest.ended_at,
    )
    return db.session.scalar(asked.order_by(JoinRequest.id.desc()).limit(1))


def confirm_interest(interest: Interest) -> None:
    """Confirm the interest and the person's address. Confirming twice has no further effect."""
    if interest.confirmed_at is None:
        interest.confirmed_at = utcnow()
        confirm_address(interest.person)
        audit.note("interest-confirmed", about=interest, by=None, area=interest.building.property.area)


def tell_name(interest: Interest) -> None:
    """Let the police contact see the name. The mailed link has verified the address, so confirm that too."""
    confirm_interest(interest)
    if interest.named_at is None:
        interest.named_at = utcnow()
        audit.note("interest-named", about=interest, by=interest.person, area=interest.building.property.area)


def take_back_name(interest: Interest) -> None:
    """Hide the name from the police contact again. The interest stays."""
    if interest.named_at is not None:
        interest.named_at = None
        area = interest.building.property.area
        audit.note("interest-name-taken-back", about=interest, by=interest.person, area=area)


def withdraw(interest: Interest) -> None:
    """End the interest, hide the name and stop its waiting mail. Ending it twice has no further effect."""
    if not is_going_on(interest):
        return
    if interest.ended_at is None:
        interest.named_at = None
    outbox.cancel(interest)
    withdraw_interest(interest)


def show_again(interest: Interest) -> None:
    """Take back that interest was ended: its person is interested anew, so last night's number stays.

    Raises TooLateToUndo after seven days, and if they have joined the group meanwhile.
    """
    if undo_until(interest, utcnow()) is None:
        raise TooLateToUndo
    could_coordinate = interest.could_coordinate
    again = _interest(interest.building, interest.person, could_coordinate=could_coordinate)
    confirm_interest(again)


def join_from_interest(interest: Interest, stairwell: Stairwell, *, flat: Flat | None) -> JoinRequest:
    """Ask to join the building's new group. The mailed link has verified the address.

    Raises NotOpen and FlatElsewhere.
    """
    confirm_interest(interest)
    interest.ended_at = utcnow()  # before the request is confirmed, which tells it from a withdrawn one
    return wait_for_answer(interest.person, stairwell, flat=flat)
