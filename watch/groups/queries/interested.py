"""Who is interested in which houses, and what a mail to them lets them end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased, joinedload

from watch.extensions import db
from watch.groups.queries.choices import readers_of
from watch.models import Building, Interest, JoinRequest, MeetingAudience, OutboxRow, RequestState

_Own = aliased(Building)


def houses_with(building_id: int | None) -> ColumnElement[bool]:
    """Return the condition on Building that it is this one (its id), or another one of the same group."""
    its_group = select(_Own.group_id).where(_Own.id == building_id)
    return or_(Building.id == building_id, Building.group_id.in_(its_group))


def goes_on() -> ColumnElement[bool]:
    """Return the condition on Interest, joined with its Building, that its person still hears of it.

    It has not ended, or its person has asked by it to join the group, and waits for an answer.
    """
    asked = select(JoinRequest.id).where(
        JoinRequest.person_id == Interest.person_id,
        JoinRequest.group_id == Building.group_id,
        JoinRequest.state == RequestState.WAITING,
        JoinRequest.confirmed_at >= Interest.ended_at,
    )
    return or_(Interest.ended_at.is_(None), asked.correlate(Interest, Building).exists())


def is_going_on(interest: Interest) -> bool:
    """Return True if the person still hears of it (goes_on)."""
    here = select(Interest.id).join(Building, Building.id == Interest.building_id)
    return db.session.scalar(here.where(Interest.id == interest.id, goes_on())) is not None


def interests_of_mail(row: OutboxRow) -> Sequence[Interest]:
    """Return the interest, also ended, by which the readers of a mail about a start meeting were called."""
    meeting = row.mailing.meeting
    if meeting is None or meeting.audience is not MeetingAudience.INTERESTED:
        return []
    theirs = (
        select(Interest)
        .join(Building, Building.id == Interest.building_id)
        .where(houses_with(meeting.building_id), Interest.confirmed_at.is_not(None))
        .where(Interest.person_id.in_([each.id for each in readers_of(row)]))
        .options(joinedload(Interest.person), joinedload(Interest.building))
    )
    latest = {
        (each.person_id, each.building_id): each for each in db.session.scalars(theirs.order_by(Interest.id))
    }
    return list(latest.values())
