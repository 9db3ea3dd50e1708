"""Confirms join requests by the link mailed to the applicant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import func, or_, update

from watch import tokens
from watch.accounts.service.people import confirm_address
from watch.errors import GroupEnded, LinkExpired
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service.flats import lock_flat
from watch.groups.service.requests import forget_request
from watch.joining.queries.asking import is_taken
from watch.joining.queries.confirming import (
    CONFIRM_DAYS,
    WITHDRAWN_DAYS,
    asked_last_at,
    open_on_mailbox,
    withdrawn_on_mailbox,
)
from watch.joining.service.answering import lift_refusal, take_up
from watch.joining.service.asking import Submission, group_at, request_of, tell_coordinators
from watch.joining.service.deciding import approve
from watch.models import (
    AddressVerification,
    Flat,
    GroupState,
    JoinRequest,
    Person,
    Purpose,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.models.base import is_fresh
from watch.printing.service.letters import use
from watch.statements import changed
from watch.tokens import BadToken


@dataclass(frozen=True)
class Link:
    """A mailed link, the request or verification it was mailed for, and all that it can confirm.

    It covers the whole mailbox up to a day after its mail. Later requests were mailed about themselves, so an
    old link that was shown to somebody confirms nothing new. After two weeks it only shows what waits, and
    lets it be withdrawn.
    """

    asked: JoinRequest | AddressVerification
    requests: Sequence[JoinRequest]  # unconfirmed, or waiting with a newer letter
    waiting: Sequence[JoinRequest]  # confirmed, a coordinator decides
    verifications: Sequence[AddressVerification]

    @cached_property
    def withdrawn(self) -> Sequence[JoinRequest]:
        """The requests that their owners have withdrawn and can still let wait again."""
        mailbox_id = self.asked.person.mailbox_id
        return withdrawn_on_mailbox(mailbox_id, utcnow()) if mailbox_id is not None else ()

    @staticmethod
    def undo_until(request: JoinRequest) -> datetime:
        """Return until when it can be taken back that a request was withdrawn."""
        return (request.decided_at or utcnow()) + timedelta(days=WITHDRAWN_DAYS)

    @property
    def is_member(self) -> bool:
        """True if the reader of the mail is a member by now."""
        return active_membership(self.asked.person, self.asked.group) is not None

    @property
    def is_declined(self) -> bool:
        """True if the request was declined."""
        return isinstance(self.asked, JoinRequest) and self.asked.state is RequestState.DECLINED


def open_link(token: str) -> Link:
    """Return what a mailed link can confirm.

    Raises LinkExpired two weeks after the last request unless one still waits, or if it has ended and nothing
    else can be confirmed; GroupEnded and BadToken.
    """
    asked: JoinRequest | AddressVerification
    try:
        asked = tokens.row_of(Purpose.CONFIRM_REQUEST, JoinRequest, token)
    except BadToken:
        asked = tokens.row_of(Purpose.CONFIRM_REQUEST, AddressVerification, token)
    person = asked.person
    asked_at = asked_last_at(asked) if isinstance(asked, JoinRequest) else asked.created_at
    if person.mailbox_id is None:
        raise LinkExpired(person.language)
    found, verifications = open_on_mailbox(person.mailbox_id, asked_at + timedelta(days=1))
    if is_fresh(asked_at, CONFIRM_DAYS):
        requests = [each for each in found if each.confirmed_at is None or each.letter_id is not None]
        link = Link(asked, requests, [each for each in found if each not in requests], verifications)
    else:
        link = Link(asked, [], [each for each in found if each.confirmed_at is not None], [])
    if link.requests or link.waiting or link.verifications or link.withdrawn:
        return link
    if not is_fresh(asked_at, CONFIRM_DAYS):
        raise LinkExpired(person.language)
    if asked.group.state is GroupState.CLOSED:
        raise GroupEnded(person.language, asked.stairwell.building_id if asked.stairwell else None)
    if not link.is_member and not link.is_declined:
        raise LinkExpired(person.language)
    return link


def confirm(request: JoinRequest) -> bool:
    """Confirm a request. Returns False if it was confirmed before and has no newer letter.

    With a valid letter or transferable invitation the first from a flat becomes a member at once; otherwise
    the coordinators are told.
    """
    now, has_waited = utcnow(), request.state is RequestState.WAITING
    is_unconfirmed = JoinRequest.state == RequestState.UNCONFIRMED
    has_letter = (JoinRequest.state == RequestState.WAITING) & JoinRequest.letter_id.is_not(None)
    confirmed = changed(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, or_(is_unconfirmed, has_letter))
        .values(state=RequestState.WAITING, confirmed_at=func.coalesce(JoinRequest.confirmed_at, now))
    )
    if not confirmed:
        return False
    db.session.refresh(request)
    confirm_address(request.person)
    if request.person.mailbox is not None:
        lift_refusal(request.person.mailbox.address_index)
    letter, invitation = request.letter, request.invitation
    if (letter or invitation) and _has_household(request):
        letter = invitation = None
    if letter is not None and letter.group_id == request.group_id and use(letter, now):
        _move_to(request, letter.flat)
        approve(request, by=None)
    elif invitation is not None and take_up(invitation):
        approve(request, by=invitation.by)
    else:
        request.letter = request.invitation = None  # approval is needed from now on
        if not has_waited:
            tell_coordinators(request)
    return True


def _has_household(request: JoinRequest) -> bool:
    """Return True if somebody else takes part in the flat already, so that a letter or link is not enough.

    Whoever finds either could otherwise read and change the answers of the household.
    """
    flat = request.letter.flat if request.letter else request.flat
    if flat is None or active_membership(request.person, request.group) is not None:
        return False
    lock_flat(flat)
    return is_taken(flat)


def _move_to(request: JoinRequest, flat: Flat) -> None:
    """Replace the flat that the applicant gave by the letter's."""
    before, request.flat, request.stairwell = request.flat, flat, flat.stairwell
    if before is not None and before is not flat:
        db.session.flush()
        forget_request(before, by=None)


def wait_for_answer(person: Person, stairwell: Stairwell, *, flat: Flat | None) -> JoinRequest:
    """Ask to join for a person whose address is confirmed already. Raises NotOpen and FlatElsewhere."""
    request = request_of(group_at(stairwell, flat), person, Submission(stairwell, flat))
    confirm(request)
    return request
