"""The mails about join requests and recorded addresses, to applicants and coordinators."""

from __future__ import annotations

from datetime import datetime

from watch import tokens
from watch.groups.queries.members import coordinates, takes_part
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import AddressVerification, Group, JoinRequest, LeftOut, OutboxRow, Purpose, RequestState


def _question_unless(request: JoinRequest, _now: datetime) -> Unless:
    return {
        LeftOut.OVER: request.state is not RequestState.WAITING,
        LeftOut.READER: ~coordinates(OutboxRow.person_id, Group.id == request.group_id),
    }


JOIN_CONFIRM = Mail(
    "join-confirm",
    about=JoinRequest,
    sender=FromAddress.ACCOUNT,
    link=lambda request: f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, request)}",
    wanted_unless=lambda request, _now: {
        # A waiting applicant is mailed like anybody else, so that a second request does not reveal the first.
        LeftOut.OVER: request.state not in {RequestState.UNCONFIRMED, RequestState.WAITING}
    },
    proves_address=True,
)
ADDRESS_RECORDED = Mail(
    "address-recorded",
    about=AddressVerification,
    sender=FromAddress.ACCOUNT,
    link=lambda verification: f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, verification)}/floor",
    wanted_unless=lambda verification, _now: {LeftOut.OVER: verification.ended_at is not None},
    proves_address=True,
)
JOIN_REQUESTED = Mail(
    "join-requested",
    about=JoinRequest,
    sender=FromAddress.ACCOUNT,
    link=lambda _request: "/a/",
    wanted_unless=_question_unless,
    for_row=Purpose.DECIDE,
)
JOIN_WAITING = Mail(
    "join-waiting",
    about=JoinRequest,
    sender=FromAddress.ACCOUNT,
    link=lambda _request: "/a/",
    wanted_unless=_question_unless,
    for_row=Purpose.DECIDE,
)
JOIN_UNANSWERED = Mail(
    "join-unanswered",
    about=JoinRequest,
    sender=FromAddress.ACCOUNT,
    link=lambda _request: "/contacts",
    wanted_unless=lambda request, _now: {
        LeftOut.OVER: request.state is not RequestState.WAITING,
        LeftOut.READER: takes_part(OutboxRow.person_id, Group.id == request.group_id),
    },
)


def _entrance(request: JoinRequest) -> str:
    """Return the page on which somebody asks to join at the entrance of a request."""
    stairwell = request.stairwell
    return f"/buildings/{stairwell.building_id}/join?stairwell={stairwell.id}"


JOIN_DECLINED = Mail(
    "join-declined",
    about=JoinRequest,
    sender=FromAddress.ACCOUNT,
    link=_entrance,
    wanted_unless=lambda request, _now: {
        LeftOut.OVER: request.state is not RequestState.DECLINED,
        LeftOut.READER: takes_part(OutboxRow.person_id, Group.id == request.group_id),
    },
)
