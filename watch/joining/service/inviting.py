"""Invitations by e-mail: sent, sent again, taken back."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.service import mailbox_at
from watch.errors import Duplicate
from watch.extensions import db
from watch.groups.service import AlreadyMember, note_household
from watch.joining.queries import (
    has_declined,
    has_open_invitation,
    members_on_mailbox,
    sent_too_many_until,
    status_of,
)
from watch.joining.service.errors import (
    AlreadyInvited,
    FlatElsewhere,
    InvitationDeclined,
    InvitationEnded,
    TooManyInvitations,
)
from watch.mail import outbox
from watch.models import (
    Flat,
    Group,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Language,
    Mailbox,
    Mailing,
    Membership,
    Person,
    utcnow,
)
from watch.relations import relations_of

BEFORE_INVITED = frozenset({HouseholdStatus.NOT_CONTACTED, HouseholdStatus.DECLINED})


def invite(
    group: Group, address: str, *, flat: Flat | None, language: Language, days: int, by: Person
) -> Invitation:
    """Invite an address that its owner gave for it; the link works for so many days.

    Who takes part, is invited or said no where the inviter may not know of it is invited like anybody.
    Raises AlreadyMember, AlreadyInvited, InvitationDeclined, TooManyInvitations, FlatElsewhere.
    """
    if flat is not None and flat.stairwell.building.group_id != group.id:
        raise FlatElsewhere
    _expect_room(by)
    mailbox = mailbox_at(address)
    db.session.flush()
    sight = _sight_of(by, group)
    _expect_stranger(group, mailbox, by, sight)
    if has_open_invitation(group, mailbox, by, sight):
        raise AlreadyInvited
    now = utcnow()
    invitation = Invitation(
        group_id=group.id, mailbox=mailbox, flat=flat, language=language, by_id=by.id,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    _end_expired(group, mailbox, by)
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
    except IntegrityError:
        raise AlreadyInvited from None
    _note_invited(flat, by)
    _send(invitation)
    audit.note("invitation-sent", about=invitation, by=by, group=group)
    return invitation


def _sight_of(by: Person, group: Group) -> frozenset[int] | None:
    """The stairwells whose neighbours a coordinator may know of; None for the whole house."""
    return relations_of(by).stairwells_in(group)


def is_in_sight(membership: Membership, invitation: Invitation) -> bool:
    """Whether everybody in whose list an invitation stands may know of the membership."""
    if invitation.flat is not None:
        return invitation.flat.stairwell_id == membership.stairwell_id
    if invitation.by is None:
        return True
    relations = relations_of(invitation.by)
    stairwells = relations.coordinates.get(membership.group_id)
    return membership.group_id in relations.leads or not stairwells or membership.stairwell_id in stairwells


def _expect_stranger(group: Group, mailbox: Mailbox, by: Person, sight: frozenset[int] | None) -> None:
    """Raises AlreadyMember, InvitationDeclined; only of what the inviter may know."""
    if members := members_on_mailbox(group, mailbox.id, sight):
        raise AlreadyMember(members[0])
    if has_declined(group, mailbox, by, sight):
        raise InvitationDeclined


def _expect_room(by: Person) -> None:
    """Raises TooManyInvitations; two forms of the same coordinator take turns."""
    db.session.execute(select(Person.id).where(Person.id == by.id).with_for_update())
    if until := sent_too_many_until(by, current_app.config["INVITATIONS_A_DAY"]):
        raise TooManyInvitations(until)


def _end_expired(group: Group, mailbox: Mailbox, by: Person) -> None:
    """The same coordinator's invitation that ran out does not stand in a new one's way."""
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.group_id == group.id,
            Invitation.mailbox_id == mailbox.id,
            Invitation.by_id == by.id,
            Invitation.state == InvitationState.OPEN,
            Invitation.expires_at <= utcnow(),
        )
        .values(state=InvitationState.REVOKED, ended_at=utcnow())
    )


def _note_invited(flat: Flat | None, by: Person) -> None:
    if flat is not None and status_of(flat) in BEFORE_INVITED:
        note_household(flat, HouseholdStatus.INVITED, by=by)


def _send(invitation: Invitation) -> None:
    """Who takes part out of the inviter's sight is told that they need not answer; the list looks alike.

    What goes to an address that has said no is kept back when it is claimed (mail.recheck).
    """
    assert invitation.mailbox is not None
    members = members_on_mailbox(invitation.group, invitation.mailbox.id)
    outbox.queue(
        "join-already-member" if members else "invitation",
        to=members[0].person if members else invitation.mailbox,
        about=invitation,
        language=None if members else invitation.language,
        not_after=invitation.expires_at,
    )


def mark_sent(invitation: Invitation, form_key: str) -> None:
    """Tie a form's key to the first invitation it made. Raises Duplicate when the form came before."""
    mailing = db.session.scalars(select(Mailing).where(Mailing.invitation_id == invitation.id)).one()
    mailing.form_key = form_key
    try:
        db.session.flush()
    except IntegrityError:
        raise Duplicate(invitation) from None


