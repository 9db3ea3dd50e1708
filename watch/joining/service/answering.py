"""Accepts and declines invitations."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.accounts.service.people import confirm_address, person_at
from watch.errors import GroupEnded, LinkExpired
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatElsewhere
from watch.groups.queries.members import paper_member_at
from watch.groups.service.households import change_household
from watch.groups.service.members import Consent, admit, tell_household
from watch.invitations.mails import JOIN_APPROVED
from watch.invitations.queries.inviting import stairwells_to_accept_in
from watch.invitations.service.invited import end, others_invited
from watch.invitations.service.inviting import was_sent
from watch.joining.service.asking import Submission, request_of, tell_coordinators
from watch.joining.service.handing_over import hand_over
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
    Person,
    Purpose,
    Refusal,
    RequestState,
    Stairwell,
    utcnow,
)

BY_MAIL = Consent(ConsentChannel.MAIL)


def invitation_of(token: str) -> Invitation:
    """Return the open invitation of a mailed link.

    Raises LinkExpired if it is used, revoked or too old, GroupEnded and BadToken.
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
    """Use up a transferable invitation and return True, unless it has ended or expired."""
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
    was_on_paper: bool = False,
) -> Membership:
    """Join by invitation. The link has verified the address, so nobody has to approve.

    The flat that the invitation names is theirs, and those who live there are told. Of `flat`, which they
    chose, a coordinator is asked first, whether or not somebody takes part there: they would else read and
    give the answers of whatever household they choose.

    A member on paper of that name in the named flat, or with `was_on_paper` the only one there, gets the
    address and stays one person. Raises FlatElsewhere, and LinkExpired if it was answered meanwhile.
    """
    home = invitation.flat
    stairwell = _door(invitation, stairwell, home or flat)
    if invitation.mailbox is None or not end(invitation, InvitationState.ACCEPTED):
        raise LinkExpired
    person = person_at(invitation.mailbox, name, language)
    known = paper_member_at(home, invitation.group, name, is_the_one=was_on_paper) if home else None
    person.language = language
    try:
        membership = _as_before(known, person, name) if known else _as_new(invitation, person, stairwell)
    except AlreadyMember as already:
        if already.membership is None:
            raise
        return already.membership
    end_requests(membership, by_id=invitation.by_id)
    if flat is not None and home is None:
        _ask_where(membership, flat)
    _welcome(membership, form_key)
    audit.note("invitation-accepted", about=invitation, by=membership.person, group=invitation.group)
    return membership


def _welcome(membership: Membership, form_key: str | None) -> None:
    """Mail a new member; the key of the form shows its second press the first one's result."""
    row = outbox.queue(JOIN_APPROVED, to=membership.person, about=membership)
    if row is not None and form_key and not was_sent(form_key):
        row.mailing.form_key = form_key


def _as_before(membership: Membership, reader: Person, name: str) -> Membership:
    """Give a member on paper the address of the invitation, with the name and language they chose now."""
    language, now = reader.language, hand_over(membership, reader)
    now.person.name, now.person.language = name, language
    return now


def _as_new(invitation: Invitation, person: Person, stairwell: Stairwell) -> Membership:
    group, home = invitation.group, invitation.flat
    confirm_address(person)
    new = admit(person, group, stairwell=stairwell, flat=home, by=invitation.by, consent=BY_MAIL)
    tell_household(new, alike=True)
    return new


def _ask_where(membership: Membership, flat: Flat) -> None:
    """Ask the coordinators whether a new member lives in the flat that they chose."""
    submission = Submission(flat.stairwell, flat, ConsentChannel.MAIL)
    request = request_of(membership.group, membership.person, submission)
    request.state, request.confirmed_at = RequestState.WAITING, utcnow()
    db.session.flush()
    tell_coordinators(request)


def _door(invitation: Invitation, stairwell: Stairwell, flat: Flat | None) -> Stairwell:
    """Return the invitation's stairwell, else the chosen one. Raises FlatElsewhere."""
    stairwell = invitation.flat.stairwell if invitation.flat else stairwell
    if stairwell not in stairwells_to_accept_in(invitation) or (flat and flat.stairwell_id != stairwell.id):
        raise FlatElsewhere
    return stairwell


