"""Whose answer to a meeting counts for a person: their own, or else that of their household.

A household answers once: the last answer that one of its members gives for it counts for all of them. A
member may answer for themselves alone instead; then that counts for them, and the household's for the others.
Who has no known flat always answers for themselves. An answer counts as long as the membership lasts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from watch.extensions import db
from watch.models import (
    Answer,
    Building,
    Group,
    Household,
    Meeting,
    MeetingAnswer,
    MeetingAudience,
    MeetingPart,
    Membership,
    PartState,
    Person,
)

_Own, _AtHome, _Member = aliased(MeetingAnswer), aliased(Membership), aliased(Membership)
_Part, _Met, _Group, _Building = aliased(MeetingPart), aliased(Meeting), aliased(Group), aliased(Building)


def answer_of(person_id: Any, meeting_id: Any) -> ColumnElement[bool]:
    """Return the condition on MeetingAnswer that it counts for a person; true of one row at most."""
    alone = select(_Own.id).where(_Own.meeting_id == meeting_id, _Own.person_id == person_id)
    for_home = MeetingAnswer.household_id == _home_of(person_id, meeting_id)
    return and_(
        MeetingAnswer.meeting_id == meeting_id,
        or_(
            MeetingAnswer.person_id == person_id, and_(for_home, ~alone.correlate_except(_Own).exists())
        ),
    )  # fmt: skip


def _home_of(person_id: Any, meeting_id: Any) -> ScalarSelect[Any]:
    """Return the household for which a person answers; of two homes that a meeting is for, the older."""
    takes_part = (
        select(_Part.id)
        .where(_Part.meeting_id == meeting_id, _Part.state == PartState.TAKES_PART)
        .where(_Part.group_id == _AtHome.group_id)
        .where(or_(_Part.stairwell_id.is_(None), _Part.stairwell_id == _AtHome.stairwell_id))
    )
    is_open = _Met.audience == MeetingAudience.EVERYBODY, _Met.area_id == _Group.area_id
    without_parts = (
        select(_Met.id)
        .join(_Group, _Group.id == _AtHome.group_id)
        .outerjoin(_Building, _Building.id == _Met.building_id)
        .where(_Met.id == meeting_id, or_(and_(*is_open), _Building.group_id == _Group.id))
    )
    is_for_it = or_(
        takes_part.correlate_except(_Part).exists(),
        without_parts.correlate_except(_Met, _Group, _Building).exists(),
    )
    return (
        select(func.min(_AtHome.household_id))
        .where(_AtHome.person_id == person_id, _AtHome.is_current, is_for_it)
        .correlate_except(_AtHome)
        .scalar_subquery()
    )


def alone_at_home() -> ScalarSelect[int]:
    """Return how many in the household of a MeetingAnswer answered for themselves; 0 if it is a person's."""
    return (
        select(func.count(_Own.id))
        .join(_AtHome, _AtHome.person_id == _Own.person_id)
        .where(_Own.meeting_id == MeetingAnswer.meeting_id, _AtHome.is_current)
        .where(_AtHome.household_id == MeetingAnswer.household_id)
        .correlate(MeetingAnswer)
        .scalar_subquery()
    )


def household_of(meeting: Meeting, person: Person) -> Household | None:
    """Return the household for which a person answers a meeting, or None: they answer for themselves."""
    return db.session.scalar(select(Household).where(Household.id == _home_of(person.id, meeting.id)))


def people_who_said(meeting_id: int, *said: Answer) -> Select[int]:
    """Return a select of the ids of members for whom one of these answers counts."""
    theirs = or_(
        MeetingAnswer.person_id == _Member.person_id, MeetingAnswer.household_id == _Member.household_id
    )
    return (
        select(_Member.person_id)
        .join(MeetingAnswer, theirs)
        .where(answer_of(_Member.person_id, meeting_id), MeetingAnswer.answer.in_(said), _Member.is_current)
    )


def has_said(person_id: Any, meeting_id: Any, *said: Answer) -> ColumnElement[bool]:
    """Return the condition that a person has given one of these answers, be it for their household."""
    gave = or_(MeetingAnswer.person_id == person_id, MeetingAnswer.by_id == person_id)
    given = select(MeetingAnswer.id).where(answer_of(person_id, meeting_id), gave)
    given = given.where(MeetingAnswer.answer.in_(said))
    return given.correlate_except(MeetingAnswer).exists()
