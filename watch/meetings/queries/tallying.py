"""Queries for counting what the answers to a meeting came to, before they are erased."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from watch.extensions import db
from watch.meetings.queries.calls import heard_of
from watch.meetings.queries.coming import called_people, is_for_member
from watch.models import Mailing, Meeting, MeetingAudience, MeetingTally, Membership

ANSWERS_LAST = timedelta(days=365)
MOST = 50  # meetings at a time


def meetings_to_tally(now: datetime) -> list[Meeting]:
    """Return meetings that were called and are over, whose answers are still there and not counted yet."""
    called = select(Mailing.meeting_id).where(Mailing.kind == "meeting-called")
    counted = select(MeetingTally.meeting_id)
    wanted = (
        select(Meeting)
        .where(Meeting.is_on, Meeting.ends_at <= now, Meeting.ends_at > now - ANSWERS_LAST)
        .where(Meeting.id.in_(called.where(Mailing.meeting_id.is_not(None))), Meeting.id.not_in(counted))
        .options(selectinload(Meeting.parts))
        .order_by(Meeting.ends_at, Meeting.id)
        .limit(MOST)
    )
    return list(db.session.scalars(wanted))


def households_that_know(meeting: Meeting, group_id: int | None) -> int:
    """Return how many households of a group may know of a meeting that is for them, by mail or on paper.

    Somebody without a known flat counts alone. Of an area's meeting it is how many coordinators, or how many
    households of all its groups; of a start meeting how many of those who were interested.
    """
    if meeting.audience in (MeetingAudience.COORDINATORS, MeetingAudience.INTERESTED):
        called = called_people(meeting).subquery()
        wanted = select(func.count()).select_from(called).where(_knows(meeting, called.c[0]))
        return db.session.scalar(wanted) or 0
    here = [Membership.group_id == group_id] if group_id is not None else []
    at_home = (
        select(Membership.person_id, func.min(Membership.household_id))
        .where(Membership.is_current, *here, is_for_member(meeting))
        .where(_knows(meeting, Membership.person_id))
        .group_by(Membership.person_id)
    )
    return len({(None, home) if home else (person, None) for person, home in db.session.execute(at_home)})


def _knows(
    meeting: Meeting, person_id: ColumnElement[int] | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    return or_(*(person_id.in_(people) for people in heard_of(meeting)))
