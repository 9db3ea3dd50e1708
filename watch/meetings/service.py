"""Changes to meetings: called, reminded of, recorded, answered, counted and cancelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import DomainError, Duplicate
from watch.extensions import db
from watch.mail import outbox
from watch.meetings.mails import MEETING_CALLED, MEETING_CANCELLED, MEETING_REMINDER
from watch.meetings.queries.answers import my_answer
from watch.meetings.queries.calls import (
    households_to_call,
    households_to_tell,
    people_to_call,
    people_to_tell,
    recipients_of_call,
)
from watch.meetings.queries.coming import is_called
from watch.meetings.queries.reminding import (
    people_to_remind,
    reminders_due,
)
from watch.models import (
    Answer,
    Counting,
    Group,
    Mailing,
    Meeting,
    MeetingAnswer,
    MeetingKind,
    Person,
    Stairwell,
    utcnow,
)
from watch.recipients import reached_by_mail


class MeetingCancelled(DomainError):
    """The meeting is cancelled and cannot be answered, counted or cancelled again."""


class MeetingStarted(DomainError):
    """The meeting has begun and cannot be answered or cancelled."""


class MeetingNotStarted(DomainError):
    """The meeting has not begun, so nobody can have come."""


class AlreadyCalled(Duplicate):
    """The same form was sent before; `meeting` is its result."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting)
        self.meeting = meeting


class NotCalled(DomainError):
    """The meeting is not for this person."""


@dataclass(frozen=True)
class Plan:
    """When, where and why to meet. Times are in UTC."""

    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    place: str
    about: str | None = None


def call(
    group: Group,
    plan: Plan,
    *,
    by: Person,
    stairwell: Stairwell | None = None,
    form_key: str | None = None,
    promised: str | None = None,
) -> Meeting:
    """Call the members of a group or a stairwell, by mail, or on paper if no mail reaches them.

    Raises AlreadyCalled if the same form was sent before, and CountChanged if the numbers differ from the
    caller's preview (`promised`, a preview_token).
    """
    _expect_new(form_key)
    recipients_of_call(group, stairwell).require_unchanged(promised)
    try:
        with db.session.begin_nested():
            meeting = _add(group, stairwell, plan, by)
            mailing = outbox.queue_many(
                MEETING_CALLED,
                people=reached_by_mail(people_to_call(group, stairwell)),
                about=meeting,
                form_key=form_key,
                not_after=plan.starts_at,
            )
    except IntegrityError:
        _expect_new(form_key)
        raise
    outbox.queue_paper(mailing, households_to_call(group, stairwell))
    audit.note("meeting-called", about=meeting, by=by, group=group)
    return meeting


def is_as_planned(meeting: Meeting, plan: Plan) -> bool:
    """Return True if a meeting that was called is the one of the plan."""
    called = Plan(meeting.kind, meeting.starts_at, meeting.ends_at, meeting.place, meeting.about)
    return called == replace(plan, about=plan.about or None)


def remind(now: datetime) -> None:
    """Queue the reminders due now, a week and a day before a meeting. Running it twice sends nothing more."""
    for meeting, reminder in reminders_due(now):
        outbox.queue_many(
            MEETING_REMINDER,
            people=reached_by_mail(people_to_remind(meeting)),
            about=meeting,
            form_key=reminder.key(meeting),
            not_after=meeting.starts_at,
        )


def write_down(group: Group, plan: Plan, *, by: Person, stairwell: Stairwell | None = None) -> Meeting:
    """Record a meeting that was held already, without mails. The same meeting is recorded once only."""
    same = select(Meeting).where(
        Meeting.group_id == group.id,
        Meeting.stairwell_id == (stairwell.id if stairwell else None),
        Meeting.starts_at == plan.starts_at,
        Meeting.kind == plan.kind,
        Meeting.cancelled_at.is_(None),
    )
    if known := db.session.scalar(same.limit(1)):
        return known
    meeting = _add(group, stairwell, plan, by)
    audit.note("meeting-written-down", about=meeting, by=by, group=group)
    return meeting


def answer(meeting: Meeting, person: Person, said: Answer, people: int = 1) -> MeetingAnswer:
    """Save a person's answer; `people` counts themselves and those they bring.

    Raises MeetingCancelled, MeetingStarted and NotCalled.
    """
    _expect_open(meeting)
    if not is_called(meeting, person):
        raise NotCalled
    people = 0 if said is Answer.NO else people
    try:
        with db.session.begin_nested():
            given = my_answer(meeting, person) or MeetingAnswer(meeting_id=meeting.id, person_id=person.id)
            if (given.answer, given.people) != (said, people):
                given.answer, given.people, given.answered_at = said, people, utcnow()
            db.session.add(given)
    except IntegrityError:  # the same person answered at the same time in another window: the last one counts
        given = my_answer(meeting, person) or MeetingAnswer(meeting_id=meeting.id, person_id=person.id)
        given.answer, given.people, given.answered_at = said, people, utcnow()
    return given


def write_count(meeting: Meeting, head_count: int | None, *, by: Person) -> None:
    """Save how many came, or None if nobody counted. It can be corrected later.

    Raises MeetingNotStarted and MeetingCancelled.
    """
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at > utcnow():
        raise MeetingNotStarted
    counting = Counting.NOT_COUNTED if head_count is None else Counting.COUNTED
    if (meeting.counting, meeting.head_count) == (counting, head_count):
        return
    meeting.counting, meeting.head_count = counting, head_count
    audit.note("head-count-written", about=meeting, by=by, group=meeting.group)


def cancel(meeting: Meeting, *, by: Person) -> None:
    """Cancel a coming meeting, stop its queued calls, and tell everybody who may know of it.

    Once the first statement has run, no worker can claim a call (meetings.mails): each one is stopped, or was
    sent and its reader is told. Raises MeetingCancelled and MeetingStarted.
    """
    _expect_open(meeting)
    still_on = update(Meeting).where(Meeting.id == meeting.id, Meeting.cancelled_at.is_(None))
    if db.session.scalar(still_on.values(cancelled_at=utcnow()).returning(Meeting.id)) is None:
        raise MeetingCancelled
    outbox.cancel(meeting)
    people = reached_by_mail(people_to_tell(meeting))
    mailing = outbox.queue_many(MEETING_CANCELLED, people=people, about=meeting, not_after=meeting.ends_at)
    outbox.queue_paper(mailing, households_to_tell(meeting))
    audit.note("meeting-cancelled", about=meeting, by=by, group=meeting.group)


def _expect_open(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at <= utcnow():
        raise MeetingStarted


def _add(group: Group, stairwell: Stairwell | None, plan: Plan, by: Person) -> Meeting:
    meeting = Meeting(
        group=group,
        stairwell=stairwell,
        kind=plan.kind,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place,
        about=plan.about or None,
        called_by_id=by.id,
    )
    db.session.add(meeting)
    db.session.flush()
    return meeting


def _expect_new(form_key: str | None) -> None:
    """Raise AlreadyCalled, or Duplicate if another kind of form had the same key."""
    mailing = form_key and db.session.scalar(select(Mailing).where(Mailing.form_key == form_key))
    if mailing:
        raise AlreadyCalled(mailing.meeting) if mailing.meeting else Duplicate(mailing)
