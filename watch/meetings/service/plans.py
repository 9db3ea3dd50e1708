"""What is planned for a meeting, and the rules that more than one change to meetings follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watch.meetings.errors import MeetingCancelled, MeetingStarted
from watch.models import (
    Area,
    Group,
    Meeting,
    MeetingAudience,
    MeetingChange,
    MeetingKind,
    MeetingPart,
    Stairwell,
    utcnow,
)


@dataclass(frozen=True)
class Plan:
    """When, where and why to meet. Times are in UTC; `ends_at` is a guess if the meeting is open-ended."""

    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    place: str
    about: str | None = None
    link: str | None = None
    is_open_ended: bool = False

    @classmethod
    def of(cls, meeting: Meeting) -> Plan:
        """Return what is planned for a meeting now."""
        return cls(meeting.kind, **{name: getattr(meeting, name) for name in CHANGEABLE})

    @property
    def values(self) -> dict[str, Any]:
        """What can change of a meeting, by column."""
        return {name: getattr(self, name) or None for name in CHANGEABLE} | {
            "place": self.place,
            "is_open_ended": self.is_open_ended,
        }

    def is_of(self, meeting: Meeting | MeetingChange) -> bool:
        """Return True if the meeting has (or had before a change) these times, place, link and text."""
        return self.values == {name: getattr(meeting, name) for name in CHANGEABLE}


CHANGEABLE = ("starts_at", "ends_at", "is_open_ended", "place", "link", "about")


def planned(group: Group, plan: Plan, stairwells: Sequence[Stairwell] = ()) -> Meeting:
    """Return a meeting of a group, or of some of its stairwells, that is neither saved nor called."""
    meeting = Meeting(group_id=group.id, group=group, kind=plan.kind, **plan.values)
    meeting.parts = [MeetingPart.of(group, each) for each in stairwells] or [MeetingPart.of(group)]
    return meeting


def planned_for_coordinators(area: Area, plan: Plan) -> Meeting:
    """Return a meeting of an area's coordinators that is neither saved nor called."""
    audience = MeetingAudience.COORDINATORS
    return Meeting(area_id=area.id, area=area, audience=audience, kind=plan.kind, parts=[], **plan.values)


def is_same(one: Meeting, other: Meeting) -> bool:
    """Return True if two meetings are for the same people and nothing of what is planned differs."""
    return one.kind == other.kind and one.is_for_the_same_as(other) and Plan.of(other).is_of(one)


def expect_open(meeting: Meeting) -> None:
    """Raise MeetingCancelled or MeetingStarted if the meeting cannot be answered or changed any more."""
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at <= utcnow():
        raise MeetingStarted
