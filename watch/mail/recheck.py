"""Asked again when rows are claimed: are they still wanted, and may their readers still have them?

Between the press and the sending somebody leaves, a meeting is cancelled, an invitation revoked. One
condition for all rows of a mailing: one reader costs as much as a thousand.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from watch.extensions import db
from watch.mail.links import KINDS, Sender
from watch.models import (
    Answer,
    AreaOptOut,
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
    heard_of,
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
            return _reads_notice(notice) if notice.stopped_at is None else false()
        case Meeting() as meeting:
            return _is_so_of(meeting, kind)
        case Invitation() as invitation:
            return _is_invited_still(kind, invitation, now)
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
            if kind == "coordinator-ended":
                return _if(coordinator.ended_at is not None)
            return _if(coordinator.ended_at is None and coordinator.accepted_at is None)


def _if(is_so: bool) -> ColumnElement[bool]:
    return true() if is_so else false()


def _is_so_of(meeting: Meeting, kind: str) -> ColumnElement[bool]:
    """It is on, or for the word that it is off: it is off, and the reader has heard of it.

    Whoever calls a meeting off decides by these rows whom to tell, so they go first, and a claim comes after.
    """
    db.session.refresh(meeting, with_for_update={"read": True})
    comes = _comes_to_meetings(meeting)
    if kind == "meeting-cancelled":
        heard = or_(*(OutboxRow.person_id.in_(people) for people in heard_of(meeting)))
        return and_(comes, heard) if meeting.cancelled_at is not None else false()
    if meeting.cancelled_at is not None:
        return false()
    return and_(comes, ~_said_no(meeting)) if kind == "meeting-reminder" else comes


def _is_invited_still(kind: str, invitation: Invitation, now: datetime) -> ColumnElement[bool]:
    if invitation.state is not InvitationState.OPEN or invitation.expires_at <= now:
        return false()
    is_its_address = OutboxRow.mailbox_id == invitation.mailbox_id  # the first one may have been mistyped
    if kind == "join-already-member":
        return and_(is_its_address, _takes_part(Group.id == invitation.group_id))
    return and_(is_its_address, ~_said_no_to_group(invitation), ~_refuses_all())


def _asks_still(kind: str, request: JoinRequest) -> ColumnElement[bool]:
    match kind:
        case "join-confirm":  # who waits already is written to as well: nobody else learns that they do
            return _if(request.state in {RequestState.UNCONFIRMED, RequestState.WAITING})
        case "join-unanswered":
            return _if(request.state is RequestState.WAITING)
        case "join-requested" | "join-waiting":
            is_open = request.state is RequestState.WAITING
            return _coordinates(Group.id == request.group_id) if is_open else false()
        case "join-already-member":
            return _takes_part(Group.id == request.group_id)
        case "join-declined":
            is_no = request.state is RequestState.DECLINED
            return ~_takes_part(Group.id == request.group_id) if is_no else false()
    return true()


def _reads_notice(notice: Notice) -> ColumnElement[bool]:
    if notice.area_id is None:
        groups, accepts = Group.id == notice.group_id, Membership.notices == NoticeChoice.EVERYTHING
        return or_(_takes_part(groups, accepts), _coordinates(groups, accepts))
    groups, accepts = Group.area_id == notice.area_id, ~_has_opted_out(notice.area_id)
    if notice.audience is Audience.AREA_COORDINATORS:
        return and_(_coordinates(groups), accepts)
    return and_(or_(_takes_part(groups), _coordinates(groups)), accepts)


def _has_opted_out(area_id: int) -> ColumnElement[bool]:
    out = select(AreaOptOut.id).where(
        AreaOptOut.person_id == OutboxRow.person_id, AreaOptOut.area_id == area_id
    )
    return exists(out.correlate(OutboxRow))


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


def _takes_part(groups: ColumnElement[bool], choice: ColumnElement[bool] = ALWAYS) -> ColumnElement[bool]:
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
