"""Meetings that were recorded after they were held, and what belongs to one."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from watch.extensions import db
from watch.meetings.queries.calls import was_called
from watch.models import Finding, Meeting, MeetingKind, PublishedNotes


def is_recorded(meeting: Meeting) -> bool:
    """Return True if the meeting was recorded after it had begun, so that nobody was called to it."""
    return meeting.is_written_down and not was_called(meeting)


def is_correctable(meeting: Meeting) -> bool:
    """Return True if a recorded meeting can be corrected.

    Not a joint gathering: each of its groups says itself whether it was there. Nor a meeting of an area,
    which has no group. Both can be removed.
    """
    return is_recorded(meeting) and meeting.kind is not MeetingKind.JOINT and meeting.group_id is not None


def is_removable(meeting: Meeting) -> bool:
    """Return True if a recorded meeting can be removed: no notes are published, and no finding is from it."""
    is_read = exists().where(PublishedNotes.meeting_id == meeting.id)
    has_finding = exists().where(Finding.meeting_id == meeting.id, Finding.removed_at.is_(None))
    return is_recorded(meeting) and not db.session.scalar(select(or_(is_read, has_finding)))
