"""What is planned for a meeting, and the rules that more than one change to meetings follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watch.meetings.errors import MeetingCancelled, MeetingStarted
from watch.models import (
    Area,
    Building,
    Group,
    Meeting,
    MeetingAudience,
    MeetingChange,
    MeetingKind,
    MeetingPart,
    Stairwell,
    utcnow,
)
from watch.tokens import code_for, random_code


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


@dataclass(frozen=True)
class Reminders:
    """How many days before a meeting its reminders go out, 0 for none, and what they say besides."""

    early: int = 7
    late: int = 1
    text: str | None = None

    @classmethod
    def of(cls, meeting: Meeting) -> Reminders:
        """Return the reminders of a meeting now."""
        return cls(meeting.remind_early, meeting.remind_late, meeting.reminder_text)

    @property
    def values(self) -> dict[str, Any]:
        """The reminders by column."""
        return {"remind_early": self.early, "remind_late": self.late, "reminder_text": self.text or None}

    def is_of(self, meeting: Meeting) -> bool:
        """Return True if the meeting has these reminders."""
        return self.values == Reminders.of(meeting).values


USUAL_REMINDERS = Reminders()


def planned(
    group: Group, plan: Plan, stairwells: Sequence[Stairwell] = (), reminders: Reminders = USUAL_REMINDERS
) -> Meeting:
    """Return a meeting of a group, or of some of its stairwells, that is neither saved nor called."""
    meeting = Meeting(
        group_id=group.id, group=group, audience=MeetingAudience.PARTS, kind=plan.kind,
        **plan.values, **reminders.values,
    )  # fmt: skip
    meeting.parts = [MeetingPart.of(group, each) for each in stairwells] or [MeetingPart.of(group)]
    return meeting


def planned_for_coordinators(area: Area, plan: Plan, reminders: Reminders = USUAL_REMINDERS) -> Meeting:
    """Return a meeting of an area's coordinators that is neither saved nor called."""
    return _planned_of_area(area, MeetingAudience.COORDINATORS, plan, reminders)


def planned_for_everybody(
    area: Area,
    plan: Plan,
    languages: Sequence[str] = (),
    reminders: Reminders = USUAL_REMINDERS,
    form_key: str | None = None,
) -> Meeting:
    """Return a meeting that is open to everybody in an area, neither saved nor called.

    Its members are called; others find it on its public page, whose address is the same in the preview of a
    form, in its trial mail and in what it calls. `languages` are the codes of those spoken.
    """
    meeting = _planned_of_area(area, MeetingAudience.EVERYBODY, plan, reminders)
    meeting.code = code_for(form_key) if form_key else random_code()
    meeting.languages = " ".join(languages) or None
    return meeting


def planned_for_interested(building: Building, plan: Plan, reminders: Reminders = USUAL_REMINDERS) -> Meeting:
    """Return a start meeting for those who are interested in a building, neither saved nor called."""
    area = building.property.area
    meeting = _planned_of_area(area, MeetingAudience.INTERESTED, plan, reminders)
    meeting.building_id, meeting.building = building.id, building
    return meeting


def planned_jointly(
    caller: Group | Area, plan: Plan, invited: Sequence[Group], reminders: Reminders = USUAL_REMINDERS
) -> Meeting:
    """Return a joint gathering, neither saved nor called. Groups that are invited answer for themselves."""
    if isinstance(caller, Group):
        meeting = planned(caller, plan, reminders=reminders)
    else:
        meeting = _planned_of_area(caller, MeetingAudience.PARTS, plan, reminders)
    meeting.parts += [MeetingPart.invited(each) for each in invited]
    return meeting


def _planned_of_area(area: Area, audience: MeetingAudience, plan: Plan, reminders: Reminders) -> Meeting:
    return Meeting(
        area_id=area.id, area=area, audience=audience, kind=plan.kind, parts=[],
        **plan.values, **reminders.values,
    )  # fmt: skip


def is_same(one: Meeting, other: Meeting) -> bool:
    """Return True if two meetings are for the same people and nothing of what is planned differs."""
    plans_the_same = Plan.of(other).is_of(one) and Reminders.of(other).is_of(one)
    is_alike = one.kind == other.kind and one.languages == other.languages
    return is_alike and one.is_for_the_same_as(other) and plans_the_same


def expect_open(meeting: Meeting) -> None:
    """Raise MeetingCancelled or MeetingStarted if the meeting cannot be answered or changed any more."""
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at <= utcnow():
        raise MeetingStarted
