"""Which reminders of meetings are due, and for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Select, and_, or_, select

from watch.extensions import db
from watch.groups.queries.answered import answer_of, people_who_said
from watch.language import STOCKHOLM, local
from watch.meetings.queries.calls import people_called_by_mail
from watch.meetings.queries.coming import who_said
from watch.models import Answer, Mailing, Meeting, MeetingAnswer, MeetingAudience, OutboxRow, Person

REMIND_AT = time(9)
AFTER_CALL = timedelta(days=2)  # a reminder sooner after the call helps nobody


@dataclass(frozen=True)
class Reminder:
    """A reminder `days` before a meeting. After an outage it is sent until `until` days before."""

    days: int
    until: int

    def due_at(self, meeting: Meeting) -> datetime:
        """Return nine in the morning of its day in Borås."""
        day = local(meeting.starts_at).date() - timedelta(days=self.days)
        return datetime.combine(day, REMIND_AT, STOCKHOLM)

    def is_planned(self, meeting: Meeting, told_at: datetime | None = None) -> bool:
        """Return True if it comes long enough after the call or the last change, and was chosen in time.

        `told_at` is when a meeting that is only planned will be called.
        """
        due, told_at = self.due_at(meeting), told_at or meeting.changed_at or meeting.called_at
        is_chosen = meeting.reminders_at is None or meeting.reminders_at <= due
        return is_chosen and told_at is not None and told_at <= due - AFTER_CALL

    def is_due(self, meeting: Meeting, now: datetime) -> bool:
        days_left = (local(meeting.starts_at).date() - local(now).date()).days
        return self.is_planned(meeting) and self.due_at(meeting) <= now and self.until <= days_left

    def key(self, meeting: Meeting) -> str:
        """Return the form key, so that each reminder is sent once, and again if the meeting changes its day.

        It has a colon, so no form's key can be the same.
        """
        return f"reminder:{meeting.id}:{self.days}:{local(meeting.starts_at).date()}"


LONGEST = 14  # days


def reminders_of(meeting: Meeting) -> list[Reminder]:
    """Return the reminders chosen for a meeting, the earliest first; one if both are for the same day.

    One that is late leaves it to the next, unless that is more than two days off.
    """
    days = sorted({meeting.remind_early, meeting.remind_late} - {0}, reverse=True)
    return [
        Reminder(each, until=min(each, following + 2) if following else 0)
        for each, following in zip(days, [*days[1:], 0], strict=False)
    ]


def reminders_if_called(meeting: Meeting, now: datetime) -> list[Reminder]:
    """Return the reminders that will go out if the meeting is called now, the earliest first."""
    return [each for each in reminders_of(meeting) if each.is_planned(meeting, now)]


def next_reminder(meeting: Meeting, now: datetime) -> datetime | None:
    """Return when those called to a coming meeting get the next reminder, or None."""
    moments = [each.due_at(meeting) for each in reminders_of(meeting) if each.is_planned(meeting)]
    return min((moment for moment in moments if moment > now), default=None)


def reminders_due(now: datetime) -> list[tuple[Meeting, Reminder]]:
    """Return the meetings that have been called, each with a reminder due now; two statements."""
    called = select(Mailing.id).where(Mailing.meeting_id == Meeting.id, Mailing.kind == "meeting-called")
    soon = select(Meeting).where(
        Meeting.starts_at > now,
        Meeting.starts_at < now + timedelta(days=1 + LONGEST),
        Meeting.is_on,
        called.exists(),
    )
    meetings = db.session.scalars(soon.order_by(Meeting.starts_at, Meeting.id)).all()
    reminded = select(Mailing.form_key).where(
        Mailing.meeting_id.in_([meeting.id for meeting in meetings]), Mailing.kind == "meeting-reminder"
    )
    done = set(db.session.scalars(reminded))
    return [
        (meeting, each)
        for meeting in meetings
        for each in reminders_of(meeting)
        if each.is_due(meeting, now) and each.key(meeting) not in done
    ]


def people_to_remind(meeting: Meeting, reminder: Reminder) -> Select[int]:
    """Return a select of the ids of those called by mail who want such mail and have not said no.

    Somebody who was called by a later call or a welcome so shortly before needs no reminder.
    """
    calls = or_(
        Mailing.next_meeting_id == meeting.id,
        and_(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-called"),
    )
    just_called = (
        select(OutboxRow.person_id)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .where(calls, OutboxRow.person_id.is_not(None))
        .where(OutboxRow.created_at > reminder.due_at(meeting) - AFTER_CALL)
    )
    called = Person.id.in_(people_called_by_mail(meeting))
    return select(Person.id).where(called, Person.id.not_in(said_no(meeting)), Person.id.not_in(just_called))


def said_no(meeting: Meeting) -> Select[int] | Select[int | None]:
    """Return a select of the ids of those who answered no, or whose household did."""
    alone, at_home = who_said(meeting, Answer.NO), people_who_said(meeting.id, Answer.NO)
    if meeting.audience is MeetingAudience.COORDINATORS:  # who may live elsewhere
        return alone
    if meeting.audience is MeetingAudience.INTERESTED:
        return select(Person.id).where(or_(Person.id.in_(alone), Person.id.in_(at_home)))
    return at_home


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a reminder, with the answer that counts for them.

    The name is there if several read one mail. `is_for_home` is true if another member of their household
    gave the answer for all of them.
    """

    name: str | None = None
    answer: Answer | None = None
    people: int = 0
    is_for_home: bool = False


def readers_of(rows: Collection[int]) -> tuple[Reader, ...]:
    """Return who reads the message of these outbox rows (ids), with their answers; one statement."""
    wanted = (
        select(Person, MeetingAnswer)
        .select_from(OutboxRow)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .join(Person, Person.id == OutboxRow.person_id)
        .outerjoin(MeetingAnswer, answer_of(Person.id, Mailing.meeting_id))
        .where(OutboxRow.id.in_(rows))
        .order_by(OutboxRow.id)
    )
    found = db.session.execute(wanted).all()
    return tuple(_reader(person, said, person.name if len(found) > 1 else None) for person, said in found)


def _reader(person: Person, said: MeetingAnswer | None, name: str | None) -> Reader:
    if said is None:
        return Reader(name)
    is_for_home = said.household_id is not None and said.by_id != person.id
    return Reader(name, said.answer, said.people, is_for_home)
