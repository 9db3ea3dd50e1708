"""What is planned for a meeting, and the rules that more than one change to meetings follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from watch.meetings.errors import MeetingCancelled, MeetingStarted
from watch.models import Group, Meeting, MeetingChange, MeetingKind, MeetingPart, Stairwell, utcnow


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


def planned(group: Group, plan: Plan, stairwells: Sequence[Stairwell] = ()) -> Meeting:
    """Return a meeting of a group, or of some of its stairwells, that is neither saved nor called."""
    meeting = Meeting(
        group_id=group.id,
        group=group,
        kind=plan.kind,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place,
        about=plan.about or None,
    )
    meeting.parts = [MeetingPart.of(group, each) for each in stairwells] or [MeetingPart.of(group)]
    return meeting


def is_same(one: Meeting, other: Meeting) -> bool:
    """Return True if two meetings are for the same people and have the same kind, times, place and text."""
    plan = Plan(other.kind, other.starts_at, other.ends_at, other.place, other.about)
    return one.kind == other.kind and one.is_for_the_same_as(other) and plan.is_of(one)


def expect_open(meeting: Meeting) -> None:
    """Raise MeetingCancelled or MeetingStarted if the meeting cannot be answered or changed any more."""
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at <= utcnow():
        raise MeetingStarted
