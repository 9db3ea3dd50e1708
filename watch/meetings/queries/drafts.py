"""Drafts of meetings, for those who may call in their group, area or building."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload

from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.models import Area, Building, Group, Meeting

Place = Group | Area | Building


def drafts_of(place: Place) -> list[Meeting]:
    """Return the drafts of a group or an area, or of a building's start meeting, the next one first.

    An area's are also those of the start meetings of its buildings.
    """
    return list(db.session.scalars(_drafts(place).order_by(Meeting.starts_at, Meeting.id)))


def draft_of(place: Place, number: int | None) -> Meeting | None:
    """Return a draft of the place by its id, or None if it was called or thrown away."""
    is_one = number is not None and number <= LARGEST_NUMBER
    return db.session.scalar(_drafts(place).where(Meeting.id == number)) if is_one else None


def _drafts(place: Place) -> Select[Meeting]:
    drafts = select(Meeting).where(_is_of(place), Meeting.is_draft)
    with_places = selectinload(Meeting.building), selectinload(Meeting.group_there)
    return drafts.options(selectinload(Meeting.parts), *with_places)


def _is_of(place: Place) -> ColumnElement[bool]:
    match place:
        case Group():
            return Meeting.group_id == place.id
        case Area():
            return Meeting.area_id == place.id
    return Meeting.building_id == place.id
