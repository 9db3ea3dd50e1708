"""Whom calling and cancelling a meeting reaches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from watch.extensions import db
from watch.groups.queries.choices import WANTS_MEETINGS, wants_mail_of, wants_word_of
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids, takes_part
from watch.models import (
    Answer,
    Building,
    Group,
    Interest,
    Mailing,
    Meeting,
    MeetingAnswer,
    MeetingChange,
    Membership,
    OutboxRow,
    OutboxState,
    Stairwell,
)
from watch.recipients import RecipientCounts, count_recipients


def people_to_call(group: Group, stairwell: Stairwell | None) -> Select[int]:
    """Return a select of the ids of members of a group or stairwell who want mail about meetings."""
    return active_member_ids(group, stairwell).where(WANTS_MEETINGS)


def households_to_call(group: Group, stairwell: Stairwell | None) -> Select[int]:
    """Return a select of the ids of their households that need paper."""
    return paper_households(group, stairwell, wanting=WANTS_MEETINGS)


def recipients_of_call(group: Group, stairwell: Stairwell | None) -> RecipientCounts:
    """Count the recipients of a call of the group or of one of its stairwells."""
    return count_recipients(
        people_to_call(group, stairwell),
        households_to_call(group, stairwell),
        audience=active_member_ids(group, stairwell),
    )


def was_called(meeting: Meeting) -> bool:
    """Return True if the meeting was called. One recorded afterwards was not."""
    calls = select(Mailing.id).where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-called")
    return db.session.scalar(calls.limit(1)) is not None


def people_called_by_mail(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of members whom a call was queued for, or who may know of the meeting.

    They want word of it (wants_word_of). Somebody who joined later knows of it from their welcome mail.
    """
    rows = _rows_of_call(meeting, OutboxRow.person_id).where(OutboxRow.person_id.is_not(None))
    is_called = or_(Membership.person_id.in_(rows), _has_heard_of(meeting))
    return active_member_ids(meeting.group).where(wants_word_of(meeting.id), is_called)


def people_to_tell(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of members who may know of the meeting and want word of it."""
    return active_member_ids(meeting.group).where(wants_word_of(meeting.id), _has_heard_of(meeting))


def households_to_tell(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of households with a member who may know of the meeting and needs paper."""
    return paper_households(
        meeting.group, None, wanting=and_(wants_word_of(meeting.id), _has_heard_of(meeting))
    )


def hears_of(
    meeting: Meeting, person_id: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Return the condition that a person, given as a column of ids, may get mail about the meeting.

    They are a member or coordinator of its group who wants such mail, a member who has answered yes or maybe,
    or interested in one of its buildings.
    """
    interested = (
        select(Interest.id)
        .join(Building, Building.id == Interest.building_id)
        .where(Interest.person_id == person_id, Interest.ended_at.is_(None))
        .where(Building.group_id == meeting.group_id)
    )
    here = Group.id == meeting.group_id
    return or_(
        wants_mail_of(person_id, here, WANTS_MEETINGS),
        takes_part(person_id, here, wants_word_of(meeting.id)),
        interested.exists(),
    )


def heard_of(meeting: Meeting) -> list[Select[int | None]]:
    """Return four selects of the ids of people who may know of a meeting.

    A call or reminder may have arrived, or a welcome mail that names the next meeting, or they have answered
    that they come, or the call on paper was ticked as handed out to their flat.
    """
    words = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    words = words.where(OutboxRow.person_id.is_not(None), OutboxRow.may_have_arrived())
    welcomed = words.where(Mailing.next_meeting_id == meeting.id)
    said = Mailing.meeting_id == meeting.id, Mailing.kind != "meeting-cancelled"
    comes = MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.answer != Answer.NO
    handed_out = _rows_of_call(meeting, OutboxRow.household_id).where(
        OutboxRow.household_id.is_not(None), OutboxRow.state == OutboxState.HANDED_OUT
    )
    at_home = aliased(Membership)
    on_paper = select(at_home.person_id).where(at_home.household_id.in_(handed_out))
    return [words.where(*said), welcomed, select(MeetingAnswer.person_id).where(*comes), on_paper]


def _has_heard_of(meeting: Meeting) -> ColumnElement[bool]:
    return or_(*(Membership.person_id.in_(people) for people in heard_of(meeting)))


def people_to_tell_of_change(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those to tell of a change.

    Somebody whose mail of an earlier change still waits is told by that one: it is written when it is sent.
    """
    waiting = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    waiting = waiting.where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-changed")
    waiting = waiting.where(OutboxRow.state == OutboxState.QUEUED, ~OutboxRow.may_have_arrived())
    return people_to_tell(meeting).where(
        Membership.person_id.not_in(waiting.where(OutboxRow.person_id.is_not(None)))
    )


def recipients_of_change(meeting: Meeting) -> RecipientCounts:
    """Count the recipients of the mail and paper that a meeting is changed."""
    people = people_to_tell_of_change(meeting)
    return count_recipients(people, households_to_tell(meeting), audience=people)


def last_change(meeting: Meeting) -> MeetingChange | None:
    """Return what the meeting was before the last change that people were told of, or None."""
    told = select(MeetingChange).where(
        MeetingChange.meeting_id == meeting.id, MeetingChange.mailing_id.is_not(None)
    )
    return db.session.scalar(told.order_by(MeetingChange.id.desc()).limit(1))


def recipients_of_cancelling(meeting: Meeting) -> RecipientCounts:
    """Count the recipients of the mail and paper that a meeting is cancelled."""
    people = people_to_tell(meeting)
    return count_recipients(people, households_to_tell(meeting), audience=people)


def calls_not_sent(meeting: Meeting) -> int:
    """Return how many mails about a meeting are queued and have not been sent."""
    wanted = (
        select(func.count(OutboxRow.id))
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .where(Mailing.meeting_id == meeting.id, ~OutboxRow.may_have_arrived())
        .where(OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
    )
    return db.session.scalar(wanted) or 0


def _rows_of_call(meeting: Meeting, column: InstrumentedAttribute[int | None]) -> Select[int | None]:
    return (
        select(column)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-called")
    )


def mailings_of(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the mailings that called or changed a meeting, or cancelled it."""
    kinds = ("meeting-called", "meeting-changed") if meeting.cancelled_at is None else ("meeting-cancelled",)
    return select(Mailing.id).where(Mailing.meeting_id == meeting.id, Mailing.kind.in_(kinds))
