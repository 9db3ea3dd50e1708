"""Asked again when rows are claimed: are they still wanted, and may their readers still have them?

Between the press and the sending somebody leaves, a meeting is cancelled, an invitation revoked. One
condition for all rows of a mailing: one reader costs as much as a thousand.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from watch.mail.links import KINDS, Sender
from watch.models import (
    Answer,
    Audience,
    Building,
    Coordinator,
    Group,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    Mailbox,
    Mailing,
    Meeting,
    MeetingAnswer,
    Membership,
    Notice,
    NoticeChoice,
    Officer,
    OutboxRow,
    Person,
    Refusal,
    RequestState,
    SignInLink,
    Suppression,
)

ALWAYS: ColumnElement[bool] = true()


def wanted(mailing: Mailing, now: datetime) -> ColumnElement[bool]:
    """The condition on a mailing's rows, joined to their Mailbox and Person, for being sent."""
    if mailing.kind not in KINDS:  # of another version of the program: it is parked where it cannot be made
        return true()
    return and_(is_in_time(now), _reaches_its_reader(mailing), _is_wanted(mailing, now))


def is_in_time(now: datetime) -> ColumnElement[bool]:
    """The condition on rows that do not come too late."""
    return or_(OutboxRow.not_after.is_(None), OutboxRow.not_after > now)


def _reaches_its_reader(mailing: Mailing) -> ColumnElement[bool]:
    """The mailbox is still theirs, is not dead, and has not complained of being written to."""
    stops = {Suppression.BOUNCED}
    if KINDS[mailing.kind].sender is Sender.NOTICES:
        stops.add(Suppression.COMPLAINED)
    return and_(
        Mailbox.id.is_not(None),
        or_(Mailbox.suppression.is_(None), Mailbox.suppression.not_in(stops)),
        or_(OutboxRow.person_id.is_(None), Person.mailbox_id == OutboxRow.mailbox_id),
    )


def _is_wanted(mailing: Mailing, now: datetime) -> ColumnElement[bool]:
    kind = mailing.kind
    match mailing.about:
        case Notice() as notice:
            return _reads_notice(notice)
        case Meeting() as meeting:
            is_called_off = meeting.cancelled_at is not None
            is_so = is_called_off == (kind == "meeting-cancelled")
            said_no = _said_no(meeting) if kind == "meeting-reminder" else false()
            return and_(_comes_to_meetings(meeting), ~said_no) if is_so else false()
        case Invitation() as invitation:
            is_open = invitation.state is InvitationState.OPEN and invitation.expires_at > now
            return ~or_(_said_no_to_group(invitation), _refuses_all()) if is_open else false()
        case SignInLink() as sign_in:
            return _if(sign_in.ended_at is None or kind != "sign-in")
        case JoinRequest() as request:
            return _asks_still(kind, request)
        case Interest() as interest:
            return _if(interest.ended_at is None)
        case Membership() as membership:
            return _if(membership.left_at is None)
        case Coordinator() as coordinator:
            # Even when it has ended since: it was so.
            if kind == "lead-asked":
                return _coordinates(Group.id == coordinator.group_id)
            if kind == "lead-asked-in-area":
                return _follows(coordinator.group.area_id)
            return _if((coordinator.ended_at is None) == (kind == "coordinator-appointed"))


def _if(is_so: bool) -> ColumnElement[bool]:
    return true() if is_so else false()


def _asks_still(kind: str, request: JoinRequest) -> ColumnElement[bool]:
    match kind:
        case "join-confirm":  # who waits already is written to as well: nobody else learns that they do
            return _if(request.state in {RequestState.UNCONFIRMED, RequestState.WAITING})
        case "join-unanswered":
            return _if(request.state is RequestState.WAITING)
        case "join-requested" | "join-waiting":
            is_open = request.state is RequestState.WAITING
            return _coordinates(Group.id == request.group_id) if is_open else false()
    return true()


def _reads_notice(notice: Notice) -> ColumnElement[bool]:
    groups = Group.id == notice.group_id if notice.group_id else Group.area_id == notice.area_id
    accepts = Membership.notices == NoticeChoice.EVERYTHING
    coordinates = _coordinates(groups, accepts)
    if notice.audience is Audience.AREA_COORDINATORS:
        return coordinates
    return or_(_takes_part(groups, accepts), coordinates)


def _comes_to_meetings(meeting: Meeting) -> ColumnElement[bool]:
    """A member or coordinator of the group, or waiting for it in its buildings."""
    groups = Group.id == meeting.group_id
    accepts = Membership.notices != NoticeChoice.NOTHING
    return or_(_takes_part(groups, accepts), _coordinates(groups, accepts), _is_interested(groups))


def _said_no_to_group(invitation: Invitation) -> ColumnElement[bool]:
    """The address was promised that nobody in the group writes to it again."""
    declined = select(Invitation.id).where(
        Invitation.group_id == invitation.group_id,
        Invitation.state == InvitationState.DECLINED,
        or_(
            Invitation.mailbox_id == OutboxRow.mailbox_id, Invitation.declined_index == Mailbox.address_index
        ),
    )
    return exists(declined.correlate(OutboxRow, Mailbox))


def _refuses_all() -> ColumnElement[bool]:
    """The address asked that nobody invites it again, whichever group."""
    wish = select(Refusal.id).where(Refusal.address_index == Mailbox.address_index)
    return exists(wish.correlate(Mailbox))


def _said_no(meeting: Meeting) -> ColumnElement[bool]:
    declined = select(MeetingAnswer.id).where(
        MeetingAnswer.meeting_id == meeting.id,
        MeetingAnswer.person_id == OutboxRow.person_id,
        MeetingAnswer.answer == Answer.NO,
    )
    return exists(declined.correlate(OutboxRow))


def _takes_part(groups: ColumnElement[bool], choice: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(Membership.id)
        .join(Group, Membership.group_id == Group.id)
        .where(Membership.person_id == OutboxRow.person_id, Membership.left_at.is_(None), groups, choice)
        .correlate(OutboxRow)
    )


def _coordinates(groups: ColumnElement[bool], accepts: ColumnElement[bool] = ALWAYS) -> ColumnElement[bool]:
    """Of one of the groups, and not somebody who, as a member of the same group, said no to such mails."""
    declined = select(Membership.id).where(
        Membership.person_id == Coordinator.person_id,
        Membership.group_id == Coordinator.group_id,
        Membership.left_at.is_(None),
        ~accepts,
    )
    return exists(
        select(Coordinator.id)
        .join(Group, Coordinator.group_id == Group.id)
        .where(Coordinator.person_id == OutboxRow.person_id, groups)
        .where(Coordinator.accepted_at.is_not(None), Coordinator.ended_at.is_(None))
        .where(~exists(declined.correlate(Coordinator)))
        .correlate(OutboxRow)
    )


def _follows(area_id: int) -> ColumnElement[bool]:
    """An officer of the area."""
    office = select(Officer.id).where(
        Officer.person_id == OutboxRow.person_id, Officer.area_id == area_id, Officer.ended_at.is_(None)
    )
    return exists(office.correlate(OutboxRow))


def _is_interested(groups: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(Interest.id)
        .join(Building, Interest.building_id == Building.id)
        .join(Group, Building.group_id == Group.id)
        .where(Interest.person_id == OutboxRow.person_id, Interest.ended_at.is_(None), groups)
        .correlate(OutboxRow)
    )
