"""Whom a coming meeting is for who was not told of it, or not of its change, because they joined later.

Somebody who leaves and comes back may know of a time that was changed meanwhile, or of a meeting that is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from watch.extensions import db
from watch.meetings.queries.calls import (
    hears_of,
    households_to_call,
    households_to_tell,
    people_to_tell,
)
from watch.meetings.queries.coming import called_people, is_called, upcoming_meetings
from watch.meetings.queries.invited import ASKED, people_left_out
from watch.models import (
    TO_HAND_OUT,
    Household,
    Mailing,
    Meeting,
    MeetingAnswer,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)
from watch.recipients import households_on_paper, reached_by_mail


def next_meeting_for(membership: Membership) -> Meeting | None:
    """Return the meeting to which the welcome of a new member calls them: the next one for them."""
    coming = upcoming_meetings(membership.group, utcnow())
    return next((each for each in coming if each.is_to_come and is_called(each, membership.person)), None)


def meetings_with_call(now: datetime) -> Sequence[Meeting]:
    """Return the meetings still to come that were called and are not cancelled."""
    called = select(Mailing.id).where(Mailing.meeting_id == Meeting.id, Mailing.kind == "meeting-called")
    wanted = select(Meeting).where(Meeting.starts_at > now, Meeting.is_on, called.correlate(Meeting).exists())
    return db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)).all()


def meetings_called_off(now: datetime) -> Sequence[Meeting]:
    """Return the meetings that were to come and are cancelled."""
    is_off = ~Meeting.is_draft, Meeting.cancelled_at.is_not(None)
    wanted = select(Meeting).where(Meeting.starts_at > now, *is_off)
    return db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)).all()


def number_of_mailings(meeting: Meeting, kind: str) -> int:
    """Return how often a meeting was called or cancelled: once, and again for those who came later."""
    mailings = select(func.count(Mailing.id)).where(Mailing.meeting_id == meeting.id, Mailing.kind == kind)
    return db.session.scalar(mailings) or 0


def people_never_told(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those to call by mail, whom the meeting is for and who want such mail.

    They were never told of it, or not as it is now.
    """
    knows = or_(*(Person.id.in_(people) for people in told(meeting)))
    is_new = or_(~knows, Person.id.in_(people_left_out(meeting)))
    return reached_by_mail(called_people(meeting)).where(hears_of(meeting, Person.id), is_new)


def households_never_told(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of households to call on paper, in which nobody was told who needs it.

    A mail that came back is on the list of papers already.
    """
    bounced = _mails(meeting).where(OutboxRow.state == OutboxState.BOUNCED)
    waits = OutboxRow.state.in_(TO_HAND_OUT)
    has_paper = _papers(meeting).where(or_(waits, _is_handed_out(meeting)))
    return households_to_call(meeting).where(
        Household.id.not_in(has_paper),
        *(Membership.person_id.not_in(people) for people in (*told(meeting), bounced)),
    )


def people_not_told_it_is_off(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those who know of a cancelled meeting, and not that it is off."""
    told = _mails(meeting).where(Mailing.kind == "meeting-cancelled", _tells())
    return reached_by_mail(people_to_tell(meeting)).where(Person.id.not_in(told))


def households_not_told_it_is_off(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of households that know of a cancelled meeting, and not that it is off."""
    has_paper = _papers(meeting).where(
        Mailing.kind == "meeting-cancelled", OutboxRow.state != OutboxState.CANCELLED
    )
    return households_to_tell(meeting).where(Household.id.not_in(has_paper))


def told(meeting: Meeting) -> list[Select[int | None]]:
    """Return three selects of the ids of people who know of a meeting as it is now, or are about to be told.

    A mail about it was sent, or waits; it was handed out on paper in their flat; or they have answered,
    be it for their household. What came before the last change has told them of another time or place.
    """
    since = meeting.changed_at or meeting.called_at
    by_mail = _mails(meeting).where(_tells(), _is_new(meeting))
    handed_out = _papers(meeting).where(_is_handed_out(meeting))
    on_paper = select(Membership.person_id).where(Membership.household_id.in_(handed_out))
    gave = func.coalesce(MeetingAnswer.person_id, MeetingAnswer.by_id)
    answered = select(gave).where(MeetingAnswer.meeting_id == meeting.id, gave.is_not(None))
    return [by_mail, on_paper, answered.where(MeetingAnswer.answered_at >= since)]


def _is_new(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition on OutboxRow that it says how the meeting is now."""
    since = meeting.changed_at or meeting.called_at
    return or_(OutboxRow.settled_at.is_(None), OutboxRow.settled_at >= since)


def _is_handed_out(meeting: Meeting) -> ColumnElement[bool]:
    return and_(OutboxRow.state == OutboxState.HANDED_OUT, _is_new(meeting))


def _tells() -> ColumnElement[bool]:
    """Return the condition on OutboxRow that it has told somebody or will.

    A mail that was left out for a reason, or came back, has told nobody.
    """
    ended = OutboxRow.state.in_([OutboxState.CANCELLED, OutboxState.EXPIRED])
    failed = or_(OutboxRow.state == OutboxState.BOUNCED, and_(ended, OutboxRow.left_out.is_not(None)))
    return or_(OutboxRow.may_have_arrived(), ~failed)


def _mails(meeting: Meeting) -> Select[int | None]:
    """Return a select of whom the mails went to that tell of a meeting, a newcomer's welcome included."""
    rows = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    said = and_(Mailing.meeting_id == meeting.id, Mailing.kind != ASKED)
    tells = or_(said, Mailing.next_meeting_id == meeting.id)
    return rows.where(tells, OutboxRow.person_id.is_not(None))


def _papers(meeting: Meeting) -> Select[int | None]:
    """Return a select of the households whose papers tell of a meeting."""
    rows = select(OutboxRow.household_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    return rows.where(Mailing.meeting_id == meeting.id, OutboxRow.household_id.is_not(None))


def waits_for_nobody() -> ColumnElement[bool]:
    """Return the condition on OutboxRow that it is paper for a household that mail reaches by now."""
    return and_(OutboxRow.household_id.is_not(None), OutboxRow.household_id.not_in(households_on_paper()))
