"""Who is interested in which houses, and what a mail to them lets them end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from watch.extensions import db
from watch.groups.queries.choices import SECOND_THOUGHTS, readers_of
from watch.models import (
    Answer,
    AuditEntry,
    Building,
    Interest,
    JoinRequest,
    Meeting,
    MeetingAnswer,
    MeetingAudience,
    MeetingPart,
    Membership,
    OutboxRow,
    RequestState,
)

_Own = aliased(Building)


def houses_with(building_id: int | None) -> ColumnElement[bool]:
    """Return the condition on Building that it is this one (its id), or another one of the same group."""
    its_group = select(_Own.group_id).where(_Own.id == building_id)
    return or_(Building.id == building_id, Building.group_id.in_(its_group))


def houses_of(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition on Building that a start meeting is for those interested in it."""
    return or_(houses_with(meeting.building_id), Building.group_id.in_(meeting.group_ids))


def is_start_meeting_of(building_id: int) -> ColumnElement[bool]:
    """Return the condition on Meeting that it is a start meeting for a building (its id), as above."""
    houses = select(Building.id).where(houses_with(building_id))
    its_group = select(_Own.group_id).where(_Own.id == building_id)
    shared = and_(Meeting.building_id.is_not(None), Meeting.has_part(MeetingPart.group_id.in_(its_group)))
    return or_(Meeting.building_id.in_(houses), shared)


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


def still_comes(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on Interest that its person has said yes or maybe to a start meeting.

    `which` is a condition on Meeting. Whoever has joined the group since is left out, because members choose
    their mails themselves.
    """
    said = select(MeetingAnswer.id).join(Meeting, Meeting.id == MeetingAnswer.meeting_id)
    said = said.where(
        MeetingAnswer.person_id == Interest.person_id, MeetingAnswer.answer.in_([Answer.YES, Answer.MAYBE]),
        Meeting.audience == MeetingAudience.INTERESTED, which,
    )  # fmt: skip
    its_group = select(_Own.group_id).where(_Own.id == Interest.building_id).correlate(Interest)
    joined = select(Membership.id).where(
        Membership.person_id == Interest.person_id, Membership.group_id.in_(its_group),
        Membership.joined_at >= Interest.confirmed_at,
    )  # fmt: skip
    return and_(said.correlate(Interest).exists(), ~joined.correlate(Interest).exists())


def is_going_on(interest: Interest) -> bool:
    """Return True if the person still hears of it (goes_on)."""
    here = select(Interest.id).join(Building, Building.id == Interest.building_id)
    return db.session.scalar(here.where(Interest.id == interest.id, goes_on())) is not None


def is_expecting_meeting(interest: Interest, now: datetime) -> bool:
    """Return True if the person comes to a start meeting (still_comes) that is not over or cancelled."""
    coming = is_start_meeting_of(interest.building_id), Meeting.is_on, Meeting.ends_at > now
    expecting = select(Interest.id).where(Interest.id == interest.id, still_comes(and_(*coming)))
    return db.session.scalar(expecting) is not None


def undo_until(interest: Interest, now: datetime) -> datetime | None:
    """Return until when the person can take back that they ended their interest, or None if they cannot.

    What ended because they joined the group, or have asked to, is not taken back.
    """
    if interest.ended_at is None or interest.ended_at <= now - SECOND_THOUGHTS:
        return None
    its_group = select(Building.group_id).where(Building.id == interest.building_id)
    joined = Membership.person_id == interest.person_id, Membership.is_current
    said_so = select(AuditEntry.id).where(
        AuditEntry.what == "interest-withdrawn",
        AuditEntry.about_kind == Interest.__tablename__,
        AuditEntry.about_id == interest.id,
        AuditEntry.at >= interest.ended_at,
        ~select(Membership.id).where(*joined, Membership.group_id.in_(its_group)).exists(),
    )
    return interest.ended_at + SECOND_THOUGHTS if db.session.scalar(said_so.limit(1)) else None


def current_interest(interest: Interest) -> Interest | None:
    """Return the interest that the same person has in the same building now, or None."""
    theirs = Interest.person_id == interest.person_id, Interest.building_id == interest.building_id
    return db.session.scalar(select(Interest).where(*theirs, Interest.ended_at.is_(None)))


@dataclass(frozen=True)
class InterestChoice:
    """The interest by which the reader of a mail was called, and what they still hear of it.

    `expects_meeting` is true if they come to a start meeting. `undo_until` is None if the interest goes on,
    or cannot be shown again by one press.
    """

    interest: Interest
    goes_on: bool
    expects_meeting: bool
    undo_until: datetime | None


def choice_of(interest: Interest, now: datetime) -> InterestChoice:
    """Return what the person of an interest can choose."""
    expects_meeting = is_expecting_meeting(interest, now)
    return InterestChoice(interest, is_going_on(interest), expects_meeting, undo_until(interest, now))


def interests_of_mail(row: OutboxRow) -> Sequence[Interest]:
    """Return the interest, also ended, by which the readers of a mail about a start meeting were called."""
    meeting = row.mailing.meeting
    if meeting is None or meeting.audience is not MeetingAudience.INTERESTED:
        return []
    theirs = (
        select(Interest)
        .join(Building, Building.id == Interest.building_id)
        .where(houses_of(meeting), Interest.confirmed_at.is_not(None))
        .where(Interest.person_id.in_([each.id for each in readers_of(row)]))
        .options(joinedload(Interest.person), joinedload(Interest.building))
    )
    latest = {
        (each.person_id, each.building_id): each for each in db.session.scalars(theirs.order_by(Interest.id))
    }
    return list(latest.values())
