"""Other meetings at the same time, in the same house or area. They are a reason to think, never to refuse."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from watch.extensions import db
from watch.models import Group, Meeting, MeetingPart

MOST = 20  # meetings at one time; an area has few


def clashes_with(meeting: Meeting, starts_at: datetime, ends_at: datetime) -> list[Meeting]:
    """Return the other meetings of the same groups or area that overlap these hours, the first one first.

    The meeting need not be saved. One that begins when another ends does not clash with it.
    """
    areas = {each.group.area_id for each in meeting.parts} | ({meeting.area_id} - {None})
    groups = select(Group.id).where(Group.area_id.in_(areas))
    wanted = (
        select(Meeting)
        .where(Meeting.is_on, Meeting.starts_at < ends_at, Meeting.ends_at > starts_at)
        .where(or_(Meeting.area_id.in_(areas), Meeting.has_part(MeetingPart.group_id.in_(groups))))
        .options(selectinload(Meeting.parts))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(MOST)
    )
    if meeting.id is not None:
        wanted = wanted.where(Meeting.id != meeting.id)
    return list(db.session.scalars(wanted))
