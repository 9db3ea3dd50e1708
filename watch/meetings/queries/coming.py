"""The meetings of a group, and whom they are for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.models import Group, Meeting, Membership, Person, utcnow


def upcoming_meetings(group: Group, now: datetime | None = None) -> list[Meeting]:
    """Return the group's meetings that have not ended and are not cancelled, the next one first."""
    return list(db.session.scalars(_upcoming(now).where(Meeting.group_id == group.id)))


def _upcoming(now: datetime | None) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(Meeting.ends_at > (now or utcnow()), Meeting.cancelled_at.is_(None))
        .options(joinedload(Meeting.stairwell))
        .order_by(Meeting.starts_at, Meeting.id)
    )


def past_meeting_ids(group: Group, now: datetime) -> Sequence[int]:
    """Return the ids of the group's meetings that have ended or were cancelled, the latest first."""
    wanted = select(Meeting.id).where(
        Meeting.group_id == group.id, or_(Meeting.ends_at <= now, Meeting.cancelled_at.is_not(None))
    )
    return db.session.scalars(wanted.order_by(Meeting.starts_at.desc(), Meeting.id.desc())).all()


def meetings_by_id(ids: Sequence[int]) -> list[Meeting]:
    """Return these meetings in this order, with their stairwells."""
    wanted = select(Meeting).where(Meeting.id.in_(ids)).options(joinedload(Meeting.stairwell))
    found = {meeting.id: meeting for meeting in db.session.scalars(wanted)}
    return [found[each] for each in ids]


def is_called(meeting: Meeting, person: Person) -> bool:
    """Return True if the meeting is for this person: a current member of its group, in its stairwell."""
    called = called_people(meeting).where(Membership.person_id == person.id)
    return db.session.scalar(called) is not None


def called_people(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the members whom the meeting is for now."""
    return active_member_ids(meeting.group, meeting.stairwell)