def was_sent(form_key: str) -> bool:
    """Whether a form with this key has done its work."""
    return db.session.scalar(select(Mailing.id).where(Mailing.form_key == form_key)) is not None


def resend(invitation: Invitation, *, days: int, by: Person) -> None:
    """Send again with a new link; the old one is dead. Works for an expired or revoked one too.

    Raises InvitationEnded when it is answered or its address erased, InvitationDeclined, AlreadyInvited,
    AlreadyMember, TooManyInvitations (of whoever sent it first).
    """
    db.session.refresh(invitation, with_for_update={"of": Invitation})
    revivable = {InvitationState.OPEN, InvitationState.REVOKED}
    if invitation.state not in revivable or invitation.mailbox_id is None:
        raise InvitationEnded
    assert invitation.mailbox is not None
    _expect_stranger(invitation.group, invitation.mailbox, by, _sight_of(by, invitation.group))
    _expect_room(invitation.by or by)
    outbox.cancel(invitation)
    try:
        with db.session.begin_nested():
            invitation.state, invitation.ended_at = InvitationState.OPEN, None
            invitation.generation += 1
            invitation.expires_at = utcnow() + timedelta(days=days)
            db.session.flush()
    except IntegrityError:
        raise AlreadyInvited from None
    _note_invited(invitation.flat, by)
    _send(invitation)
    audit.note("invitation-sent-again", about=invitation, by=by, group=invitation.group)


def revoke(invitation: Invitation, *, by: Person | None) -> None:
    """Take an invitation back; its link is dead at once. Revoked twice is once. Raises InvitationEnded."""
    if not end(invitation, InvitationState.REVOKED):
        if invitation.state is InvitationState.REVOKED:
            return
        raise InvitationEnded
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None and status_of(flat) is HouseholdStatus.INVITED and not others_invited(flat):
        note_household(flat, HouseholdStatus.NOT_CONTACTED, by=by)
    audit.note("invitation-revoked", about=invitation, by=by, group=invitation.group)


def others_invited(flat: Flat) -> bool:
    """Whether another invitation to a flat waits for its answer."""
    still = select(Invitation.id).where(
        Invitation.flat_id == flat.id,
        Invitation.state == InvitationState.OPEN,
        Invitation.expires_at > utcnow(),
    )
    return db.session.scalar(still.limit(1)) is not None


def end(invitation: Invitation, state: InvitationState) -> bool:
    """End an open invitation. The first answer counts; the database says whether this was it."""
    ended = db.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.state == InvitationState.OPEN)
        .values(state=state, ended_at=utcnow())
    )
    db.session.refresh(invitation)
    return bool(ended.rowcount)  # type: ignore[attr-defined]  # of an UPDATE
