"""Invitations by e-mail: sent, sent again, taken back, accepted, declined."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.accounts.service import mailbox_at, person_at
from watch.errors import Duplicate, LinkExpired
from watch.extensions import db
from watch.groups.service import AlreadyMember, admit, note_household
from watch.joining.queries import members_on_mailbox, stairwells_to_accept_in, status_of
from watch.joining.service.errors import AlreadyInvited, FlatElsewhere, InvitationDeclined, InvitationEnded
from watch.mail import outbox
from watch.models import (
    Flat,
    Group,
    GroupState,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Mailbox,
    Mailing,
    Membership,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.tokens import Purpose

BEFORE_INVITED = frozenset({HouseholdStatus.NOT_CONTACTED, HouseholdStatus.DECLINED})


def invite(
    group: Group, address: str, *, flat: Flat | None, language: Language, days: int, by: Person
) -> Invitation:
    """Invite an address that its owner gave for it; the link works for so many days.

    Raises AlreadyMember, AlreadyInvited, InvitationDeclined, FlatElsewhere.
    """
    if flat is not None and flat.stairwell.building.group_id != group.id:
        raise FlatElsewhere
    mailbox = mailbox_at(address)
    db.session.flush()
    if members := members_on_mailbox(group, mailbox.id):
        raise AlreadyMember(members[0])
    if _has_declined(group, mailbox):
        raise InvitationDeclined
    now = utcnow()
    invitation = Invitation(
        group_id=group.id, mailbox=mailbox, flat=flat, language=language, by_id=by.id,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    _end_expired(group, mailbox.id)
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
    except IntegrityError:
        raise AlreadyInvited from None
    _note_invited(flat, by)
    _send(invitation)
    audit.note("invitation-sent", about=invitation, by=by, group=group)
    return invitation


def _has_declined(group: Group, mailbox: Mailbox) -> bool:
    """Whether this address was promised that this group does not write to it again."""
    declined = select(Invitation.id).where(
        Invitation.group_id == group.id,
        or_(Invitation.mailbox_id == mailbox.id, Invitation.declined_index == mailbox.address_index),
        Invitation.state == InvitationState.DECLINED,
    )
    return db.session.scalar(declined.limit(1)) is not None


def _end_expired(group: Group, mailbox_id: int) -> None:
    """An invitation that ran out does not stand in a new one's way."""
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.group_id == group.id,
            Invitation.mailbox_id == mailbox_id,
            Invitation.state == InvitationState.OPEN,
            Invitation.expires_at <= utcnow(),
        )
        .values(state=InvitationState.REVOKED, ended_at=utcnow())
    )


def _note_invited(flat: Flat | None, by: Person) -> None:
    if flat is not None and status_of(flat) in BEFORE_INVITED:
        note_household(flat, HouseholdStatus.INVITED, by=by)


