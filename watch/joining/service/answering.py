"""What somebody answers to an invitation: yes, or no."""

from __future__ import annotations

from sqlalchemy import select, update

from watch import audit, tokens
from watch.accounts.service import person_at
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.service import AlreadyMember, admit, note_household
from watch.joining.queries import stairwells_to_accept_in, status_of
from watch.joining.service.errors import FlatElsewhere
from watch.joining.service.inviting import end, others_invited, was_sent
from watch.mail import outbox
from watch.models import (
    Flat,
    GroupState,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Mailing,
    Membership,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.tokens import Purpose


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
    if invitation.mailbox is None or not end(invitation, InvitationState.ACCEPTED):
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
    if not end(invitation, InvitationState.DECLINED):
        raise LinkExpired
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None and status_of(flat) is HouseholdStatus.INVITED and not others_invited(flat):
        note_household(flat, HouseholdStatus.DECLINED, by=None)
    audit.note("invitation-declined", about=invitation, by=None, group=invitation.group)
