"""Decides on join requests."""

from __future__ import annotations

from sqlalchemy import select, update

from watch import access, audit, tokens
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import AlreadyMember, AlreadyPlaced, FlatElsewhere
from watch.groups.queries.members import active_membership, paper_member_at
from watch.groups.service.members import Consent, admit, place, tell_household
from watch.groups.service.requests import forget_request
from watch.invitations.mails import JOIN_APPROVED
from watch.invitations.service.invited import revoke
from watch.invitations.service.inviting import is_in_sight
from watch.joining.errors import AlreadyDecided, NotDecided
from watch.joining.mails import JOIN_DECLINED
from watch.joining.queries.asking import DECIDE_DAYS
from watch.joining.service.handing_over import hand_over
from watch.mail import outbox
from watch.models import (
    Channel,
    Flat,
    GroupState,
    Invitation,
    InvitationState,
    JoinRequest,
    Membership,
    OutboxRow,
    Person,
    Purpose,
    RequestState,
    may_be_one_person,
    utcnow,
)
from watch.models.base import is_fresh
from watch.permissions import Permission
from watch.statements import changed


def request_to_decide(token: str) -> tuple[JoinRequest, Person]:
    """Return the request of a mailed page, and the coordinator it was mailed to.

    Raises BadToken, and LinkExpired after 14 days, if the request was withdrawn, or if the coordinator may
    not decide any more or reads another mailbox now.
    """
    row = tokens.row_of(Purpose.DECIDE, OutboxRow, token)
    if row.mailing.join_request is None or row.person is None or not row.has_its_reader:
        raise LinkExpired
    request, coordinator = row.mailing.join_request, row.person
    if not is_fresh(row.created_at, DECIDE_DAYS) or request.group.state is GroupState.CLOSED:
        raise LinkExpired
    if request.state is RequestState.WITHDRAWN:
        raise LinkExpired(coordinator.language)
    if not access.may(coordinator, Permission.DECIDE_REQUESTS, request):
        raise LinkExpired
    return request, coordinator


def approve(
    request: JoinRequest, *, by: Person | None, flat: Flat | None = None, consent: Consent | None = None
) -> Membership | None:
    """Make the applicant a member and mail them and whoever takes part in their flat.

    `flat` is where the coordinator knows that they live. Of a member, the flat that was asked for becomes
    theirs.

    `by` is None if the flat's letter makes approval unnecessary. Without `consent` the request's counts.
    Returns None if they have joined another way meanwhile. Raises AlreadyDecided and FlatElsewhere.
    """
    if flat is not None and flat.stairwell_id != request.stairwell_id:
        raise FlatElsewhere
    _decide(request, RequestState.APPROVED, by=by)
    request.flat = flat or request.flat
    if (known := active_membership(request.person, request.group)) is not None:
        return _give_flat(known, request, by)
    on_paper = request.person.mailbox_id is None
    try:
        membership = admit(
            request.person, request.group, stairwell=request.stairwell, flat=request.flat, by=by,
            channel=Channel.PAPER if on_paper else Channel.MAIL,
            consent=consent or Consent(request.consent_channel, request.consent_version, request.created_at),
        )  # fmt: skip
    except AlreadyMember:
        return None
    _settle_invitations(membership, by)
    tell_household(membership)
    outbox.queue(JOIN_APPROVED, to=request.person, about=membership)
    audit.note("join-approved", about=request, by=by, group=request.group)
    return membership


def _give_flat(membership: Membership, request: JoinRequest, by: Person | None) -> Membership | None:
    """Let a member live in the flat that they asked for; None if they have one or did not ask for any.

    A member on paper of that name there is the same person.
    """
    flat = request.flat
    if flat is None or by is None or membership.household is not None:
        return None
    on_paper = paper_member_at(flat, request.group, request.person.name, is_the_one=False)
    try:
        if on_paper is not None:
            membership = hand_over(on_paper, request.person)
        else:
            place(membership, flat, by=by)
    except AlreadyPlaced:
        return None
    audit.note("join-approved", about=request, by=by, group=request.group)
    return membership


def decline(request: JoinRequest, *, by: Person, reason: str | None = None) -> None:
    """Decline a request, with a reason if the applicant has e-mail.

    The flat's status is reset if no other request is waiting. Raises AlreadyDecided.
    """
    _decide(request, RequestState.DECLINED, by=by)
    request.reason = reason or None if request.person.mailbox_id else None
    if request.flat is not None:
        forget_request(request.flat, by=by)
    outbox.queue(JOIN_DECLINED, to=request.person, about=request)
    audit.note("join-declined", about=request, by=by, group=request.group)


def tell(request: JoinRequest, *, by: Person) -> None:
    """Record that an applicant was told the answer at the door, once. Raises NotDecided."""
    if request.decided_at is None:
        raise NotDecided
    if request.wants_visit and request.told_at is None:
        request.told_at = utcnow()
        audit.note("join-told", about=request, by=by, group=request.group)


def _decide(request: JoinRequest, state: RequestState, *, by: Person | None) -> None:
    """Store the answer if nobody has decided before; otherwise raise AlreadyDecided."""
    decided = changed(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.state == RequestState.WAITING)
        .values(state=state, decided_at=utcnow(), decided_by_id=by.id if by else None)
    )
    db.session.refresh(request)
    if not decided:
        raise AlreadyDecided(request.decided_by, request.state)


def _settle_invitations(membership: Membership, by: Person | None) -> None:
    """Revoke the new member's open invitations to the group.

    An invitation whose inviter may not know of the membership is left to expire, so that they learn nothing.
    """
    if membership.person.mailbox_id is None:
        return
    theirs = select(Invitation).where(
        Invitation.group_id == membership.group_id,
        Invitation.mailbox_id == membership.person.mailbox_id,
        Invitation.state == InvitationState.OPEN,
    )
    for invitation in db.session.scalars(theirs).all():
        is_theirs = may_be_one_person(invitation.name, membership.person.name)
        if is_theirs and is_in_sight(membership, invitation):
            revoke(invitation, by=by)
