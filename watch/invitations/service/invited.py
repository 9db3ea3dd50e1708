"""Resends, reminds, corrects and revokes invitations."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.groups.service.households import change_household
from watch.invitations.errors import AlreadyInvited, InvitationEnded, RemindedLately, SameAddress
from watch.invitations.mails import INVITATION_REMINDER
from watch.invitations.queries.invited import REMINDED_LATELY
from watch.invitations.queries.inviting import free_ordinal, open_ordinals
from watch.invitations.service.inviting import (
    expect_not_lately,
    expect_nothing_open,
    expect_quota,
    expect_stranger,
    mailbox_with_number,
    note_invited,
    send,
)
from watch.mail import outbox
from watch.models import (
    NONCE_BYTES,
    Flat,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Letter,
    Mailbox,
    Mailing,
    Person,
    may_be_one_person,
    utcnow,
)
from watch.statements import changed


def resend(invitation: Invitation, *, days: int, by: Person) -> None:
    """Send again with a new link; the old one stops working. Expired and revoked invitations can be resent.

    Raises InvitationEnded if it is answered or its address erased, InvitationDeclined, AlreadyInvited,
    AlreadyMember, and WrittenLately and TooManyInvitations, which count the first sender's mails.
    """
    db.session.refresh(invitation, with_for_update={"of": Invitation})
    revivable = {InvitationState.OPEN, InvitationState.REVOKED}
    if invitation.state not in revivable or invitation.mailbox_id is None:
        raise InvitationEnded
    assert invitation.mailbox is not None
    expect_stranger(invitation.group, invitation.mailbox, by, invitation.name)
    expect_quota(invitation.by or by)
    expect_not_lately(invitation.group, invitation.mailbox, invitation.by or by)
    _renew(invitation, invitation.mailbox, days)
    note_invited(invitation.flat, by)
    send(invitation)
    audit.note("invitation-sent-again", about=invitation, by=by, group=invitation.group)


def _renew(invitation: Invitation, mailbox: Mailbox, days: int) -> None:
    """Open it with a new link for so many days, and stop waiting mail. Raises AlreadyInvited."""
    outbox.cancel(invitation)
    if invitation.state is not InvitationState.OPEN or invitation.mailbox_id != mailbox.id:
        others = open_ordinals(invitation.group_id, mailbox.id, invitation.by_id)
        if any(may_be_one_person(invitation.name, name) for name in others.values()):
            raise AlreadyInvited
        invitation.ordinal = free_ordinal(others)
    try:
        with db.session.begin_nested():
            invitation.state, invitation.ended_at = InvitationState.OPEN, None
            invitation.mailbox, invitation.nonce = mailbox, secrets.token_bytes(NONCE_BYTES)
            invitation.generation += 1
            invitation.expires_at = utcnow() + timedelta(days=days)
            db.session.flush()
    except IntegrityError:
        raise AlreadyInvited from None


def remind(invitation: Invitation, *, by: Person) -> None:
    """Remind somebody who has not answered. The link stays the same.

    Raises InvitationEnded, RemindedLately within a day of the last mail, InvitationDeclined, AlreadyMember,
    and TooManyInvitations, which counts the first sender's mails.
    """
    db.session.refresh(invitation, with_for_update={"of": Invitation})
    if invitation.state is not InvitationState.OPEN or invitation.expires_at <= utcnow():
        raise InvitationEnded
    if invitation.mailbox is None:
        raise InvitationEnded
    written = db.session.scalar(
        select(func.max(Mailing.created_at)).where(Mailing.invitation_id == invitation.id)
    )
    if written is not None and written > utcnow() - REMINDED_LATELY:
        raise RemindedLately
    expect_stranger(invitation.group, invitation.mailbox, by, invitation.name)
    expect_quota(invitation.by or by)
    send(invitation, INVITATION_REMINDER)
    audit.note("invitation-reminded", about=invitation, by=by, group=invitation.group)


def correct_address(invitation: Invitation, address: str, *, days: int, by: Person) -> None:
    """Send the invitation to another address with a new link; the old link stops working.

    An unconfirmed join request by the old link loses its invitation, so a coordinator decides on it. Raises
    InvitationEnded if answered, revoked or erased, SameAddress, AlreadyMember, InvitationDeclined,
    AlreadyInvited, WrittenLately and TooManyInvitations.
    """
    db.session.refresh(invitation, with_for_update={"of": Invitation})
    if invitation.state is not InvitationState.OPEN or invitation.mailbox_id is None:
        raise InvitationEnded
    mailbox = mailbox_with_number(address)
    if mailbox.id == invitation.mailbox_id:
        raise SameAddress
    expect_quota(by)
    expect_nothing_open(invitation.group, mailbox, by, invitation.name)
    _renew(invitation, mailbox, days)
    db.session.execute(
        update(JoinRequest).where(JoinRequest.invitation_id == invitation.id).values(invitation_id=None)
    )
    note_invited(invitation.flat, by)
    send(invitation)
    audit.note("invitation-corrected", about=invitation, by=by, group=invitation.group)


def revoke(invitation: Invitation, *, by: Person | None) -> None:
    """Revoke an invitation; its link stops working. Revoking twice has no further effect.

    Raises InvitationEnded.
    """
    if not end(invitation, InvitationState.REVOKED):
        if invitation.state is InvitationState.REVOKED:
            return
        raise InvitationEnded
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None:
        only, counts = {HouseholdStatus.INVITED}, not (others_invited(flat) or _has_letter(flat))
        change_household(flat, HouseholdStatus.NOT_CONTACTED, by=by, only=only, counts=counts)
    audit.note("invitation-revoked", about=invitation, by=by, group=invitation.group)


def others_invited(flat: Flat) -> bool:
    """Return True if another invitation to the flat is open."""
    still = select(Invitation.id).where(
        Invitation.flat_id == flat.id,
        Invitation.state == InvitationState.OPEN,
        Invitation.expires_at > utcnow(),
    )
    return db.session.scalar(still.limit(1)) is not None


def _has_letter(flat: Flat) -> bool:
    letter = select(Letter.id).where(
        Letter.flat_id == flat.id,
        Letter.delivered_at.is_not(None),
        Letter.ended_at.is_(None),
        Letter.expires_at > utcnow(),
    )
    return db.session.scalar(letter.limit(1)) is not None


def end(invitation: Invitation, state: InvitationState) -> bool:
    """End an open invitation and return True. Return False if another answer came first."""
    ended = changed(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.state == InvitationState.OPEN)
        .values(state=state, ended_at=utcnow())
    )
    db.session.refresh(invitation)
    return bool(ended)
