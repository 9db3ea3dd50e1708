"""Invitations by e-mail: to whom one may send, and sending."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.service import mailbox_at
from watch.errors import Duplicate
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatElsewhere
from watch.groups.service.households import change_household
from watch.invitations.errors import AlreadyInvited, InvitationDeclined, TooManyInvitations, WrittenLately
from watch.invitations.mails import INVITATION, JOIN_ALREADY_MEMBER
from watch.invitations.queries.inviting import (
    can_be_written_to_from,
    has_declined,
    has_open_invitation,
    members_on_mailbox,
    quota_of,
)
from watch.mail import outbox
from watch.mail.kinds import Mail
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
    group: Group,
    address: str,
    *,
    flat: Flat | None,
    language: Language,
    days: int,
    by: Person,
    name: str | None = None,
    is_transferable: bool = False,
) -> Invitation:
    """Invite an address that its owner gave for it; the link works for so many days.

    Who takes part, is invited or said no where the inviter may not know of it is invited like anybody.
    Raises AlreadyMember, AlreadyInvited, InvitationDeclined, WrittenLately, TooManyInvitations,
    FlatElsewhere.
    """
    if flat is not None and flat.stairwell.building.group_id != group.id:
        raise FlatElsewhere
    expect_quota(by)
    mailbox = mailbox_with_number(address)
    expect_nothing_open(group, mailbox, by)
    invitation = Invitation(
        group_id=group.id, mailbox=mailbox, flat=flat, language=language, by_id=by.id, name=name or None,
        is_transferable=is_transferable, expires_at=utcnow() + timedelta(days=days),
    )  # fmt: skip
    _end_expired(group, mailbox, by)
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
    except IntegrityError:
        raise AlreadyInvited from None
    note_invited(flat, by)
    send(invitation)
    audit.note("invitation-sent", about=invitation, by=by, group=group)
    return invitation


def mailbox_with_number(address: str) -> Mailbox:
    """The mailbox of an address, known to the database."""
    mailbox = mailbox_at(address)
    db.session.flush()
    return mailbox


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


def expect_nothing_open(group: Group, mailbox: Mailbox, by: Person) -> None:
    """Raises AlreadyMember, InvitationDeclined, AlreadyInvited, WrittenLately; of what one may know only."""
    expect_stranger(group, mailbox, by)
    if has_open_invitation(group, mailbox, by, _sight_of(by, group)):
        raise AlreadyInvited
    expect_not_lately(group, mailbox, by)


def expect_stranger(group: Group, mailbox: Mailbox, by: Person) -> None:
    """Raises AlreadyMember, InvitationDeclined; only of what the inviter may know."""
    sight = _sight_of(by, group)
    if members := members_on_mailbox(group, mailbox.id, sight):
        raise AlreadyMember(members[0])
    if has_declined(group, mailbox, by, sight):
        raise InvitationDeclined


def expect_quota(by: Person) -> None:
    """Raises TooManyInvitations; two forms of the same coordinator take turns."""
    db.session.execute(select(Person.id).where(Person.id == by.id).with_for_update())
    quota = quota_of(by, current_app.config["INVITATIONS_A_DAY"])
    if not quota.left:
        raise TooManyInvitations(quota.until)


def expect_not_lately(group: Group, mailbox: Mailbox, by: Person) -> None:
    """Raises WrittenLately; what others sent counts not, for it is not the inviter's to know."""
    if until := can_be_written_to_from(group, mailbox, by.id):
        raise WrittenLately(until)


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


def note_invited(flat: Flat | None, by: Person) -> None:
    """The household of a flat that nobody has contacted is invited now."""
    if flat is not None:
        change_household(flat, HouseholdStatus.INVITED, by=by, only=BEFORE_INVITED)


def send(invitation: Invitation, mail: Mail[Invitation] = INVITATION) -> None:
    """A letter to whoever is invited; it may be the `invitation` or its reminder.

    Who takes part out of the inviter's sight is told that they need not answer; the list looks alike.

    What goes to an address that has said no is kept back when it is claimed (its mail's `wanted_unless`).
    """
    assert invitation.mailbox is not None
    members = members_on_mailbox(invitation.group, invitation.mailbox.id)
    outbox.queue(
        JOIN_ALREADY_MEMBER if members else mail,
        to=members[0].person if members else invitation.mailbox,
        about=invitation,
        language=None if members else invitation.language,
        not_after=invitation.expires_at,
    )


def mark_sent(invitation: Invitation, form_key: str) -> None:
    """Tie a form's key to the first letter it made. Raises Duplicate when the form came before."""
    letters = select(Mailing).where(Mailing.invitation_id == invitation.id).order_by(Mailing.id.desc())
    mailing = db.session.scalars(letters.limit(1)).one()
    mailing.form_key = form_key
    try:
        db.session.flush()
    except IntegrityError:
        raise Duplicate(invitation) from None


def was_sent(form_key: str) -> bool:
    """Whether a form with this key has done its work."""
    return db.session.scalar(select(Mailing.id).where(Mailing.form_key == form_key)) is not None
