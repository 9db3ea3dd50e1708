"""What the system knows of a group's start, and why a group may rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from watch.extensions import db
from watch.language import local
from watch.models import ChecklistItem, Group, Meeting, MeetingKind, MeetingPart, StartStep

QUIET_AFTER = timedelta(days=365)  # without a meeting a group is suggested to rest (domain.md)


@dataclass(frozen=True)
class Start:
    """The steps of a start that are done, by day; `known` are those that follow from a meeting in the system.

    `meeting_on` is the day of the start meeting, if any is known.
    """

    done: dict[StartStep, date]
    known: frozenset[StartStep]
    meeting_on: date | None


def start_of(group: Group, now: datetime) -> Start:
    """Return which steps of a group's start are done, ticked or known, in two statements."""
    wanted = select(ChecklistItem).where(ChecklistItem.group_id == group.id)
    ticked = {item.step: item for item in db.session.scalars(wanted)}
    called = select(Meeting.called_at, Meeting.starts_at, Meeting.ends_at).where(
        Meeting.has_part(MeetingPart.group_id == group.id),
        Meeting.kind == MeetingKind.START,
        Meeting.is_on,
    )
    meeting = db.session.execute(called.order_by(Meeting.starts_at).limit(1)).first()
    facts: dict[StartStep, date] = {}
    if meeting:
        facts[StartStep.MEETING_BOOKED] = local(meeting.called_at).date()
        if meeting.ends_at <= now:
            facts[StartStep.MEETING_HELD] = local(meeting.starts_at).date()
    booked = ticked.get(StartStep.MEETING_BOOKED)
    return Start(
        facts | {step: item.done_on for step, item in ticked.items()},
        frozenset(facts.keys() - ticked.keys()),
        booked.meeting_on if booked else local(meeting.starts_at).date() if meeting else None,
    )


def last_meeting(group: Group, now: datetime) -> datetime | None:
    """Return when the group last met; None if it never has."""
    held = select(func.max(Meeting.ends_at)).where(
        Meeting.has_part(MeetingPart.group_id == group.id), Meeting.is_on, Meeting.ends_at <= now
    )
    return db.session.scalar(held)
