"""What was answered, by whom for their own page, in numbers for coordinators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from watch.extensions import db
from watch.meetings.queries.coming import called_people
from watch.models import Answer, Meeting, MeetingAnswer, OutboxRow, Person


@dataclass(frozen=True)
class Sums:
    """Answers to a meeting in numbers; `people` come with a yes, the rest are persons who were called."""

    people: int = 0
    yes: int = 0
    maybe: int = 0
    no: int = 0
    unanswered: int = 0


def my_answer(meeting: Meeting, person: Person) -> MeetingAnswer | None:
    """What a person answered."""
    return db.session.scalar(
        select(MeetingAnswer).where(
            MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == person.id
        )
    )


def answers_of(meeting: Meeting, people: Sequence[Person]) -> dict[int, MeetingAnswer]:
    """What several people answered, by their id."""
    wanted = select(MeetingAnswer).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id.in_([person.id for person in people])
    )
    return {answer.person_id: answer for answer in db.session.scalars(wanted)}


def sums(meeting: Meeting) -> Sums:
    """The answers in numbers, of those who still are members; one statement."""

    def said(answer: Answer) -> ColumnElement[int]:
        return func.count(case((MeetingAnswer.answer == answer, MeetingAnswer.id)))

    called = called_people(meeting).subquery()
    wanted = (
        select(
            func.coalesce(func.sum(case((MeetingAnswer.answer == Answer.YES, MeetingAnswer.people))), 0),
            said(Answer.YES),
            said(Answer.MAYBE),
            said(Answer.NO),
            func.count(called.c[0]) - func.count(MeetingAnswer.id),
        )
        .select_from(called)
        .outerjoin(
            MeetingAnswer,
            (MeetingAnswer.person_id == called.c[0]) & (MeetingAnswer.meeting_id == meeting.id),
        )
    )
    return Sums(*db.session.execute(wanted).one())


def people_of_mail(row: OutboxRow) -> list[Person]:
    """Those whom one mail greets and who may answer by its link: still on that mailbox, still called."""
    meeting = row.mailing.meeting
    if meeting is None or row.mailbox_id is None:
        return []
    wanted = (
        select(Person)
        .join(OutboxRow, OutboxRow.person_id == Person.id)
        .where(
            OutboxRow.mailing_id == row.mailing_id,
            OutboxRow.mailbox_id == row.mailbox_id,
            OutboxRow.language == row.language,
            Person.mailbox_id == row.mailbox_id,
            Person.id.in_(called_people(meeting)),
        )
        .order_by(OutboxRow.id)
    )
    return list(db.session.scalars(wanted))
