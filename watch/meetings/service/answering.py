"""Records who comes to a meeting, and how many came."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.meetings.errors import ChangedMeanwhile, MeetingCancelled, MeetingNotStarted, NotCalled
from watch.meetings.queries.answers import answering
from watch.meetings.queries.coming import is_called
from watch.meetings.queries.seen import count_seen
from watch.meetings.service.plans import expect_open
from watch.models import Answer, Counting, Meeting, MeetingAnswer, Person, utcnow


def answer(
    meeting: Meeting, person: Person, said: Answer, people: int = 1, *, alone: bool = False
) -> MeetingAnswer:
    """Save an answer for a person's household; with `alone`, or without a known flat, for the person only.

    `people` is how many come. A no keeps the number before. Answering for the household again ends what the
    person has answered for themselves. Raises MeetingCancelled, MeetingStarted and NotCalled.
    """
    expect_open(meeting)
    if not is_called(meeting, person):
        raise NotCalled
    whose = answering(meeting, person)
    before = whose.before(alone=alone)
    if said is Answer.NO:
        people = before.people if before else 0
    if whose.household is None or alone:
        of = {"person_id": person.id}
    else:
        of = {"household_id": whose.household.id}
        own = MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == person.id
        db.session.execute(delete(MeetingAnswer).where(*own))
    try:
        with db.session.begin_nested():
            return _save(meeting, of, said, people, by=person)
    except IntegrityError:  # somebody answered for the same at the same time: the last one counts
        return _save(meeting, of, said, people, by=person)


def _save(meeting: Meeting, of: dict[str, int], said: Answer, people: int, *, by: Person) -> MeetingAnswer:
    known = select(MeetingAnswer).filter_by(meeting_id=meeting.id, **of)
    given = db.session.scalar(known) or MeetingAnswer(meeting_id=meeting.id, **of)
    by_id = by.id if given.household_id else None
    if (given.answer, given.people, given.by_id) != (said, people, by_id):
        given.answer, given.people, given.by_id, given.answered_at = said, people, by_id, utcnow()
    db.session.add(given)
    db.session.flush()
    return given


def write_count(meeting: Meeting, head_count: int | None, *, by: Person, seen: str | None = None) -> None:
    """Save how many came, or None if nobody counted. It can be corrected later.

    `seen` is what the writer was shown (count_seen), or None if that is surely what stands now. Raises
    MeetingNotStarted, MeetingCancelled, and ChangedMeanwhile if somebody has written another number.
    """
    db.session.refresh(meeting, with_for_update=True)
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at > utcnow():
        raise MeetingNotStarted
    counting = Counting.NOT_COUNTED if head_count is None else Counting.COUNTED
    if (meeting.counting, meeting.head_count) == (counting, head_count):
        return
    if seen is not None and seen != count_seen(meeting):
        raise ChangedMeanwhile
    meeting.counting, meeting.head_count = counting, head_count
    audit.note("head-count-written", about=meeting, by=by, group=meeting.group)
