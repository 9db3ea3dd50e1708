"""What a person's own calendar shows: the meetings that are for them, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import selectinload

from watch.extensions import db
from watch.groups.queries.answered import answer_of
from watch.meetings.queries.coming import called_people
from watch.models import (
    Answer,
    Building,
    CalendarFeed,
    Coordinator,
    Group,
    Interest,
    Meeting,
    MeetingAnswer,
    Membership,
    Officer,
    Person,
)

SHOWN_FOR = timedelta(days=365)
MOST = 200  # meetings in a calendar, the latest ones


def feed_of(person: Person) -> CalendarFeed | None:
    """Return the address of the person's calendar, or None."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person.id))


def meetings_for(person: Person, now: datetime) -> list[tuple[Meeting, Answer | None]]:
    """Return the meetings of a year back and all coming ones that are for a person, each with their answer.

    Cancelled ones are among them, because a calendar program shows what it read until it is told otherwise.
    An officer has those of their areas. Four statements.
    """
    office = select(Officer.area_id).where(Officer.person_id == person.id, Officer.is_current)
    offices = db.session.scalars(office).all()
    own = select(Membership.group_id).where(Membership.person_id == person.id, Membership.is_current)
    led = select(Coordinator.group_id).where(Coordinator.person_id == person.id, Coordinator.is_current)
    areas = select(Group.area_id).where(or_(Group.id.in_(own), Group.id.in_(led)))
    interests = select(Building).join(Interest, Interest.building_id == Building.id)
    interests = interests.where(Interest.person_id == person.id)
    of_groups = interests.with_only_columns(Building.group_id)
    buildings = interests.with_only_columns(Building.id)
    might_be = (
        Meeting.counts_for(own), Meeting.counts_for(of_groups), Meeting.building_id.in_(buildings),
        Meeting.area_id.in_(areas), Meeting.area_id.in_(offices),
    )  # fmt: skip
    answer = select(MeetingAnswer.answer).where(answer_of(person.id, Meeting.id)).correlate(Meeting)
    wanted = (
        select(Meeting, answer.scalar_subquery())
        .where(or_(*might_be))
        .where(~Meeting.is_draft, Meeting.starts_at > now - SHOWN_FOR)
        .options(selectinload(Meeting.parts))
        .order_by(Meeting.starts_at.desc(), Meeting.id)
        .limit(MOST)
    )
    found = db.session.execute(wanted).all()
    is_for = _are_for([meeting for meeting, _said in found], person)
    return [(meeting, said) for meeting, said in found if meeting.id in is_for or meeting.area_id in offices]


def _are_for(meetings: Sequence[Meeting], person: Person) -> set[int]:
    """Return the ids of those meetings that are for the person; one statement."""
    if not meetings:
        return set()
    asked = select(*(literal(person.id).in_(called_people(each)) for each in meetings))
    return {each.id for each, is_for in zip(meetings, db.session.execute(asked).one(), strict=True) if is_for}
