"""What the system knows of a group's start, and why a group may rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from watch.extensions import db
from watch.language import local
from watch.models import FEW, ChecklistItem, Group, Meeting, MeetingKind, StartStep

QUIET_AFTER = timedelta(days=365)  # without a meeting a group is suggested to rest (domain.md)


@dataclass(frozen=True)
class Start:
    """The steps of a start that are done, by day; `known` are those that follow from a meeting in the system.

    `meeting_on` is the day of the start meeting, if any is known; `last_meeting` is when the group last met.
    """

    done: dict[StartStep, date]
    known: frozenset[StartStep]
    meeting_on: date | None
    last_meeting: datetime | None

    @property
    def is_of_one_day(self) -> bool:
        """True if every step is done, and all on the same day, as when they are ticked without looking."""
        return set(StartStep) <= self.done.keys() and len(set(self.done.values())) == 1


def start_of(group: Group, now: datetime) -> Start:
    """Return which steps of a group's start are done, ticked or known, in two statements."""
    wanted = select(ChecklistItem).where(ChecklistItem.group_id == group.id)
    ticked = {item.step: item for item in db.session.scalars(wanted)}
    called = select(Meeting.kind, Meeting.called_at, Meeting.starts_at, Meeting.ends_at).where(
        Meeting.counts_for([group.id]), Meeting.is_on
    )
    meetings = db.session.execute(called.order_by(Meeting.starts_at)).all()
    meeting = next((each for each in meetings if each.kind is MeetingKind.START), None)
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
        max((each.ends_at for each in meetings if each.ends_at <= now), default=None),
    )


def asks_to_be_sure(group: Group, start: Start) -> bool:
    """Return True if a start looks ticked without looking: done in one day, and few households take part.

    The number is last night's and told in bands, so the question says no more than the page does.
    """
    return start.is_of_one_day and group.counted_taking_part < FEW
