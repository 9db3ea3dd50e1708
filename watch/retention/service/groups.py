"""Erases the texts and names of closed groups. Counts stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update

from watch.extensions import db
from watch.models import (
    ChecklistItem,
    Group,
    GroupState,
    GroupTransition,
    Invitation,
    Meeting,
    MeetingChange,
    Notice,
)
from watch.retention.service.batches import BATCH, take_out

TWO_YEARS = timedelta(days=730)


def notices(now: datetime) -> int:
    """Delete the notices of closed groups, and those to whole areas that were sent two years ago."""
    closed = select(Group.id).where(Group.state == GroupState.CLOSED)
    old = and_(Notice.area_id.is_not(None), Notice.sent_at < now - TWO_YEARS)
    return take_out(Notice, or_(Notice.group_id.in_(closed), old))


def closed(now: datetime) -> int:
    """Erase invitations, meetings' texts and names of closed groups. Return the number of groups."""
    due = select(Group.id).where(Group.state == GroupState.CLOSED, Group.erased_at.is_(None))
    groups = db.session.scalars(due.order_by(Group.id).limit(BATCH)).all()
    for number in groups:
        db.session.execute(delete(Invitation).where(Invitation.group_id == number))
        texts = {"place": "", "about": None, "cancel_reason": None, "reminder_text": None}
        forgotten = texts | {"called_by_id": None}
        of_group = select(Meeting.id).where(Meeting.group_id == number)
        db.session.execute(delete(MeetingChange).where(MeetingChange.meeting_id.in_(of_group)))
        db.session.execute(update(Meeting).where(Meeting.group_id == number).values(forgotten))
        for step in (GroupTransition, ChecklistItem):
            db.session.execute(update(step).where(step.group_id == number).values(by_id=None))
        db.session.execute(update(Group).where(Group.id == number).values(erased_at=now))
    return len(groups)
