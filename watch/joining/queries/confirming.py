"""What the owner of a mailbox may confirm: join requests and recorded addresses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.joining.queries.asking import ASKS_OWNER, MEANT_TO_LEAVE
from watch.models import (
    AddressVerification,
    Group,
    GroupState,
    Household,
    JoinRequest,
    Mailing,
    Membership,
    OutboxRow,
    Person,
    RequestState,
)

_Newer = aliased(JoinRequest)
_NewerAddress = aliased(AddressVerification)

FLOOR_TRIES = 3
CONFIRM_DAYS = 14  # how long the link works for confirming a request or verifying an address
WITHDRAWN_DAYS = 7  # how long its owner can take back that a request was withdrawn
# Only a confirmed request is withdrawn by its owner; others are when their address is changed, or at once.
OWN_WITHDRAWAL: ColumnElement[bool] = and_(
    JoinRequest.state == RequestState.WITHDRAWN,
    JoinRequest.confirmed_at.is_not(None),
    JoinRequest.wants_visit.is_(False),
)


def asked_last_at(request: JoinRequest) -> datetime:
    """Return when the request was last made or its owner last mailed about it."""
    written = select(func.max(Mailing.created_at)).where(
        Mailing.join_request_id == request.id, Mailing.kind.in_(ASKS_OWNER)
    )
    return max(request.created_at, db.session.scalar(written) or request.created_at)


def open_on_mailbox(
    mailbox_id: int, before: datetime
) -> tuple[Sequence[JoinRequest], Sequence[AddressVerification]]:
    """Return the undecided requests and open verifications of everybody on a mailbox, oldest first.

    Only those created before `before`, in groups that are not closed. Two statements.
    """
    is_theirs = Person.mailbox_id == mailbox_id, Group.state != GroupState.CLOSED
    requests = (
        select(JoinRequest)
        .join(JoinRequest.person)
        .join(JoinRequest.group)
        .where(*is_theirs, JoinRequest.created_at < before)
        .where(JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING]))
        .where(or_(JoinRequest.state == RequestState.UNCONFIRMED, ~JoinRequest.is_of_member))
        .options(*map(joinedload, (JoinRequest.person, JoinRequest.flat, JoinRequest.stairwell)))
        .order_by(JoinRequest.created_at, JoinRequest.id)
    )
    verifications = (
        select(AddressVerification)
        .join(AddressVerification.person)
        .join(AddressVerification.membership)
        .join(Membership.group)
        .where(*is_theirs, AddressVerification.created_at < before, AddressVerification.ended_at.is_(None))
        .order_by(AddressVerification.id)
    )
    return db.session.scalars(requests).all(), db.session.scalars(verifications).all()


def withdrawn_on_mailbox(mailbox_id: int, now: datetime) -> Sequence[JoinRequest]:
    """Return the requests that people on a mailbox have withdrawn lately, unless something came of it since.

    Left out is who has another request to that group, is a member of it, or whose group is closed.
    """
    newer = select(_Newer.id).where(
        _Newer.person_id == JoinRequest.person_id, _Newer.group_id == JoinRequest.group_id,
        _Newer.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING, RequestState.APPROVED]),
        _Newer.created_at > JoinRequest.created_at,
    )  # fmt: skip
    joined = select(Membership.id).where(
        Membership.person_id == JoinRequest.person_id, Membership.group_id == JoinRequest.group_id,
        Membership.is_current,
    )  # fmt: skip
    wanted = (
        select(JoinRequest)
        .join(JoinRequest.person)
        .join(JoinRequest.group)
        .where(Person.mailbox_id == mailbox_id, Group.state != GroupState.CLOSED, OWN_WITHDRAWAL)
        .where(JoinRequest.decided_at > now - timedelta(days=WITHDRAWN_DAYS))
        .where(~newer.exists(), ~joined.exists())
        .options(*map(joinedload, (JoinRequest.person, JoinRequest.stairwell)))
        .order_by(JoinRequest.id)
    )
    return db.session.scalars(wanted).all()


def verification_of(membership: Membership) -> AddressVerification | None:
    """Return the newest verification of an address that a coordinator recorded for a member."""
    newest = select(AddressVerification).where(AddressVerification.membership_id == membership.id)
    return db.session.scalar(newest.order_by(AddressVerification.id.desc()).limit(1))


def questions_since(mailbox_id: int, since: datetime) -> int:
    """Return how many mails about addresses that coordinators recorded were queued to be sent since then."""
    asked = (
        select(func.count(OutboxRow.id))
        .join(OutboxRow.mailing)
        .where(OutboxRow.mailbox_id == mailbox_id, OutboxRow.created_at > since, *MEANT_TO_LEAVE)
        .where(Mailing.address_verification_id.is_not(None))
    )
    return db.session.scalar(asked) or 0


def has_failed(verification: AddressVerification) -> bool:
    """Return True if three floors were wrong, and no coordinator has dropped the address since."""
    return verification.floor_tries == FLOOR_TRIES


def addresses_to_record_again(group: Group, stairwells: Collection[int] | None) -> Sequence[Membership]:
    """Return the members, in these stairwells, of a recorded address for which three floors were wrong.

    The newest address that was recorded for a member counts. One statement.
    """
    is_newest = (
        ~select(_NewerAddress.id)
        .where(_NewerAddress.membership_id == Membership.id, _NewerAddress.id > AddressVerification.id)
        .exists()
    )
    wanted = (
        select(Membership)
        .join(AddressVerification, AddressVerification.membership_id == Membership.id)
        .where(Membership.group_id == group.id, Membership.left_at.is_(None))
        .where(AddressVerification.floor_tries == FLOOR_TRIES, is_newest)
        .options(joinedload(Membership.person))
        .options(joinedload(Membership.household).joinedload(Household.flat))
        .order_by(Membership.id)
    )
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    return db.session.scalars(wanted).all()


def joins_records(verification: AddressVerification) -> bool:
    """Return True if the address is a member's already, so that a yes makes one record of two."""
    return active_membership(verification.person, verification.group) is not None
