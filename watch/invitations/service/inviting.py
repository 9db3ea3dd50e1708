"""Sends invitations and checks whom a coordinator may invite."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.service.people import mailbox_at
from watch.errors import Duplicate
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatElsewhere
from watch.groups.service.households import change_household
from watch.invitations.errors import AlreadyInvited, InvitationDeclined, TooManyInvitations, WrittenLately
from watch.invitations.mails import INVITATION, JOIN_ALREADY_MEMBER
from watch.invitations.queries.inviting import (
    can_be_written_to_from,
    free_ordinal,
    has_declined,
    has_open_invitation,
    members_on_mailbox,
    open_ordinals,
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
    may_be_one_person,
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
    """Invite an address that its owner gave for it. The link works for `days` days.

    Another name on a known address is another person. A member, or somebody invited or declined whom the
    inviter may not know of, is treated as new. Raises AlreadyMember, AlreadyInvited, InvitationDeclined,
    WrittenLately, TooManyInvitations and FlatElsewhere.
    """
    if flat is not None and flat.stairwell.building.group_id != group.id:
        raise FlatElsewhere
    expect_quota(by)
    mailbox = mailbox_with_number(address)
    _end_expired(group, mailbox, by, name)
    expect_nothing_open(group, mailbox, by, name)
    ordinal = free_ordinal(open_ordinals(group.id, mailbox.id, by.id))
    invitation = Invitation(
        group_id=group.id, mailbox=mailbox, flat=flat, language=language, by_id=by.id, name=name or None,
        is_transferable=is_transferable, ordinal=ordinal, expires_at=utcnow() + timedelta(days=days),
    )  # fmt: skip
    _add(invitation)
    note_invited(flat, by)
    send(invitation)
    audit.note("invitation-sent", about=invitation, by=by, group=group)
    return invitation


def _add(invitation: Invitation) -> None:
    """Store it. Raises AlreadyInvited if another form was quicker."""
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
    except IntegrityError:
        raise AlreadyInvited from None


def mailbox_with_number(address: str) -> Mailbox:
    """Return the mailbox of an address, flushed so that it has an id."""
    mailbox = mailbox_at(address)
    db.session.flush()
    return mailbox


def _sight_of(by: Person, group: Group) -> frozenset[int] | None:
    """Return the stairwells whose neighbours a coordinator may know of; None for all."""
    return relations_of(by).stairwells_in(group)


def is_in_sight(membership: Membership, invitation: Invitation) -> bool:
    """Return True if everybody who sees the invitation may know of the membership."""
    if invitation.flat is not None:
        return invitation.flat.stairwell_id == membership.stairwell_id
    if invitation.by is None:
        return True
    relations = relations_of(invitation.by)
    stairwells = relations.coordinates.get(membership.group_id)
    return membership.group_id in relations.leads or not stairwells or membership.stairwell_id in stairwells


def expect_nothing_open(group: Group, mailbox: Mailbox, by: Person, name: str | None) -> None:
    """Raise AlreadyMember, InvitationDeclined, AlreadyInvited or WrittenLately, if the inviter may know."""
    expect_stranger(group, mailbox, by, name)
    if has_open_invitation(group, mailbox, by, _sight_of(by, group), name):
        raise AlreadyInvited
    expect_not_lately(group, mailbox, by)


def expect_stranger(group: Group, mailbox: Mailbox, by: Person, name: str | None) -> None:
    """Raise AlreadyMember or InvitationDeclined, if the inviter may know.

    Somebody else on the address is no reason, if both names are known.
    """
    sight = _sight_of(by, group)
    if members := members_on_mailbox(group, mailbox.id, sight, name=name):
        raise AlreadyMember(members[0])
    if has_declined(group, mailbox, by, sight):
        raise InvitationDeclined


def expect_quota(by: Person) -> None:
    """Raise TooManyInvitations. The lock makes two forms of one coordinator take turns."""
    db.session.execute(select(Person.id).where(Person.id == by.id).with_for_update())
    quota = quota_of(by, current_app.config["INVITATIONS_A_DAY"])
    if not quota.left:
        raise TooManyInvitations(quota.until)


def expect_not_lately(group: Group, mailbox: Mailbox, by: Person) -> None:
    """Raise WrittenLately.

    Counts only this inviter's mails, because the limit must not reveal other inviters'.
    """
    if until := can_be_written_to_from(group, mailbox, by.id):
        raise WrittenLately(until)


def _end_expired(group: Group, mailbox: Mailbox, by: Person, name: str | None) -> None:
    """Revoke the coordinator's own expired invitation to the same person, so that a new one can be made."""
    expired = select(Invitation).where(
        Invitation.group_id == group.id,
        Invitation.mailbox_id == mailbox.id,
        Invitation.by_id == by.id,
        Invitation.state == InvitationState.OPEN,
        Invitation.expires_at <= utcnow(),
    )
    for invitation in db.session.scalars(expired):
        if may_be_one_person(name, invitation.name):
            invitation.state, invitation.ended_at = InvitationState.REVOKED, utcnow()
    db.session.flush()


def note_invited(flat: Flat | None, by: Person) -> None:
    """Mark the flat's household as invited, if nobody has contacted it or it had declined."""
    if flat is not None:
        what = "household-invited-by-mail"
        change_household(flat, HouseholdStatus.INVITED, by=by, only=BEFORE_INVITED, what=what)


def send(invitation: Invitation, mail: Mail[Invitation] = INVITATION) -> None:
    """Mail the invitation or its reminder.

    If the address belongs to a member the inviter may not see, mail "already a member" instead; the inviter's
    list shows no difference. A mail to an address that has declined is held back when it is claimed
    (`wanted_unless` of the mail).
    """
    assert invitation.mailbox is not None
    members = members_on_mailbox(invitation.group, invitation.mailbox.id, name=invitation.name)
    outbox.queue(
        JOIN_ALREADY_MEMBER if members else mail,
        to=members[0].person if members else invitation.mailbox,
        about=invitation,
        language=None if members else invitation.language,
        not_after=invitation.expires_at,
    )


def mark_sent(invitation: Invitation, form_key: str) -> None:
    """Store a form's key with the invitation's newest mail. Raises Duplicate if the form was sent before."""
    letters = select(Mailing).where(Mailing.invitation_id == invitation.id).order_by(Mailing.id.desc())
    mailing = db.session.scalars(letters.limit(1)).one()
    mailing.form_key = form_key
    try:
        db.session.flush()
    except IntegrityError:
        raise Duplicate(invitation) from None


def was_sent(form_key: str) -> bool:
    """Return True if a form with this key was sent before."""
    return db.session.scalar(select(Mailing.id).where(Mailing.form_key == form_key)) is not None
