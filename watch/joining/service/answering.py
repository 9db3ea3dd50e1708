"""What somebody answers to an invitation: yes, or no."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.accounts.service import person_at
from watch.errors import GroupEnded, LinkExpired
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatElsewhere
from watch.groups.service.households import change_household
from watch.groups.service.members import Consent, admit
from watch.invitations.mails import JOIN_APPROVED
from watch.invitations.queries.inviting import stairwells_to_accept_in
from watch.invitations.service.invited import end, others_invited
from watch.invitations.service.inviting import was_sent
from watch.mail import outbox
from watch.models import (
    ConsentChannel,
    Flat,
    GroupState,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Mailbox,
    Mailing,
    Membership,
    Purpose,
    Refusal,
    RequestState,
    Stairwell,
    utcnow,
)

BY_MAIL = Consent(ConsentChannel.MAIL)


def invitation_of(token: str) -> Invitation:
    """The open invitation of a mailed link.

    Raises LinkExpired (used, revoked, too old), GroupEnded, BadToken.
    """
    invitation = tokens.row_of(Purpose.INVITATION, Invitation, token)
    if invitation.group.state is GroupState.CLOSED:
        raise GroupEnded(
            invitation.language, invitation.flat.stairwell.building_id if invitation.flat else None
        )
    is_open = invitation.state is InvitationState.OPEN and invitation.expires_at > utcnow()
    if not is_open or invitation.mailbox_id is None:
        raise LinkExpired(invitation.language)
    return invitation


def take_up(invitation: Invitation) -> bool:
    """Whether an invitation that was passed on vouches for somebody: once, and as long as it is good."""
    is_good = invitation.is_transferable and invitation.expires_at > utcnow()
    return is_good and end(invitation, InvitationState.ACCEPTED)


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
    stairwell = _door(invitation, stairwell, flat)
    if invitation.mailbox is None or not end(invitation, InvitationState.ACCEPTED):
        raise LinkExpired
    person = person_at(invitation.mailbox, name, language)
    person.language, person.address_confirmed_at = language, utcnow()
    try:
        membership = admit(
            person, invitation.group, stairwell=stairwell, flat=flat, by=invitation.by, consent=BY_MAIL
        )
    except AlreadyMember as already:
        if already.membership is None:
            raise
        return already.membership
    end_requests(membership, by_id=invitation.by_id)
    row = outbox.queue(JOIN_APPROVED, to=person, about=membership)
    if row is not None and form_key and not was_sent(form_key):
        row.mailing.form_key = form_key
    audit.note("invitation-accepted", about=invitation, by=person, group=invitation.group)
    return membership


def _door(invitation: Invitation, stairwell: Stairwell, flat: Flat | None) -> Stairwell:
    """The stairwell that the invitation says, or that was chosen. Raises FlatElsewhere."""
    stairwell = invitation.flat.stairwell if invitation.flat else stairwell
    if stairwell not in stairwells_to_accept_in(invitation) or (flat and flat.stairwell_id != stairwell.id):
        raise FlatElsewhere
    return stairwell


def end_requests(membership: Membership, *, by_id: int | None) -> None:
    """Somebody who has joined does not wait for an answer any more."""
    db.session.execute(
        update(JoinRequest)
        .where(
            JoinRequest.group_id == membership.group_id,
            JoinRequest.person_id == membership.person_id,
            JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING]),
        )
        .values(state=RequestState.APPROVED, decided_at=utcnow(), decided_by_id=by_id)
    )


def membership_of_form(form_key: str) -> Membership | None:
    """What an accepted invitation's form made the first time it was sent."""
    return db.session.scalar(
        select(Membership)
        .join(Mailing, Mailing.membership_id == Membership.id)
        .where(Mailing.form_key == form_key, Mailing.kind == JOIN_APPROVED.kind)
    )


def decline_invitation(invitation: Invitation, *, never_again: bool = False) -> None:
    """No, thank you: nothing more is sent; the flat waits on while another of its invitations does.

    `never_again` is kept for the address, whoever invites it from now on: its letters are not sent, and the
    inviter is not told. The invitation forgets the address at once. Where the link may be passed on, its
    holder need not be the owner of the address, and says no to this invitation only. Raises LinkExpired
    when it was answered meanwhile.
    """
    if not end(invitation, InvitationState.DECLINED):
        raise LinkExpired
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None:
        only, counts = {HouseholdStatus.INVITED}, not others_invited(flat)
        change_household(flat, HouseholdStatus.DECLINED, by=None, only=only, counts=counts)
    audit.note("invitation-declined", about=invitation, by=None, group=invitation.group)
    if invitation.mailbox is not None:  # the no lasts as long as the group, whatever becomes of the address
        invitation.declined_index = invitation.mailbox.address_index
    if never_again and invitation.mailbox is not None and not invitation.is_transferable:
        _refuse(invitation.mailbox.address_index)
        invitation.mailbox, invitation.name = None, None


def _refuse(index: bytes) -> None:
    """Keep the wish not to be asked; said twice is once."""
    try:
        with db.session.begin_nested():
            db.session.add(Refusal(address_index=index))
    except IntegrityError:
        return


def declined_invitation_of(token: str) -> tuple[Invitation, bool] | None:
    """The invitation of a mailed link whose answer was no, and whether nobody may ask again; None for others.

    It proves the address as long as the group stands, also when the address itself is erased.
    """
    invitation = tokens.row_of(Purpose.INVITATION, Invitation, token)
    if invitation.state is not InvitationState.DECLINED or invitation.group.state is GroupState.CLOSED:
        return None
    index = _index_of(invitation)
    return invitation, db.session.scalar(select(Refusal.id).where(Refusal.address_index == index)) is not None


def _index_of(invitation: Invitation) -> bytes | None:
    return invitation.mailbox.address_index if invitation.mailbox else invitation.declined_index


def take_back_no(token: str) -> Invitation:
    """Second thoughts of whoever said no: they may be asked again, by everybody, and can answer this one.

    What the same address declined in the group before is as if taken back by its sender. Raises LinkExpired.
    """
    found = declined_invitation_of(token)
    if found is None:
        raise LinkExpired
    invitation, _never_again = found
    index = _index_of(invitation)
    lift_refusal(index)
    mailboxes = select(Mailbox.id).where(Mailbox.address_index == index)
    theirs = or_(Invitation.mailbox_id.in_(mailboxes), Invitation.declined_index == index)
    db.session.execute(
        update(Invitation)
        .where(Invitation.group_id == invitation.group_id, theirs)
        .where(Invitation.state == InvitationState.DECLINED)
        .values(state=InvitationState.REVOKED, declined_index=None)
    )
    db.session.refresh(invitation)
    _open_again(invitation)
    audit.note("invitation-no-taken-back", about=invitation, by=None, group=invitation.group)
    return invitation


def _open_again(invitation: Invitation) -> None:
    """It waits for an answer again, unless it ran out, or another of the same sender does."""
    if invitation.mailbox_id is None or invitation.expires_at <= utcnow():
        return
    try:
        with db.session.begin_nested():
            invitation.state, invitation.ended_at = InvitationState.OPEN, None
            db.session.flush()
    except IntegrityError:
        return
    if invitation.flat is not None:
        only = {HouseholdStatus.DECLINED}
        change_household(invitation.flat, HouseholdStatus.INVITED, by=None, only=only)


def lift_refusal(index: bytes | None) -> None:
    """Whoever asks of their own accord, or takes it back, may be asked again."""
    db.session.execute(delete(Refusal).where(Refusal.address_index == index))
