"""Answers of people without a name, on the public page of a meeting that is open to everybody."""

from __future__ import annotations

from watch.extensions import db
from watch.meetings.errors import TooManyGuests
from watch.meetings.queries.public import guest_answer, guests_beside
from watch.meetings.service.plans import expect_open
from watch.models import GuestAnswer, Meeting
from watch.statements import changed, upsert

MOST_GUESTS = 500  # people in all; nobody checks these answers, and a program may send many


def answer_as_guest(meeting: Meeting, key: str, people: int) -> None:
    """Say that so many come; what was said with the same key before is replaced, so it counts once.

    Raises MeetingCancelled, MeetingStarted and TooManyGuests.
    """
    expect_open(meeting)
    if guests_beside(meeting, key) + people > MOST_GUESTS:
        raise TooManyGuests
    answer = upsert(GuestAnswer).values(meeting_id=meeting.id, key=key, people=people)
    is_of_it = GuestAnswer.meeting_id == meeting.id
    again = answer.on_conflict_do_update(
        index_elements=[GuestAnswer.key], set_={"people": people}, where=is_of_it
    )
    changed(again)


def withdraw_as_guest(meeting: Meeting, key: str) -> None:
    """Take back what was said with this key; doing it twice changes nothing more.

    Raises MeetingCancelled and MeetingStarted.
    """
    expect_open(meeting)
    if answer := guest_answer(meeting, key):
        db.session.delete(answer)
