"""What a form about a meeting remembers of what it shows, by which a change meanwhile is noticed."""

from __future__ import annotations

from watch.marks import mark
from watch.meetings.queries.clashes import clashes_with
from watch.models import Counting, Meeting


def count_seen(meeting: Meeting) -> str:
    """Return the head count as a form remembers it: nothing before anybody has written it."""
    if meeting.counting is Counting.NOT_YET:
        return ""
    return "none" if meeting.head_count is None else str(meeting.head_count)


def reminders_seen(meeting: Meeting) -> str:
    """Return what a form remembers of a meeting's reminders and their words."""
    return mark(meeting.remind_early, meeting.remind_late, meeting.reminder_text or "")


def clashes_seen(meeting: Meeting) -> str:
    """Return what the preview of a planned meeting remembers of those at the same time: nothing of none."""
    others = clashes_with(meeting, meeting.starts_at, meeting.ends_at)
    return mark(*(each.id for each in others)) if others else ""


def languages_seen(meeting: Meeting) -> str:
    """Return the languages of a meeting as a form remembers them."""
    return meeting.languages or ""
