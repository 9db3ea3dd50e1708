"""The mails of an invitation, and those to new members and to people who are members already."""

from __future__ import annotations

from datetime import datetime

from watch import calendar, tokens
from watch.groups.queries.members import takes_part
from watch.invitations.queries.inviting import declined_in, refuses_all
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import (
    AddressVerification,
    Group,
    Invitation,
    InvitationState,
    JoinRequest,
    LeftOut,
    Mailbox,
    Membership,
    OutboxRow,
    Purpose,
)


def _link(invitation: Invitation) -> str:
    return f"/join/{tokens.make(Purpose.INVITATION, invitation)}"


def _ended(invitation: Invitation, now: datetime) -> Unless:
    return {
        LeftOut.OVER: invitation.state is not InvitationState.OPEN or invitation.expires_at <= now,
        LeftOut.ADDRESS: OutboxRow.mailbox_id != invitation.mailbox_id,  # the address was corrected
    }


def _invitation_unless(invitation: Invitation, now: datetime) -> Unless:
    said_no = declined_in(invitation.group_id, Mailbox).exists() | refuses_all(Mailbox)
    return {**_ended(invitation, now), LeftOut.READER: said_no}


def _already_member_link(about: JoinRequest | AddressVerification | Invitation) -> str:
    """Return a link to sign in, or to a page about a request made in the member's name.

    Somebody else who reads the same mailbox may have made the request. An invitation has no such page.
    """
    if isinstance(about, Invitation):
        return "/login"
    return f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, about)}"


def _already_member_unless(about: JoinRequest | AddressVerification | Invitation, now: datetime) -> Unless:
    is_member = takes_part(OutboxRow.person_id, Group.id == about.group.id)
    ended = _ended(about, now) if isinstance(about, Invitation) else {}
    return {**ended, LeftOut.READER: ~is_member}


INVITATION = Mail(
    "invitation",
    about=Invitation,
    sender=FromAddress.ACCOUNT,
    link=_link,
    wanted_unless=_invitation_unless,
    proves_address=True,
)
INVITATION_REMINDER = Mail(
    "invitation-reminder",
    about=Invitation,
    sender=FromAddress.ACCOUNT,
    link=_link,
    wanted_unless=_invitation_unless,
)
JOIN_ALREADY_MEMBER = Mail[JoinRequest | AddressVerification | Invitation](
    "join-already-member",
    about=(JoinRequest, AddressVerification, Invitation),
    sender=FromAddress.ACCOUNT,
    link=_already_member_link,
    wanted_unless=_already_member_unless,
)
JOIN_APPROVED = Mail(
    "join-approved",
    about=Membership,
    sender=FromAddress.ACCOUNT,
    link=lambda _membership: "/r/",  # to answer the meeting that it names
    wanted_unless=lambda membership, _now: {LeftOut.OVER: membership.left_at is not None},
    for_row=Purpose.ANSWER,
    offers_choices=True,
    calendar=calendar.invitation,
)
