"""Calls those to a meeting who joined, moved in or got an address after it was called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from watch.extensions import db
from watch.mail import outbox
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.queries.latecomers import (
    households_never_told,
    meetings_with_call,
    number_of_calls,
    people_never_told,
    waits_for_nobody,
)
from watch.models import LeftOut, Mailing, Meeting


def call_latecomers(now: datetime) -> None:
    """Call everybody whom a coming meeting is for and who was never told of it, by mail or on paper.

    Running it twice calls nobody again. Paper that waits for a household is stopped once mail reaches all of
    its members.
    """
    for meeting in meetings_with_call(now):
        people, households = people_never_told(meeting), households_never_told(meeting)
        if _is_any(people) or _is_any(households):
            _call(meeting, people, households)
        about = select(Mailing.id).where(Mailing.meeting_id == meeting.id)
        outbox.stop(waits_for_nobody(), mailings=about, why=LeftOut.OVER)


def _is_any(wanted: Select[int]) -> bool:
    return db.session.scalar(wanted.limit(1)) is not None


def _call(meeting: Meeting, people: Select[int], households: Select[int]) -> None:
    """Queue one more call. Its key is its number, so that of two workers at once only one queues it."""
    key = f"call:{meeting.id}:{number_of_calls(meeting)}"
    try:
        with db.session.begin_nested():
            mailing = outbox.queue_many(
                MEETING_CALLED, people=people, about=meeting, form_key=key, not_after=meeting.starts_at
            )
            outbox.queue_paper(mailing, households)
    except IntegrityError:  # another worker has called them just now
        return
