"""Records who comes to a meeting, and how many came."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.meetings.errors import MeetingCancelled, MeetingNotStarted, NotCalled
from watch.meetings.queries.answers import my_answer
from watch.meetings.queries.coming import is_called
from watch.meetings.service.plans import expect_open
from watch.models import Answer, Counting, Meeting, MeetingAnswer, Person, utcnow


def answer(meeting: Meeting, person: Person, said: Answer, people: int = 1) -> MeetingAnswer:
    """Save a person's answer; `people` counts themselves and those they bring. A no keeps the number before.

    Raises MeetingCancelled, MeetingStarted and NotCalled.
    """
    expect_open(meeting)
    if not is_called(meeting, person):
        raise NotCalled
    if said is Answer.NO:
        before = my_answer(meeting, person)
        people = before.people if before else 0
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
