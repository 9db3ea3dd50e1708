"""Changes when a meeting is reminded of, and what the reminders say."""

from __future__ import annotations

from watch import audit
from watch.meetings.service.plans import Reminders, expect_open
from watch.models import Meeting, Person, utcnow


def choose_reminders(meeting: Meeting, reminders: Reminders, *, by: Person) -> None:
    """Choose when a coming meeting is reminded of. A day that has gone by already is not made up for.

    Raises MeetingCancelled and MeetingStarted.
    """
    expect_open(meeting)
    days = {meeting.remind_early, meeting.remind_late}
    if reminders.is_of(meeting):
        return
    for name, value in reminders.values.items():
        setattr(meeting, name, value)
    if days != {meeting.remind_early, meeting.remind_late}:
        meeting.reminders_at = utcnow()
    audit.note("reminders-chosen", about=meeting, by=by, group=meeting.group)
