"""Tells those of a meeting, or that it is off, who joined, came back or got an address after the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from watch.extensions import db
from watch.mail import outbox
from watch.mail.kinds import Mail
from watch.meetings.mails import MEETING_CALLED, MEETING_CANCELLED
from watch.meetings.queries.latecomers import (
    households_never_told,
    households_not_told_it_is_off,
    meetings_called_off,
    meetings_with_call,
    number_of_mailings,
    people_never_told,
    people_not_told_it_is_off,
    waits_for_nobody,
)
from watch.models import LeftOut, Mailing, Meeting


def call_latecomers(now: datetime) -> None:
    """Call everybody whom a coming meeting is for and who was not told of it as it is, by mail or on paper.

    Whoever knows of one that is off, and left before the others were told, is told when they are back.
    Running it twice tells nobody again. Paper that waits for a household is stopped once mail reaches all of
    its members.
    """
    for meeting in meetings_called_off(now):
        _tell(
            MEETING_CANCELLED,
            meeting,
            people_not_told_it_is_off(meeting),
            households_not_told_it_is_off(meeting),
        )
    for meeting in meetings_with_call(now):
        _tell(MEETING_CALLED, meeting, people_never_told(meeting), households_never_told(meeting))
        about = select(Mailing.id).where(Mailing.meeting_id == meeting.id)
        outbox.stop(waits_for_nobody(), mailings=about, why=LeftOut.OVER)


def _is_any(wanted: Select[int]) -> bool:
    return db.session.scalar(wanted.limit(1)) is not None


def _tell(mail: Mail[Meeting], meeting: Meeting, people: Select[int], households: Select[int]) -> None:
    """Queue one more mailing, if it is for anybody.

    Its key is its number, so that of two workers at once only one queues it.
    """
    if not (_is_any(people) or _is_any(households)):
        return
    key = f"{mail.kind}:{meeting.id}:{number_of_mailings(meeting, mail.kind)}"
    try:
        with db.session.begin_nested():
            mailing = outbox.queue_many(
                mail, people=people, about=meeting, form_key=key, not_after=meeting.starts_at
            )
            outbox.queue_paper(mailing, households)
    except IntegrityError:  # another worker has called them just now
        return
