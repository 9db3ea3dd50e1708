"""The mails that call to a meeting, remind of it, change it and cancel it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_

from watch.extensions import db
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.meetings import calendar
from watch.meetings.queries.calls import heard_of, hears_of
from watch.meetings.queries.reminding import said_no
from watch.models import Area, Group, LeftOut, Mailing, Meeting, OutboxRow, Purpose


def _is_on(meeting: Meeting) -> bool:
    """Return True if the meeting is not cancelled, and lock it (FOR SHARE) until the claim commits.

    Cancelling decides by the rows of the mails whom to tell, so a claim waits for a cancelling that has
    begun.
    """
    db.session.refresh(meeting, with_for_update={"read": True})
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
    return {LeftOut.OVER: _is_on(meeting), LeftOut.READER: ~_has_heard(meeting)}


def _has_heard(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition on OutboxRow that its person may know of the meeting and get mail about it."""
    has_heard = or_(*(OutboxRow.person_id.in_(people) for people in heard_of(meeting)))
    return hears_of(meeting, OutboxRow.person_id) & has_heard


def _list_of(mailing: Mailing) -> Group | Area:
    assert mailing.meeting is not None
    return mailing.meeting.called_from


MEETING_CALLED = Mail(
    "meeting-called",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_call_unless,
    for_row=Purpose.ANSWER,
    list_of=_list_of,
    calendar=calendar.invitation,
)
MEETING_REMINDER = Mail(
    "meeting-reminder",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_reminder_unless,
    for_row=Purpose.ANSWER,
    list_of=_list_of,
    calendar=calendar.invitation,
)
MEETING_CHANGED = Mail(
    "meeting-changed",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda _meeting: "/r/",
    wanted_unless=_change_unless,
    for_row=Purpose.ANSWER,
    list_of=_list_of,
    calendar=calendar.invitation,
)
MEETING_CANCELLED = Mail(
    "meeting-cancelled",
    about=Meeting,
    sender=FromAddress.NOTICES,
    link=lambda meeting: f"/meetings/{meeting.id}",
    wanted_unless=_cancelling_unless,
    list_of=_list_of,
    calendar=calendar.cancellation,
)
