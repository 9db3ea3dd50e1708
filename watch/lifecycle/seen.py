"""What the page of a group's start shows of each step, and whether that still stands."""

from __future__ import annotations

from datetime import date

from watch.groups.queries.members import coordinators_of
from watch.lifecycle.errors import StepChanged
from watch.lifecycle.queries import Start, start_of
from watch.marks import mark
from watch.models import Group, StartStep, utcnow


def step_mark_of(start: Start, step: StartStep) -> str:
    """Return the mark of the day that the page shows of a step, or of there being none."""
    return mark(step, _day_of(start, step))


def demand_step_seen(group: Group, step: StartStep, seen: str | None, *, wanted: date | None = None) -> None:
    """Raise StepChanged if a step has another day than whoever writes has seen, or wants; None sees all."""
    if seen is None:
        return
    start = start_of(group, coordinators_of(group), utcnow())
    day = _day_of(start, step)
    if day not in {None, wanted} and step_mark_of(start, step) != seen:
        raise StepChanged(day)


def _day_of(start: Start, step: StartStep) -> date | None:
    """Return the day that the page shows of a step: of a meeting that is booked, its own."""
    done = start.done.get(step)
    return start.meeting_on or done if step is StartStep.MEETING_BOOKED and done else done