def end_requests(membership: Membership, *, by_id: int | None) -> None:
    """Mark the new member's open requests as approved."""
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
    """Return the membership that the invitation form with this key made."""
    return db.session.scalar(
        select(Membership)
        .join(Mailing, Mailing.membership_id == Membership.id)
        .where(Mailing.form_key == form_key, Mailing.kind == JOIN_APPROVED.kind)
    )


def membership_by(token: str, mailbox_id: int | None) -> Membership | None:
    """Return the current membership of whoever accepted the invitation from this mailbox. Raises BadToken."""
    invitation = tokens.row_of(Purpose.INVITATION, Invitation, token)
    if invitation.state is not InvitationState.ACCEPTED or mailbox_id is None:
        return None
    theirs = (
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.group_id == invitation.group_id, Membership.is_current, Person.mailbox_id == mailbox_id
        )
    )
    is_theirs = invitation.mailbox_id == mailbox_id
    return db.session.scalar(theirs.order_by(Membership.id.desc()).limit(1)) if is_theirs else None


def decline_invitation(invitation: Invitation, *, never_again: bool = False) -> None:
    """Decline an invitation; nothing more is sent. The flat stays invited if another invitation is open.

    With `never_again` the address is never mailed an invitation again; later inviters are not told, and this
    invitation forgets the address. It is ignored for a transferable invitation, whose holder need not own the
    address. Declining twice has no further effect. Raises LinkExpired if it was answered otherwise meanwhile.
    """
    if end(invitation, InvitationState.DECLINED):
        _say_no(invitation)
    elif invitation.state is not InvitationState.DECLINED:
        raise LinkExpired
    if never_again and invitation.mailbox is not None and not invitation.is_transferable:
        _refuse(invitation.mailbox.address_index)
        invitation.mailbox, invitation.name = None, None


def _say_no(invitation: Invitation) -> None:
    outbox.cancel(invitation)
    flat = invitation.flat
    if flat is not None:
        only, counts = {HouseholdStatus.INVITED}, not others_invited(flat)
        change_household(flat, HouseholdStatus.DECLINED, by=None, only=only, counts=counts)
    audit.note("invitation-declined", about=invitation, by=None, group=invitation.group)
    if invitation.mailbox is not None:  # kept as long as the group, even if the address is erased
        invitation.declined_index = invitation.mailbox.address_index


def _refuse(index: bytes) -> None:
    """Store the refusal. Storing it twice has no further effect."""
    try:
        with db.session.begin_nested():
            db.session.add(Refusal(address_index=index))
    except IntegrityError:
        return


def declined_invitation_of(token: str) -> tuple[Invitation, bool] | None:
    """Return the declined invitation of a link and whether all others are refused; None if not declined.

    The link verifies the address as long as the group exists, even if the address has been erased.
    """
    invitation = tokens.row_of(Purpose.INVITATION, Invitation, token)
    if invitation.state is not InvitationState.DECLINED or invitation.group.state is GroupState.CLOSED:
        return None
    index = _index_of(invitation)
    return invitation, db.session.scalar(select(Refusal.id).where(Refusal.address_index == index)) is not None


def _index_of(invitation: Invitation) -> bytes | None:
    return invitation.mailbox.address_index if invitation.mailbox else invitation.declined_index


def take_back_no(token: str) -> Invitation:
    """Take a refusal back: everybody may invite the address again, and this invitation is open again.

    Earlier declined invitations to this address in the group become revoked. Taking it back twice has no
    further effect. Raises LinkExpired.
    """
    found = declined_invitation_of(token)
    if found is None:
        return _taken_back(token)
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


def _taken_back(token: str) -> Invitation:
    """Return an invitation that is not declined, or not any more. Raises LinkExpired and BadToken."""
    invitation = tokens.row_of(Purpose.INVITATION, Invitation, token)
    is_asked = invitation.state in {InvitationState.OPEN, InvitationState.REVOKED}
    if not is_asked or invitation.group.state is GroupState.CLOSED:
        raise LinkExpired(invitation.language)
    return invitation


def _open_again(invitation: Invitation) -> None:
    """Reopen an invitation, unless it has expired or the sender has another open one to the address."""
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
    """Delete the refusal of an address whose owner asks to join or takes the refusal back."""
    db.session.execute(delete(Refusal).where(Refusal.address_index == index))
