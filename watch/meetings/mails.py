"""The mails that call to a meeting, remind of it, change it and cancel it, and those of its notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_

from watch import calendar
from watch.extensions import db
from watch.groups.queries.choices import wants_word_of
from watch.groups.queries.closed import left_with_closing
from watch.groups.queries.members import coordinates, takes_part
from watch.mail.kinds import ALSO_CALLS, FromAddress, Mail, Unless
from watch.meetings.queries.calls import heard_of, hears_of
from watch.meetings.queries.coming import called_people
from watch.meetings.queries.invited import ASKED, ENDED, LEFT, asked_groups, people_asked
from watch.meetings.queries.latecomers import next_meeting_for
from watch.meetings.queries.notes import MISSING, PUBLISHED, lacks_notes, organisers_of, wants_notes
from watch.meetings.queries.reminding import readers_of, said_no
from watch.models import Area, Group, LeftOut, Mailing, Meeting, OutboxRow, PartState, Purpose


def _is_on(meeting: Meeting) -> bool:
    """Return True if the meeting is not cancelled, and lock it (FOR SHARE) until the claim commits.

    Cancelling decides by the rows of the mails whom to tell, so a claim waits for a cancelling that has
    begun.
    """
    db.session.refresh(meeting, with_for_update={"read": True})
    db.session.expire(meeting, ["parts"])
    return meeting.cancelled_at is None


def _call_unless(meeting: Meeting, _now: datetime) -> Unless:
    return {
        LeftOut.OVER: not _is_on(meeting),
        LeftOut.READER: ~hears_of(meeting, OutboxRow.person_id),
    }


def _reminder_unless(meeting: Meeting, _now: datetime) -> Unless:
    wants_it = hears_of(meeting, OutboxRow.person_id) & OutboxRow.person_id.not_in(said_no(meeting))
    return {LeftOut.OVER: not _is_on(meeting), LeftOut.READER: ~wants_it}


def _change_unless(meeting: Meeting, _now: datetime) -> Unless:
    return {LeftOut.OVER: not _is_on(meeting), LeftOut.READER: ~_has_heard(meeting)}


def _cancelling_unless(meeting: Meeting, _now: datetime) -> Unless:
    is_on = _is_on(meeting)
    hears = or_(
        _has_heard(meeting), _has_heard_and_left(meeting), OutboxRow.person_id.in_(people_asked(meeting))
    )
    return {LeftOut.OVER: is_on, LeftOut.READER: ~hears}


def _asked_unless(meeting: Meeting, _now: datetime) -> Unless:
    is_on = _is_on(meeting)
    asked = [each.id for each in asked_groups(meeting)]
    may_answer = coordinates(OutboxRow.person_id, Group.id.in_(asked))
    return {LeftOut.OVER: not (is_on and asked), LeftOut.READER: ~may_answer}


def _left_unless(meeting: Meeting, _now: datetime) -> Unless:
    """Leave it out if the group takes part again, or the reader comes with another one, or has left."""
    _is_on(meeting)  # whether it is cancelled or not, the reader was told that it is theirs
    here = Group.id.in_([each.group_id for each in meeting.parts if each.state is PartState.DECLINED])
    is_member = takes_part(OutboxRow.person_id, here) | left_with_closing(OutboxRow.person_id, here)
    is_called = OutboxRow.person_id.in_(called_people(meeting))
    return {LeftOut.OVER: is_called, LeftOut.READER: ~is_member}


def _ended_unless(meeting: Meeting, _now: datetime) -> Unless:
    """Leave it out if the reader comes with another group, or the group is open again or erased."""
    _is_on(meeting)  # whether it is cancelled or not, the reader was told that it is theirs
    here = Group.id.in_([each.group_id for each in meeting.parts if each.state is PartState.ENDED])
    is_called = OutboxRow.person_id.in_(called_people(meeting))
    return {LeftOut.OVER: is_called, LeftOut.READER: ~left_with_closing(OutboxRow.person_id, here)}


def _notes_unless(meeting: Meeting, _now: datetime) -> Unless:
    return {LeftOut.READER: ~wants_notes(meeting, OutboxRow.person_id)}


def _missing_unless(meeting: Meeting, now: datetime) -> Unless:
    writes_them = OutboxRow.person_id.in_(organisers_of(meeting))
    return {LeftOut.OVER: not lacks_notes(meeting, now), LeftOut.READER: ~writes_them}


def _has_heard(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition on OutboxRow that its person may know of the meeting and get mail about it."""
    has_heard = or_(*(OutboxRow.person_id.in_(people) for people in heard_of(meeting)))
    return hears_of(meeting, OutboxRow.person_id) & has_heard


def _has_heard_and_left(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition that its person knows of the meeting, but its group was closed meanwhile."""
    has_heard = or_(*(OutboxRow.person_id.in_(people) for people in heard_of(meeting)))
    wants = wants_word_of(meeting.id)
    return left_with_closing(OutboxRow.person_id, meeting.has_group, wants) & has_heard


def _called_from(mailing: Mailing) -> Group | Area:
    assert mailing.meeting is not None
    return mailing.meeting.called_from


MEETING_CALLED = Mail(
    "meeting-called",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_call_unless,
    for_row=Purpose.ANSWER,
    list_of=_called_from,
    calendar=calendar.invitation,
)
MEETING_REMINDER = Mail(
    "meeting-reminder",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_reminder_unless,
    for_row=Purpose.ANSWER,
    list_of=_called_from,
    calendar=calendar.invitation,
    readers_of=readers_of,
)
MEETING_CHANGED = Mail(
    "meeting-changed",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_change_unless,
    for_row=Purpose.ANSWER,
    list_of=_called_from,
    calendar=calendar.invitation,
)
MEETING_CANCELLED = Mail(
    "meeting-cancelled",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_cancelling_unless,
    for_row=Purpose.ANSWER,
    list_of=_called_from,
    calendar=calendar.cancellation,
)
JOINT_INVITED = Mail(
    ASKED,
    about=Meeting,
    sender=FromAddress.ACCOUNT,
    link=lambda meeting: f"/meetings/{meeting.id}/joint",
    wanted_unless=_asked_unless,
)
MEETING_LEFT = Mail(
    LEFT,
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/me",
    wanted_unless=_left_unless,
    list_of=_called_from,
    calendar=calendar.cancellation,
)
PART_ENDED = Mail(
    ENDED,
    about=Meeting,
    sender=FromAddress.ACCOUNT,
    link=lambda _meeting: "/me",
    wanted_unless=_ended_unless,
    calendar=calendar.cancellation,
    to_many=True,
)
NOTES_PUBLISHED = Mail(
    PUBLISHED,
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_notes_unless,
    for_row=Purpose.ANSWER,
    list_of=_called_from,
)
NOTES_MISSING = Mail(
    MISSING,
    about=Meeting,
    sender=FromAddress.ACCOUNT,
    link=lambda meeting: f"/meetings/{meeting.id}/notes",
    wanted_unless=_missing_unless,
    to_many=True,
)
ALSO_CALLS["join-approved"] = next_meeting_for
