"""When those who were called are reminded of a meeting, and who still is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Select, select

from watch.extensions import db
from watch.language import STOCKHOLM, local
from watch.meetings.queries.calls import people_called_by_mail
from watch.models import Answer, Mailing, Meeting, MeetingAnswer, Membership

REMIND_AT = time(9)
AFTER_CALL = timedelta(days=2)  # who was called just now needs no reminder


@dataclass(frozen=True)
class Reminder:
    """A reminder so many days before a meeting; after an outage it still comes, until so many days before."""

    days: int
    until: int

    def due_at(self, meeting: Meeting) -> datetime:
        """In the morning of its day in Borås."""
        day = local(meeting.starts_at).date() - timedelta(days=self.days)
        return datetime.combine(day, REMIND_AT, STOCKHOLM)

    def is_planned(self, meeting: Meeting) -> bool:
        """Whether it comes so long after the call that it helps anybody."""
        return meeting.called_at <= self.due_at(meeting) - AFTER_CALL

    def is_due(self, meeting: Meeting, now: datetime) -> bool:
        """Whether it is its time now."""
        days_left = (local(meeting.starts_at).date() - local(now).date()).days
        return self.is_planned(meeting) and self.due_at(meeting) <= now and self.until <= days_left

    def key(self, meeting: Meeting) -> str:
        """What makes twice the same once; a meeting that moves to another day is another one.

        No form can send it: the keys of forms have no colon.
        """
        return f"reminder:{meeting.id}:{self.days}:{local(meeting.starts_at).date()}"


REMINDERS = (Reminder(7, until=3), Reminder(1, until=0))


def next_reminder(meeting: Meeting, now: datetime) -> datetime | None:
    """When those who are called to a coming meeting are reminded the next time."""
    moments = [each.due_at(meeting) for each in REMINDERS if each.is_planned(meeting)]
    return min((moment for moment in moments if moment > now), default=None)


def reminders_due(now: datetime) -> list[tuple[Meeting, Reminder]]:
    """Coming meetings that people were called to and must be reminded of now; two statements."""
    called = select(Mailing.id).where(Mailing.meeting_id == Meeting.id, Mailing.kind == "meeting-called")
    soon = select(Meeting).where(
        Meeting.starts_at > now,
        Meeting.starts_at < now + timedelta(days=1 + max(each.days for each in REMINDERS)),
        Meeting.cancelled_at.is_(None),
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
        for each in REMINDERS
        if each.is_due(meeting, now) and each.key(meeting) not in done
    ]


def people_to_remind(meeting: Meeting) -> Select[int]:
    """Ids of those who were called by mail, still want to hear of meetings, and have not said no."""
    return people_called_by_mail(meeting).where(Membership.person_id.not_in(said_no(meeting)))


def said_no(meeting: Meeting) -> Select[int]:
    """Ids of those who answered that they do not come."""
    return select(MeetingAnswer.person_id).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.answer == Answer.NO
    )
