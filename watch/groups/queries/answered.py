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


def answer_of(person_id: Any, meeting_id: Any) -> ColumnElement[bool]:
    """Return the condition on MeetingAnswer that it counts for a person; true of one row at most."""
    own = aliased(MeetingAnswer)
    alone = select(own.id).where(own.meeting_id == meeting_id, own.person_id == person_id)
    for_home = MeetingAnswer.household_id == _home_of(person_id, meeting_id)
    return and_(
        MeetingAnswer.meeting_id == meeting_id,
        or_(
            MeetingAnswer.person_id == person_id, and_(for_home, ~alone.correlate_except(own).exists())
        ),
    )  # fmt: skip


def _home_of(person_id: Any, meeting_id: Any) -> ScalarSelect[Any]:
    """Return the household for which a person answers; of two homes that a meeting is for, the older."""
    at_home, part = aliased(Membership), aliased(MeetingPart)
    takes_part = (
        select(part.id)
        .where(part.meeting_id == meeting_id, part.state == PartState.TAKES_PART)
        .where(part.group_id == at_home.group_id)
        .where(or_(part.stairwell_id.is_(None), part.stairwell_id == at_home.stairwell_id))
    )
    met, group, building = aliased(Meeting), aliased(Group), aliased(Building)
    is_open = met.audience == MeetingAudience.EVERYBODY, met.area_id == group.area_id
    without_parts = (
        select(met.id)
        .join(group, group.id == at_home.group_id)
        .outerjoin(building, building.id == met.building_id)
        .where(met.id == meeting_id, or_(and_(*is_open), building.group_id == group.id))
    )
    is_for_it = or_(
        takes_part.correlate_except(part).exists(),
        without_parts.correlate_except(met, group, building).exists(),
    )
    return (
        select(func.min(at_home.household_id))
        .where(at_home.person_id == person_id, at_home.is_current, is_for_it)
        .correlate_except(at_home)
        .scalar_subquery()
    )


def household_of(meeting: Meeting, person: Person) -> Household | None:
    """Return the household for which a person answers a meeting, or None: they answer for themselves."""
    return db.session.scalar(select(Household).where(Household.id == _home_of(person.id, meeting.id)))


def people_who_said(meeting_id: int, *said: Answer) -> Select[int]:
    """Return a select of the ids of members for whom one of these answers counts."""
    member = aliased(Membership)
    theirs = or_(
        MeetingAnswer.person_id == member.person_id, MeetingAnswer.household_id == member.household_id
    )
    return (
        select(member.person_id)
        .join(MeetingAnswer, theirs)
        .where(answer_of(member.person_id, meeting_id), MeetingAnswer.answer.in_(said), member.is_current)
    )


def has_said(person_id: Any, meeting_id: Any, *said: Answer) -> ColumnElement[bool]:
    """Return the condition that a person has given one of these answers, be it for their household."""
    gave = or_(MeetingAnswer.person_id == person_id, MeetingAnswer.by_id == person_id)
    given = select(MeetingAnswer.id).where(answer_of(person_id, meeting_id), gave)
    given = given.where(MeetingAnswer.answer.in_(said))
    return given.correlate_except(MeetingAnswer).exists()
