"""Asked again when a row is claimed: is it still wanted, and may this reader still have it?

Between the press and the sending somebody leaves, a meeting is cancelled, an invitation revoked.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, or_, select

from watch.extensions import db
from watch.mail.links import KINDS, Sender
from watch.models import (
    Audience,
    Building,
    Coordinator,
    Group,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    Meeting,
    Membership,
    Notice,
    OutboxRow,
    OutboxState,
    RequestState,
    SignInLink,
    Suppression,
)


def obstacle(row: OutboxRow, now: datetime) -> OutboxState | None:
    """Cancelled or expired where the row must not be sent any more, else None."""
    if row.not_after is not None and row.not_after <= now:
        return OutboxState.EXPIRED
    if not _reaches_its_reader(row) or not _is_wanted(row, now):
        return OutboxState.CANCELLED
    return None


def _reaches_its_reader(row: OutboxRow) -> bool:
    """The mailbox is still theirs, is not dead, and has not complained of being written to."""
    mailbox = row.mailbox
    if mailbox is None or mailbox.suppression is Suppression.BOUNCED:
        return False
    if mailbox.suppression is Suppression.COMPLAINED and KINDS[row.mailing.kind].sender is Sender.NOTICES:
        return False
    return row.person is None or row.person.mailbox_id == mailbox.id


def _is_wanted(row: OutboxRow, now: datetime) -> bool:
    kind = row.mailing.kind
    match row.mailing.about:
        case Notice() as notice:
            return _is_in(row, _audience(notice))
        case Meeting() as meeting:
            is_called_off = meeting.cancelled_at is not None
            return is_called_off == (kind == "meeting-cancelled") and _is_in(
                row, Group.id == meeting.group_id
            )
        case Invitation() as invitation:
            return invitation.state is InvitationState.OPEN and invitation.expires_at > now
        case SignInLink() as sign_in:
            return sign_in.ended_at is None or kind != "sign-in"
        case JoinRequest() as request:
            return _request_is_wanted(row, request)
        case Interest() as interest:
            return interest.ended_at is None
        case Membership() as membership:
            return membership.left_at is None
        case Coordinator() as coordinator:
            return coordinator.ended_at is None


def _request_is_wanted(row: OutboxRow, request: JoinRequest) -> bool:
    match row.mailing.kind:
        case "join-confirm":
            return request.state is RequestState.UNCONFIRMED
        case "join-requested":
            coordinates = _coordinates(row, Group.id == request.group_id)
            return request.state is RequestState.WAITING and _holds(coordinates)
    return True


def _audience(notice: Notice) -> ColumnElement[bool]:
    return Group.id == notice.group_id if notice.group_id else Group.area_id == notice.area_id


def _is_in(row: OutboxRow, groups: ColumnElement[bool]) -> bool:
    """A member or coordinator of one of these groups, or waiting for one in its buildings."""
    if row.person_id is None:
        return False
    coordinates = _coordinates(row, groups)
    notice = row.mailing.notice
    if notice is not None and notice.audience is Audience.AREA_COORDINATORS:
        return _holds(coordinates)
    takes_part = select(Membership.id).join(Group, Membership.group_id == Group.id).where(
        groups, Membership.person_id == row.person_id, Membership.left_at.is_(None)
    )  # fmt: skip
    is_interested = select(Interest.id).join(Building, Interest.building_id == Building.id).join(
        Group, Building.group_id == Group.id
    ).where(groups, Interest.person_id == row.person_id, Interest.ended_at.is_(None))  # fmt: skip
    return _holds(takes_part, coordinates, *([is_interested] if row.mailing.meeting_id else []))


def _coordinates(row: OutboxRow, groups: ColumnElement[bool]) -> Select[int]:
    return select(Coordinator.id).join(Group, Coordinator.group_id == Group.id).where(
        groups, Coordinator.person_id == row.person_id, Coordinator.ended_at.is_(None)
    )  # fmt: skip


def _holds(*selects: Select[int]) -> bool:
    return bool(db.session.scalar(select(or_(*(exists(each) for each in selects)))))