def _send(invitation: Invitation) -> None:
    assert invitation.mailbox is not None
    outbox.queue(
        "invitation", to=invitation.mailbox, about=invitation, language=invitation.language,
        not_after=invitation.expires_at,
    )  # fmt: skip


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
    AlreadyMember.
    """
    db.session.refresh(invitation, with_for_update={"of": Invitation})
    revivable = {InvitationState.OPEN, InvitationState.REVOKED}
    if invitation.state not in revivable or invitation.mailbox_id is None:
        raise InvitationEnded
    if members := members_on_mailbox(invitation.group, invitation.mailbox_id):
        raise AlreadyMember(members[0])
    if invitation.mailbox and _has_declined(invitation.group, invitation.mailbox):
        raise InvitationDeclined
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


def revoke(invitation: Invitation, *, by: Person) -> None:
    """Take an invitation back; its link is dead at once. Revoked twice is once. Raises InvitationEnded."""
    if not _end(invitation, InvitationState.REVOKED):
        if invitation.state is InvitationState.REVOKED:
            return
        raise InvitationEnded
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None and status_of(flat) is HouseholdStatus.INVITED and not _others_invited(flat):
        note_household(flat, HouseholdStatus.NOT_CONTACTED, by=by)
    audit.note("invitation-revoked", about=invitation, by=by, group=invitation.group)


def _others_invited(flat: Flat) -> bool:
    still = select(Invitation.id).where(
        Invitation.flat_id == flat.id,
        Invitation.state == InvitationState.OPEN,
        Invitation.expires_at > utcnow(),
    )
    return db.session.scalar(still.limit(1)) is not None


def _end(invitation: Invitation, state: InvitationState) -> bool:
    """The first answer counts; the database says whether this was it."""
    ended = db.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.state == InvitationState.OPEN)
        .values(state=state, ended_at=utcnow())
    )
    db.session.refresh(invitation)
    return bool(ended.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


def invitation_of(token: str) -> Invitation:
    """The open invitation of a mailed link. Raises LinkExpired (used, revoked, too old), BadToken."""
    row_id, generation = tokens.read(Purpose.INVITATION, token)
    invitation = db.session.get(Invitation, row_id)
    if invitation is None or invitation.generation % 256 != generation:
        raise LinkExpired
    if invitation.state is not InvitationState.OPEN or invitation.expires_at <= utcnow():
        raise LinkExpired
    if invitation.mailbox_id is None or invitation.group.state is GroupState.CLOSED:
        raise LinkExpired
    return invitation


def accept(
    invitation: Invitation,
    name: str,
    *,
    stairwell: Stairwell,
    flat: Flat | None,
    language: Language,
    form_key: str | None = None,
) -> Membership:
    """Join by invitation: the link has proved the address, and nobody has to approve.

    Raises FlatElsewhere, LinkExpired when it was answered meanwhile.
    """
    flat = invitation.flat or flat
    stairwell = invitation.flat.stairwell if invitation.flat else stairwell
    if stairwell not in stairwells_to_accept_in(invitation) or (flat and flat.stairwell_id != stairwell.id):
        raise FlatElsewhere
    if invitation.mailbox is None or not _end(invitation, InvitationState.ACCEPTED):
        raise LinkExpired
    person = person_at(invitation.mailbox, name, language)
    person.language, person.address_confirmed_at = language, utcnow()
    try:
        membership = admit(person, invitation.group, stairwell=stairwell, flat=flat, by=invitation.by)
    except AlreadyMember as already:
        if already.membership is None:
            raise
        return already.membership
    _settle_requests(membership, invitation.by)
    row = outbox.queue("join-approved", to=person, about=membership)
    if row is not None and form_key and not was_sent(form_key):
        row.mailing.form_key = form_key
    audit.note("invitation-accepted", about=invitation, by=person, group=invitation.group)
    return membership


def _settle_requests(membership: Membership, by: Person | None) -> None:
    """Somebody who has joined does not wait for an answer any more."""
    db.session.execute(
        update(JoinRequest)
        .where(
            JoinRequest.group_id == membership.group_id,
            JoinRequest.person_id == membership.person_id,
            JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING]),
        )
        .values(state=RequestState.APPROVED, decided_at=utcnow(), decided_by_id=by.id if by else None)
    )


def membership_of_form(form_key: str) -> Membership | None:
    """What an accepted invitation's form made the first time it was sent."""
    return db.session.scalar(
        select(Membership)
        .join(Mailing, Mailing.membership_id == Membership.id)
        .where(Mailing.form_key == form_key, Mailing.kind == "join-approved")
    )


def decline_invitation(invitation: Invitation) -> None:
    """No, thank you: nothing more is sent; the flat waits on while another of its invitations does.

    Raises LinkExpired when it was answered meanwhile.
    """
    if not _end(invitation, InvitationState.DECLINED):
        raise LinkExpired
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None and status_of(flat) is HouseholdStatus.INVITED and not _others_invited(flat):
        note_household(flat, HouseholdStatus.DECLINED, by=None)
    audit.note("invitation-declined", about=invitation, by=None, group=invitation.group)
