"""Counts what the answers to a meeting came to, once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from watch.extensions import db
from watch.meetings.queries.answers import sums
from watch.meetings.queries.tallying import MOST, households_that_know, meetings_to_tally
from watch.models import Meeting, MeetingTally


def tally(now: datetime) -> bool:
    """Count the answers to meetings that are over, for each group alone. Return True if more are left.

    The numbers stay when the answers are erased, and when somebody who has answered leaves.
    """
    meetings = meetings_to_tally(now)
    for meeting in meetings:
        groups: Sequence[int | None] = [None] if meeting.building_id else meeting.group_ids or [None]
        db.session.add_all(_tally_of(meeting, group_id) for group_id in groups)
    db.session.flush()
    return len(meetings) == MOST


def _tally_of(meeting: Meeting, group_id: int | None) -> MeetingTally:
    said = sums(meeting, group_id)
    return MeetingTally(
        meeting_id=meeting.id, group_id=group_id, asked=households_that_know(meeting, group_id),
        yes=said.yes, maybe=said.maybe, no=said.no, people=said.people,
    )  # fmt: skip
