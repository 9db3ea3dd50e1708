"""Meetings that were recorded after they were held, what belongs to one, and which no group is in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from watch.extensions import db
from watch.meetings.queries.calls import was_called
from watch.models import (
    Area,
    Finding,
    Group,
    GroupState,
    Meeting,
    MeetingAudience,
    MeetingKind,
    MeetingPart,
    PartState,
    PublishedNotes,
)


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
    kept = select(Meeting.id).where(Meeting.id == meeting.id, _is_kept())
    return is_recorded(meeting) and db.session.scalar(kept) is None


def _is_kept() -> ColumnElement[bool]:
    is_read = exists().where(PublishedNotes.meeting_id == Meeting.id)
    has_finding = exists().where(Finding.meeting_id == Meeting.id, Finding.removed_at.is_(None))
    return or_(is_read, has_finding)


def joined_by_no_group(areas: Collection[int], now: datetime) -> Select[str, int, datetime]:
    """Return a select of the joint gatherings of areas (ids) that no group takes part in, and none may yet.

    They are those to come, which can be cancelled, and those written down, which can be removed: the area's
    name, the id, and when it starts.
    """
    may_answer = select(MeetingPart.id).join(Group, Group.id == MeetingPart.group_id)
    waits = may_answer.where(
        MeetingPart.meeting_id == Meeting.id, MeetingPart.state == PartState.INVITED,
        Group.state != GroupState.CLOSED,
    ).exists()  # fmt: skip
    can_go = or_(Meeting.starts_at > now, and_(Meeting.called_at >= Meeting.starts_at, ~_is_kept()))
    wanted = select(Area.name, Meeting.id, Meeting.starts_at).join(Area, Area.id == Meeting.area_id)
    wanted = wanted.where(Meeting.audience == MeetingAudience.PARTS, Area.id.in_(areas), Meeting.is_on)
    return wanted.where(~Meeting.has_part(), ~waits, can_go).order_by(Meeting.starts_at, Meeting.id)
