"""What to think of before a meeting is called or changed: holidays, and other meetings at the same time."""

from __future__ import annotations

from dataclasses import dataclass

from watch.access import can
from watch.language import local
from watch.meetings.public_holidays import holiday_on
from watch.meetings.queries.clashes import clashes_with
from watch.meetings.routes.blueprint import bp
from watch.meetings.service import Plan
from watch.models import Meeting
from watch.permissions import Permission

bp.add_app_template_global(holiday_on)


@dataclass(frozen=True)
class Warnings:
    """The holiday on the day, and the meetings at the same time that the reader may see.

    `others` is True if there are some of other groups, of which the reader may know no more.
    """

    holiday: str | None
    clashes: list[Meeting]
    others: bool


@bp.app_template_global()
def warnings_of(meeting: Meeting, plan: Plan | None = None) -> Warnings:
    """Return what to think of for a planned meeting, or for a called one with another plan."""
    when = plan or meeting
    found = clashes_with(meeting, when.starts_at, when.ends_at)
    seen = [each for each in found if can(Permission.SEE_MEETING, each)]
    return Warnings(holiday_on(local(when.starts_at).date()), seen, others=len(seen) < len(found))
