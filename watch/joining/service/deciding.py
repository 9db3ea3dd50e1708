"""A coordinator's answer to somebody who asks to join."""

from __future__ import annotations

from sqlalchemy import select, update

from watch import access, audit, tokens
from watch.access import Permission
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import AlreadyMember, FlatElsewhere
from watch.groups.service.households import change_household
from watch.groups.service.members import Consent, admit
from watch.invitations.mails import JOIN_APPROVED
from watch.invitations.service.invited import revoke
from watch.invitations.service.inviting import is_in_sight
from watch.joining.errors import AlreadyDecided, NotDecided
from watch.joining.mails import JOIN_DECLINED
from watch.joining.queries.asking import DECIDE_DAYS
from watch.mail import outbox
from watch.models import (
    Channel,
    Flat,
    GroupState,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Membership,
    OutboxRow,
    Person,
    Purpose,
    RequestState,
    utcnow,
)
from watch.models.base import is_fresh
from watch.statements import changed


def request_to_decide(token: str) -> tuple[JoinRequest, Person]:
    """The request of a mailed page, and the coordinator it was mailed to.

    Raises LinkExpired after 14 days, or when they are not its coordinator any more; BadToken.
    """
    row = tokens.row_of(Purpose.DECIDE, OutboxRow, token)
    if row.mailing.join_request is None or row.person is None:
        raise LinkExpired
    request, coordinator = row.mailing.join_request, row.person
    if not is_fresh(row.created_at, DECIDE_DAYS) or request.group.state is GroupState.CLOSED:
        raise LinkExpired
    if not access.may(coordinator, Permission.DECIDE_REQUESTS, request):
        raise LinkExpired
    return request, coordinator


def approve(
    request: JoinRequest, *, by: Person | None, flat: Flat | None = None, consent: Consent | None = None
) -> Membership | None:
    """Let the applicant in and tell them; `flat` is where the coordinator knows that they live.

    `by` is None where the flat's own letter vouches for them. The consent is that of the request, or a newer.

    None for somebody who had joined another way meanwhile. Raises AlreadyDecided when a colleague was
    quicker, FlatElsewhere.
    """
    if flat is not None and flat.stairwell_id != request.stairwell_id:
        raise FlatElsewhere
    _decide(request, RequestState.APPROVED, by=by)
    request.flat = flat or request.flat
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
    outbox.queue(JOIN_APPROVED, to=request.person, about=membership)
    audit.note("join-approved", about=request, by=by, group=request.group)
    return membership


def decline(request: JoinRequest, *, by: Person, reason: str | None = None) -> None:
    """Say no, with a word of why if the applicant can read one; the flat is as before.

    Raises AlreadyDecided.
    """
    _decide(request, RequestState.DECLINED, by=by)
    request.reason = reason or None if request.person.mailbox_id else None
    if request.flat is not None:
        forget_request(request.flat, by=by)
    outbox.queue(JOIN_DECLINED, to=request.person, about=request)
    audit.note("join-declined", about=request, by=by, group=request.group)


def tell(request: JoinRequest, *, by: Person) -> None:
    """Somebody without e-mail was told the answer at the door; told twice is once. Raises NotDecided."""
    if request.decided_at is None:
        raise NotDecided
    if request.wants_visit and request.told_at is None:
        request.told_at = utcnow()
        audit.note("join-told", about=request, by=by, group=request.group)


def _decide(request: JoinRequest, state: RequestState, *, by: Person | None) -> None:
    """The first who answers decides; the database says who that was."""
    decided = changed(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.state == RequestState.WAITING)
        .values(state=state, decided_at=utcnow(), decided_by_id=by.id if by else None)
    )
    db.session.refresh(request)
    if not decided:
        raise AlreadyDecided(request.decided_by, request.state)


def forget_request(flat: Flat, *, by: Person | None) -> None:
    """Somebody there waits no more: where nobody else does, the flat is as before."""
    only, counts = {HouseholdStatus.WANTS_TO_JOIN}, not _others_wait(flat)
    change_household(flat, HouseholdStatus.NOT_CONTACTED, by=by, only=only, counts=counts)


def _others_wait(flat: Flat) -> bool:
    waiting = select(JoinRequest.id).where(
        JoinRequest.flat_id == flat.id, JoinRequest.state == RequestState.WAITING
    )
    return db.session.scalar(waiting.limit(1)) is not None


def _settle_invitations(membership: Membership, by: Person | None) -> None:
    """Somebody who is let in has no use for an open invitation to the same group: it is taken back.

    Not where its inviter may not know of the membership, and would learn of it so: that one runs out.
    """
    if membership.person.mailbox_id is None:
        return
    theirs = select(Invitation).where(
        Invitation.group_id == membership.group_id,
        Invitation.mailbox_id == membership.person.mailbox_id,
        Invitation.state == InvitationState.OPEN,
    )
    for invitation in db.session.scalars(theirs).all():
        if is_in_sight(membership, invitation):
            revoke(invitation, by=by)
