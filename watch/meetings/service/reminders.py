"""Changes when a meeting is reminded of, and what the reminders say."""

from __future__ import annotations

from watch import audit
from watch.extensions import db
from watch.meetings.errors import ChangedMeanwhile
from watch.meetings.queries.seen import reminders_seen
from watch.meetings.service.plans import Reminders, expect_open
from watch.models import Meeting, Person, utcnow


def choose_reminders(meeting: Meeting, reminders: Reminders, *, by: Person, seen: str | None = None) -> None:
    """Choose when a coming meeting is reminded of. A day that has gone by already is not made up for.

    `seen` is what the writer was shown (reminders_seen), or None if that is surely what stands now. Raises
    MeetingCancelled, MeetingStarted, and ChangedMeanwhile if somebody has chosen otherwise.
    """
    db.session.refresh(meeting, with_for_update=True)
    expect_open(meeting)
    days = {meeting.remind_early, meeting.remind_late}
    if reminders.is_of(meeting):
        return
    if seen is not None and seen != reminders_seen(meeting):
        raise ChangedMeanwhile
    for name, value in reminders.values.items():
        setattr(meeting, name, value)
    if days != {meeting.remind_early, meeting.remind_late}:
        meeting.reminders_at = utcnow()
    audit.note("reminders-chosen", about=meeting, by=by, group=meeting.group)
