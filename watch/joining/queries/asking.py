"""Join requests that wait for an answer, and the limits for mail about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import joinedload, undefer

from watch.extensions import db
from watch.groups.queries.stairwells import is_untold
from watch.models import (
    Flat,
    Group,
    Household,
    HouseholdStatus,
    JoinRequest,
    Mailing,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.models.joining import EVERYBODY_AFTER, LEAD_AFTER
from watch.statements import prepared

ASKS_OWNER = frozenset({"join-confirm", "join-already-member", "address-recorded"})  # asks an address' owner
MAILED_REQUESTS_A_DAY = 10  # about one stairwell
MAILED_PEOPLE_A_DAY = 4  # from one mailbox
DECIDE_DAYS = 14  # how long a coordinator's mailed page works
MEANT_TO_LEAVE = (
    OutboxRow.not_after.is_(None) | (OutboxRow.not_after > OutboxRow.created_at),
    OutboxRow.state.not_in([OutboxState.CANCELLED, OutboxState.EXPIRED]),
)


def waits_long(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a group of the outer select has a request unanswered for 7 days."""
    since = func.coalesce(JoinRequest.confirmed_at, JoinRequest.created_at)
    waiting = select(JoinRequest.id).where(
        JoinRequest.group_id == Group.id, JoinRequest.state == RequestState.WAITING, since < now - LEAD_AFTER
    )
    return waiting.exists()


def has_waited_long(group: Group) -> bool:
    """Return True if a request in this group has been unanswered for 7 days."""
    wanted = select(Group.id).where(Group.id == group.id, waits_long(utcnow()))
    return db.session.scalar(wanted) is not None


def taken_flats(requests: Collection[JoinRequest]) -> set[int]:
    """Return the ids of flats named in the requests whose household takes part already."""
    return _taken_of({each.flat_id for each in requests if each.flat_id})


def is_taken(flat: Flat) -> bool:
    """Return True if the household of this flat takes part already."""
    return bool(_taken_of({flat.id}))


def _taken_of(flats: Collection[int]) -> set[int]:
    wanted = select(Household.flat_id).where(
        Household.flat_id.in_(flats),
        Household.is_current,
        Household.status == HouseholdStatus.TAKES_PART,
    )
    return set(db.session.scalars(wanted))


def flat_asked_for(membership: Membership) -> Flat | None:
    """Return the flat that a member without one chose, and that a coordinator has not answered about."""
    asked = (
        select(Flat)
        .join(JoinRequest, JoinRequest.flat_id == Flat.id)
        .where(JoinRequest.person_id == membership.person_id, JoinRequest.group_id == membership.group_id)
        .where(JoinRequest.state == RequestState.WAITING)
    )
    return db.session.scalar(asked)


def waiting_requests(group: Group, stairwells: Collection[int] | None = None) -> list[JoinRequest]:
    """Return the requests that coordinators of these stairwells (None: of the group) decide, oldest first.

    Those of members are among them. After 14 days a request belongs to every coordinator.
    """
    everybodys = utcnow() - EVERYBODY_AFTER
    found = _waiting(group.id, stairwells or (), everybodys, only_some=stairwells is not None)
    return list(found.scalars())


@prepared
def _waiting(
    group_id: int, stairwells: Collection[int], confirmed_by: datetime, *, only_some: bool
) -> Select[JoinRequest]:
    wanted = (
        select(JoinRequest)
        .where(JoinRequest.group_id == group_id, JoinRequest.state == RequestState.WAITING)
        .options(
            joinedload(JoinRequest.person), joinedload(JoinRequest.flat), joinedload(JoinRequest.stairwell),
            undefer(JoinRequest.is_of_member),
        )
        .order_by(JoinRequest.created_at, JoinRequest.id)
    )  # fmt: skip
    theirs = JoinRequest.stairwell_id.in_(stairwells) | (JoinRequest.confirmed_at <= confirmed_by)
    return wanted.where(theirs) if only_some else wanted


def answers_to_tell(group: Group, by: Person, stairwells: Collection[int] | None = None) -> list[JoinRequest]:
    """Return decided requests of applicants without e-mail who have not been told yet, oldest first.

    Those of these stairwells (None: of the group), and those that this coordinator decided elsewhere.
    """
    untold = is_untold(group.id, by.id, stairwells or (), only_some=stairwells is not None)
    wanted = (
        select(JoinRequest)
        .where(untold)
        .options(
            joinedload(JoinRequest.person), joinedload(JoinRequest.flat), joinedload(JoinRequest.stairwell)
        )
        .order_by(JoinRequest.decided_at, JoinRequest.id)
    )
    return list(db.session.scalars(wanted))


def open_visit_requests(flat: Flat) -> Sequence[JoinRequest]:
    """Return the waiting requests for a visit to this flat, each under its own name, oldest first."""
    wanted = select(JoinRequest).where(
        JoinRequest.flat_id == flat.id, JoinRequest.wants_visit, JoinRequest.state == RequestState.WAITING
    )
    return db.session.scalars(wanted.options(joinedload(JoinRequest.person)).order_by(JoinRequest.id)).all()


def visit_requests_since(stairwell: Stairwell, since: datetime) -> int:
    """Return how many visits to a stairwell were requested since then, each name at a flat once."""
    asked = select(func.count(JoinRequest.id)).where(
        JoinRequest.stairwell_id == stairwell.id, JoinRequest.wants_visit, JoinRequest.created_at > since,
        JoinRequest.state != RequestState.WITHDRAWN,
    )  # fmt: skip
    return db.session.scalar(asked) or 0


def was_written_to(mailbox_id: int, kinds: Collection[str], since: datetime) -> bool:
    """Return True if mail of these kinds, meant to be sent, was queued for the mailbox since then."""
    found = (
        select(OutboxRow.id)
        .join(OutboxRow.mailing)
        .where(OutboxRow.mailbox_id == mailbox_id, OutboxRow.created_at > since, Mailing.kind.in_(kinds))
        .where(*MEANT_TO_LEAVE)
    )
    return db.session.scalar(found.limit(1)) is not None


def has_mailed_enough(request: JoinRequest) -> bool:
    """Return True if the coordinators are not mailed about a request, because of the day's limits.

    The limits are ten mails about a stairwell, and four confirmed requests from one mailbox. Two statements,
    or one without a mailbox.
    """
    since = utcnow() - timedelta(days=1)
    mailed = (
        select(func.count(Mailing.id))
        .join(JoinRequest, JoinRequest.id == Mailing.join_request_id)
        .where(JoinRequest.stairwell_id == request.stairwell_id, Mailing.kind == "join-requested")
        .where(
            Mailing.created_at > since, exists().where(OutboxRow.mailing_id == Mailing.id, *MEANT_TO_LEAVE)
        )
    )
    is_many = (db.session.scalar(mailed) or 0) >= MAILED_REQUESTS_A_DAY
    if request.person.mailbox_id is None:
        return is_many
    confirmed = (
        select(func.count(JoinRequest.id))
        .join(JoinRequest.person)
        .where(JoinRequest.group_id == request.group_id, JoinRequest.confirmed_at > since)
        .where(Person.mailbox_id == request.person.mailbox_id)
    )
    return (db.session.scalar(confirmed) or 0) > MAILED_PEOPLE_A_DAY or is_many
