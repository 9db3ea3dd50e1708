"""Verifies e-mail addresses that a coordinator recorded at the door."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from watch import audit
from watch.accounts.service.people import confirm_address, mailbox_for_asking, person_for_asking
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.invitations.mails import JOIN_APPROVED
from watch.joining.mails import ADDRESS_RECORDED
from watch.joining.queries.confirming import FLOOR_TRIES, has_failed, questions_since, verification_of
from watch.joining.service.answering import end_requests, lift_refusal
from watch.joining.service.asking import Submission, request_of
from watch.joining.service.confirming import confirm
from watch.joining.service.handing_over import hand_over, wait_for_others
from watch.mail import outbox
from watch.models import (
    AddressVerification,
    Channel,
    ConsentChannel,
    Flat,
    Membership,
    utcnow,
)
from watch.statements import changed

QUESTIONS_A_DAY = 5  # to one address; the forms say so


def ask_owner(membership: Membership, address: str) -> None:
    """Mail the recorded address to verify it. The neighbour is reached as before meanwhile.

    What strangers asked for that day does not use up this mail; beyond QUESTIONS_A_DAY it is queued already
    expired. A member of that name at the address is asked like anybody else, so that the coordinator does not
    learn whether it belongs to one: if they say that both are the same person, the two records become one.
    """
    mailbox = mailbox_for_asking(address)
    person = person_for_asking(mailbox, membership.person.name, membership.person.language)
    verification = AddressVerification(membership=membership, person=person)
    db.session.add(verification)
    is_enough = questions_since(mailbox.id, utcnow() - timedelta(days=1)) >= QUESTIONS_A_DAY
    outbox.queue(ADDRESS_RECORDED, to=person, about=verification, not_after=utcnow() if is_enough else None)


def give_up(membership: Membership) -> bool:
    """End the verification of a member's recorded address, and stop its waiting mail.

    One that ended with three wrong floors is not shown to the coordinators any more. Return False if there
    was neither.
    """
    verification = verification_of(membership)
    if verification is not None and has_failed(verification):
        verification.floor_tries = 0
        return True
    if verification is None or verification.ended_at is not None:
        return False
    verification.ended_at = utcnow()
    outbox.cancel(verification)
    return True


def verify(verification: AddressVerification, floor: int) -> bool:
    """Verify a recorded address by the neighbour's floor, which a stranger at a mistyped address cannot know.

    Returns True if the floor is right. After three wrong answers the verification ends. A try is counted
    before it is checked, so that simultaneous answers get no more than three.
    """
    wait_for_others(verification.membership)
    counted = changed(
        update(AddressVerification)
        .where(AddressVerification.id == verification.id, AddressVerification.ended_at.is_(None))
        .where(AddressVerification.floor_tries < FLOOR_TRIES)
        .values(floor_tries=AddressVerification.floor_tries + 1)
    )
    db.session.refresh(verification)
    household = verification.membership.household
    is_right = household is not None and household.flat.floor == floor
    if not counted or household is None or not (is_right or _is_readers_own(floor, verification)):
        if verification.floor_tries == FLOOR_TRIES:
            verification.ended_at = verification.ended_at or utcnow()
        return False
    verification.ended_at = utcnow()
    verification.floor_tries -= 1  # it was not a wrong one
    _hand_over(verification, household.flat)
    return True


def _is_readers_own(floor: int, verification: AddressVerification) -> bool:
    """Return True if the reader is a member of the group already, and lives on this floor."""
    joined = active_membership(verification.person, verification.membership.group)
    return bool(joined and joined.household and joined.household.flat.floor == floor)


def _hand_over(verification: AddressVerification, home: Flat) -> None:
    """Let mail reach the member at the recorded address.

    If they have joined another way meanwhile, both records become one. If they have left, a join request is
    made instead.
    """
    person, membership = verification.person, verification.membership
    if person.mailbox is not None:
        lift_refusal(person.mailbox.address_index)
    if membership.left_at is not None:
        confirm_address(person)
        if active_membership(person, membership.group) is None:
            _ask_coordinators(verification, home)
        return
    was_on_paper = membership.channel is Channel.PAPER
    had_joined = active_membership(person, membership.group)
    now = hand_over(membership, person)
    end_requests(now, by_id=now.admitted_by_id)
    if was_on_paper and had_joined is None:
        outbox.queue(JOIN_APPROVED, to=now.person, about=now)
    audit.note("join-approved", about=verification, by=None, group=membership.group)


def _ask_coordinators(verification: AddressVerification, home: Flat) -> None:
    said_yes = Submission(home.stairwell, home, ConsentChannel.DOORSTEP)
    request = request_of(verification.group, verification.person, said_yes)
    request.created_at = min(request.created_at, verification.created_at)  # consent dates from the recording
    confirm(request)
