"""The meetings of a group, and whom they are for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import selectinload

from watch.extensions import db
from watch.groups.queries.interested import goes_on, houses_of, still_comes
from watch.models import (
    Answer,
    Area,
    Building,
    Coordinator,
    Group,
    GroupState,
    Interest,
    Meeting,
    MeetingAnswer,
    MeetingAudience,
    MeetingPart,
    Membership,
    Person,
    utcnow,
)

LATEST = 50  # of the meetings of an area that were held


def upcoming_meetings(group: Group, now: datetime | None = None) -> list[Meeting]:
    """Return the group's meetings that have not ended and are not cancelled, the next one first."""
    coming = _of_group(group).where(Meeting.ends_at > (now or utcnow()), Meeting.is_on)
    wanted = select(Meeting).where(Meeting.id.in_(coming)).options(selectinload(Meeting.parts))
    return list(db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)))


def past_meeting_ids(group: Group, now: datetime) -> Sequence[int]:
    """Return the ids of the group's meetings that have ended or were cancelled, the latest first."""
    wanted = _of_group(group).where(
        ~Meeting.is_draft, or_(Meeting.ends_at <= now, Meeting.cancelled_at.is_not(None))
    )
    return db.session.scalars(wanted.order_by(Meeting.starts_at.desc(), Meeting.id.desc())).all()


def past_meeting(group: Group, number: int | None, now: datetime) -> Meeting | None:
    """Return a meeting of the group that has ended or was cancelled, by its id, or None."""
    return meetings_by_id([number])[0] if number and number in past_meeting_ids(group, now) else None


def _of_group(group: Group) -> Select[int]:
    of_area = and_(Meeting.audience == MeetingAudience.EVERYBODY, Meeting.area_id == group.area_id)
    return select(Meeting.id).where(or_(Meeting.counts_for([group.id]), of_area))


def meetings_by_id(ids: Sequence[int]) -> list[Meeting]:
    """Return these meetings in this order, with their parts."""
    wanted = select(Meeting).where(Meeting.id.in_(ids)).options(selectinload(Meeting.parts))
    found = {meeting.id: meeting for meeting in db.session.scalars(wanted)}
    return [found[each] for each in ids]


def is_called(meeting: Meeting, person: Person) -> bool:
    """Return True if the meeting is for this person: a current member of its group, in its stairwell."""
    called = select(Person.id).where(Person.id == person.id, Person.id.in_(called_people(meeting)))
    return db.session.scalar(called) is not None


def called_people(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the people whom the meeting is for now, each of them once."""
    if meeting.audience is MeetingAudience.COORDINATORS:
        return coordinators_in(meeting).distinct()
    return and_the_interested(meeting, members_of(meeting))


def members_of(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the members whom the meeting is for now, each of them once."""
    return select(Membership.person_id).where(Membership.is_current, is_for_member(meeting)).distinct()


def and_the_interested(meeting: Meeting, members: Select[int]) -> Select[int]:
    """Return a select of these members and of those interested in the building whose start meeting it is."""
    if meeting.audience is not MeetingAudience.INTERESTED:
        return members
    return select(Person.id).where(or_(Person.id.in_(members), Person.id.in_(called_by_interest(meeting))))


def interested_in(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those who are interested in the houses of a start meeting.

    Whoever asked by it to join the group is among them until they have got an answer.
    """
    return _by_interest(meeting).where(goes_on())


def called_by_interest(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of these, and of those who have ended their interest but come to it."""
    return _by_interest(meeting).where(or_(goes_on(), still_comes(Meeting.id == meeting.id)))


def _by_interest(meeting: Meeting) -> Select[int]:
    here = select(Interest.person_id).join(Building, Building.id == Interest.building_id)
    return here.where(houses_of(meeting), Interest.confirmed_at.is_not(None))


def coordinators_in(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the coordinators of the groups in a meeting's area."""
    coordinators = select(Coordinator.person_id).join(Group, Group.id == Coordinator.group_id)
    return coordinators.where(Coordinator.is_current, meeting.has_group)


def who_said(meeting: Meeting, *said: Answer) -> Select[int | None]:
    """Return a select of the ids of those who have given one of these answers for themselves."""
    gave = MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.answer.in_(said)
    return select(MeetingAnswer.person_id).where(*gave, MeetingAnswer.person_id.is_not(None))


def coming_of_area(area_id: int, now: datetime) -> list[Meeting]:
    """Return the meetings to come that an area's officers have called."""
    wanted = _of_area(area_id).where(Meeting.ends_at > now, Meeting.is_on)
    return list(db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)))


def past_of_area(area_id: int, now: datetime) -> list[Meeting]:
    """Return the latest of the area's meetings that have ended or were cancelled."""
    over = or_(Meeting.ends_at <= now, Meeting.cancelled_at.is_not(None))
    latest = _of_area(area_id).where(~Meeting.is_draft, over)
    latest = latest.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(LATEST)
    return list(db.session.scalars(latest))


def _of_area(area_id: int) -> Select[Meeting]:
    wanted = select(Meeting).where(Meeting.area_id == area_id).options(selectinload(Meeting.parts))
    return wanted.options(selectinload(Meeting.building), selectinload(Meeting.group_there))


def groups_to_invite(area: Area) -> Sequence[Group]:
    """Return the groups of an area that can take part in a joint gathering: active or starting, by name."""
    is_here = Group.area_id == area.id, Group.state.in_([GroupState.ACTIVE, GroupState.STARTING])
    return db.session.scalars(select(Group).where(*is_here).order_by(Group.name)).all()


def is_for_member(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition on Membership that the meeting, saved or not, is for this member."""
    if meeting.audience in (MeetingAudience.EVERYBODY, MeetingAudience.INTERESTED):
        return Membership.group_id.in_(select(Group.id).where(meeting.has_group))
    return or_(false(), *(lives_in(each) for each in meeting.parts if meeting.is_told_to(each)))


def lives_in(part: MeetingPart) -> ColumnElement[bool]:
    """Return the condition on Membership that a part of a meeting is for this member."""
    in_group = Membership.group_id == part.group_id
    if part.stairwell_id is None:
        return in_group
    return and_(in_group, Membership.stairwell_id == part.stairwell_id)
