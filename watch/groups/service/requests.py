"""Joins the join requests of two records of one person, and ends and reopens requests with their flats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from watch import audit
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service.households import change_household
from watch.mail import outbox
from watch.models import (
    Flat,
    Group,
    HouseholdStatus,
    JoinRequest,
    Mailing,
    Membership,
    OutboxRow,
    Person,
    RequestState,
    utcnow,
)

OPEN = frozenset({RequestState.UNCONFIRMED, RequestState.WAITING})


def forget_request(flat: Flat, *, by: Person | None) -> None:
    """Reset the flat to "not contacted" if no other request from it is waiting."""
    only, counts = {HouseholdStatus.WANTS_TO_JOIN}, not _others_wait(flat)
    change_household(flat, HouseholdStatus.NOT_CONTACTED, by=by, only=only, counts=counts)


def _others_wait(flat: Flat) -> bool:
    waiting = select(JoinRequest.id).where(
        JoinRequest.flat_id == flat.id, JoinRequest.state == RequestState.WAITING
    )
    return db.session.scalar(waiting.limit(1)) is not None


def join_requests(kept: Person, lost: Person, *, by: Person | None) -> None:
    """Move the requests to join, here and in other groups, to another record, with the mails about them.

    An open request to a group that the person takes part in ends as approved. Of two to one group the one
    that waits for an answer stays open, or else the older; the other ends as withdrawn.
    """
    asked = select(JoinRequest).where(JoinRequest.person_id.in_([kept.id, lost.id])).order_by(JoinRequest.id)
    requests = db.session.scalars(asked).all()
    staying: dict[int, JoinRequest] = {}
    for request in sorted(requests, key=lambda each: each.state is not RequestState.WAITING):
        if request.state not in OPEN:
            continue
        if active_membership(kept, request.group) is not None:
            _end(request, RequestState.APPROVED, by=by)
        elif staying.setdefault(request.group_id, request) is not request:
            _end(request, RequestState.WITHDRAWN, by=by)
    for request in requests:
        if request.person_id == lost.id:
            request.person = kept
            audit.note("join-request-moved", about=request, by=by, group=request.group)
    _move_mails([each.id for each in requests], kept, lost)


def end_requests(person: Person, group: Group, *, by: Person | None) -> None:
    """End the requests by which somebody asked to join a group that they are a member of again."""
    asked = JoinRequest.person_id == person.id, JoinRequest.group_id == group.id, JoinRequest.state.in_(OPEN)
    for request in db.session.scalars(select(JoinRequest).where(*asked)).all():
        _end(request, RequestState.APPROVED, by=by)


def withdraw_requests(person: Person, group: Group, *, by: Person | None) -> None:
    """End the requests of a member who leaves; who wants to join again asks anew."""
    asked = JoinRequest.person_id == person.id, JoinRequest.group_id == group.id, JoinRequest.state.in_(OPEN)
    for request in db.session.scalars(select(JoinRequest).where(*asked)).all():
        _end(request, RequestState.WITHDRAWN, by=by)


def reopen_question(membership: Membership, *, left_at: datetime, by: Person | None) -> None:
    """Ask the coordinators again where a member lives who is back, if that was asked when they left."""
    asked = select(JoinRequest).where(
        JoinRequest.person_id == membership.person_id, JoinRequest.group_id == membership.group_id,
        JoinRequest.state == RequestState.WITHDRAWN, JoinRequest.confirmed_at < left_at,
        JoinRequest.decided_at >= left_at, JoinRequest.flat_id.is_not(None),
    )  # fmt: skip
    request = db.session.scalars(asked.order_by(JoinRequest.id.desc())).first()
    if request is None or request.flat is None or membership.household_id is not None:
        return
    request.state, request.decided_at, request.decided_by = RequestState.WAITING, None, None
    only = {HouseholdStatus.NOT_CONTACTED}
    change_household(request.flat, HouseholdStatus.WANTS_TO_JOIN, by=by, only=only)
    outbox.resume(request, since=left_at)


def _end(request: JoinRequest, state: RequestState, *, by: Person | None) -> None:
    """End a request that nobody has to answer any more, and stop the mails about it."""
    request.state, request.decided_at, request.decided_by = state, utcnow(), by
    db.session.flush()  # before another takes its place
    if request.flat is not None:
        forget_request(request.flat, by=by)
    outbox.cancel(request)


def _move_mails(requests: list[int], kept: Person, lost: Person) -> None:
    about = select(Mailing.id).where(Mailing.join_request_id.in_(requests))
    has_own = select(OutboxRow.mailing_id).where(OutboxRow.person_id == kept.id)
    theirs = update(OutboxRow).where(OutboxRow.person_id == lost.id, OutboxRow.mailing_id.in_(about))
    moved = theirs.where(OutboxRow.mailing_id.not_in(has_own)).values(person_id=kept.id)
    db.session.execute(moved.execution_options(synchronize_session=False))
