"""Withdraws join requests whose applicants do not want to wait any longer, and takes that back."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.groups.errors import TooLateToUndo
from watch.groups.queries.joinable import group_to_join
from watch.groups.queries.members import active_membership
from watch.groups.service.requests import forget_request
from watch.joining.queries.confirming import OWN_WITHDRAWAL, WITHDRAWN_DAYS
from watch.joining.service.asking import tell_coordinators
from watch.mail import outbox
from watch.models import JoinRequest, RequestState, utcnow
from watch.models.base import is_fresh
from watch.statements import changed


def withdraw(request: JoinRequest) -> bool:
    """Withdraw a request that waits for a coordinator, and stop the mails about it.

    The flat is no longer one that wants to join, unless another request from it waits. Returns False if the
    request was answered or withdrawn meanwhile.
    """
    withdrawn = changed(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.state == RequestState.WAITING)
        .values(state=RequestState.WITHDRAWN, decided_at=utcnow())
    )
    db.session.refresh(request)
    if not withdrawn:
        return False
    if request.flat is not None:
        forget_request(request.flat, by=None)
    outbox.cancel(request)
    audit.note("join-withdrawn", about=request, by=request.person, group=request.group)
    return True


def ask_again(request: JoinRequest) -> bool:
    """Let a withdrawn request wait again, and tell the coordinators as of a new one.

    Returns False if it waits already. Raises TooLateToUndo after seven days, if the person has joined or
    asked again meanwhile, and if the group takes nobody in any more.
    """
    if request.state is RequestState.WAITING:
        return False
    is_late = request.decided_at is None or not is_fresh(request.decided_at, WITHDRAWN_DAYS)
    is_member = active_membership(request.person, request.group) is not None
    if is_late or is_member or group_to_join(request.stairwell) != request.group:
        raise TooLateToUndo
    again = update(JoinRequest).where(JoinRequest.id == request.id, OWN_WITHDRAWAL)
    try:
        with db.session.begin_nested():
            waits = changed(again.values(state=RequestState.WAITING, decided_at=None))
    except IntegrityError:  # the person has another open request to this group
        raise TooLateToUndo from None
    db.session.refresh(request)
    if waits:
        tell_coordinators(request)
    return bool(waits)
