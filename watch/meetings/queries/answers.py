"""Queries for answers: one's own, and totals for coordinators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from watch.extensions import db
from watch.meetings.queries.coming import called_people
from watch.models import Answer, Meeting, MeetingAnswer, OutboxRow, Person
from watch.recipients import reached_by_mail


@dataclass(frozen=True)
class Sums:
    """Totals of the answers. `people` come, companions included; the other numbers count called persons."""

    people: int = 0
    yes: int = 0
    maybe: int = 0
    no: int = 0
    unanswered: int = 0


def my_answer(meeting: Meeting, person: Person) -> MeetingAnswer | None:
    """Return the person's answer, or None."""
    return db.session.scalar(
        select(MeetingAnswer).where(
            MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == person.id
        )
    )


def answers_of(meeting: Meeting, people: Sequence[Person]) -> dict[int, MeetingAnswer]:
    """Return the answers of several people, by their ids."""
    wanted = select(MeetingAnswer).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id.in_([person.id for person in people])
    )
    return {answer.person_id: answer for answer in db.session.scalars(wanted)}


def sums(meeting: Meeting) -> Sums:
    """Return the totals of the answers of those who are still called; one statement."""

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


def coming_without_mail(meeting: Meeting) -> int:
    """Return how many of those who are called have answered yes or maybe and cannot be reached by mail."""
    comes = MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.answer != Answer.NO
    called = select(MeetingAnswer.person_id).where(
        *comes, MeetingAnswer.person_id.in_(called_people(meeting))
    )
    wanted = select(func.count(Person.id)).where(Person.id.in_(called))
    return db.session.scalar(wanted.where(Person.id.not_in(reached_by_mail(called)))) or 0


def people_of_mail(row: OutboxRow, meeting: Meeting) -> list[Person]:
    """Return the people whom a mail names, who still read its mailbox and are called to the meeting."""
    if row.mailbox_id is None:
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
