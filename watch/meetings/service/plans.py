"""What is planned for a meeting, and the rules that more than one change to meetings follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from watch.meetings.errors import MeetingCancelled, MeetingStarted
from watch.models import Meeting, MeetingChange, MeetingKind, utcnow


@dataclass(frozen=True)
class Plan:
    """When, where and why to meet. Times are in UTC."""

    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    place: str
    about: str | None = None

    def is_of(self, meeting: Meeting | MeetingChange) -> bool:
        """Return True if the meeting has (or had before a change) these times, this place and this text."""
        wanted = self.starts_at, self.ends_at, self.place, self.about or None
        return wanted == (meeting.starts_at, meeting.ends_at, meeting.place, meeting.about)


@dataclass(frozen=True)
class Reminders:
    """How many days before a meeting its reminders go out, 0 for none, and what they say besides."""

    early: int = 7
    late: int = 1
    text: str | None = None

    def write(self, meeting: Meeting) -> bool:
        """Write them into the meeting; return True if something is different now."""
        before = meeting.remind_early, meeting.remind_late, meeting.reminder_text
        wanted = self.early, self.late, self.text or None
        meeting.remind_early, meeting.remind_late, meeting.reminder_text = wanted
        return before != wanted


def expect_open(meeting: Meeting) -> None:
    """Raise MeetingCancelled or MeetingStarted if the meeting cannot be answered or changed any more."""
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at <= utcnow():
        raise MeetingStarted
