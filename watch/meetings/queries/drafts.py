"""Drafts of meetings, for those who may call in their group."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from watch.extensions import db
from watch.models import Group, Meeting


def drafts_of(group: Group) -> list[Meeting]:
    """Return the group's drafts, the next one first."""
    return list(db.session.scalars(_drafts(group).order_by(Meeting.starts_at, Meeting.id)))


def draft_of(group: Group, number: int | None) -> Meeting | None:
    """Return a draft of the group by its id, or None if it was called or thrown away."""
    return db.session.scalar(_drafts(group).where(Meeting.id == number)) if number else None


def _drafts(group: Group) -> Select[Meeting]:
    drafts = select(Meeting).where(Meeting.group_id == group.id, Meeting.called_at.is_(None))
    return drafts.options(selectinload(Meeting.parts))
