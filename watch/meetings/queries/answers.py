"""Queries for answers: what counts for a person and their household, and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import aliased

from watch.extensions import db
from watch.groups.queries.answered import answer_of, household_of, people_who_said
from watch.meetings.queries.coming import called_people, is_for_member
from watch.models import (
    Answer,
    GuestAnswer,
    Household,
    Meeting,
    MeetingAnswer,
    MeetingAudience,
    Membership,
    OutboxRow,
    Person,
)
from watch.recipients import reached_by_mail

_Own, _Ours = aliased(MeetingAnswer), aliased(MeetingAnswer)


@dataclass(frozen=True)
class Sums:
    """Totals of the answers. `people` come, companions included, of whom `guests` said so without a name.

    The other numbers count households, and the people who have answered for themselves or have no known flat.
    """

    people: int = 0
    yes: int = 0
    maybe: int = 0
    no: int = 0
    unanswered: int = 0
    guests: int = 0


@dataclass(frozen=True)
class Answering:
    """For whom a person answers: their household, or themselves if it is None; and what was answered.

    `own` is what counts for the person, `for_home` what the household has answered. With `shares_home` other
    members live there, of whom `alone` have answered for themselves.
    """

    person: Person
    household: Household | None
    own: MeetingAnswer | None
    for_home: MeetingAnswer | None
    shares_home: bool
    alone: int = 0

    def before(self, *, alone: bool) -> MeetingAnswer | None:
        """Return the answer that a new one replaces."""
        if self.household and not alone:
            return self.for_home
        return self.own if self.own and self.own.person_id else None

    @property
    def may_overrule(self) -> bool:
        """True if the person can answer otherwise than their household."""
        return self.household is not None and (self.shares_home or self.before(alone=True) is not None)


def answering(meeting: Meeting, person: Person) -> Answering:
    """Return for whom a person answers a meeting."""
    home = household_of(meeting, person)
    mine = my_answer(meeting, person)
    if home is None:
        return Answering(person, None, mine, None, shares_home=False)
    theirs = select(MeetingAnswer).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.household_id == home.id
    )
    living_there = (
        select(func.count(Membership.id), func.count(_Own.id))
        .outerjoin(_Own, (_Own.person_id == Membership.person_id) & (_Own.meeting_id == meeting.id))
        .where(Membership.household_id == home.id, Membership.is_current)
    )
    number, alone = db.session.execute(living_there).one()
    return Answering(person, home, mine, db.session.scalar(theirs), number > 1, alone)


def my_answer(meeting: Meeting, person: Person) -> MeetingAnswer | None:
    """Return the answer that counts for a person: their own, or else their household's, or None."""
    return db.session.scalar(select(MeetingAnswer).where(answer_of(person.id, meeting.id)))


def sums(meeting: Meeting, group_id: int | None = None, *, without: Collection[int] = ()) -> Sums:
    """Return the totals of the answers of those who are still called, or of one group; one statement.

    For a meeting open to everybody one more counts those who answered on its public page. The households of
    the people (ids) in `without` are left out.
    """
    said, guests = Counter[Answer | None](), guests_of(meeting)
    people = guests
    for members in _homes(meeting, group_id):
        for answer, number in [] if any(each.person in without for each in members) else _count(members):
            said[answer] += 1
            people += number if answer is Answer.YES else 0
    return Sums(people, said[Answer.YES], said[Answer.MAYBE], said[Answer.NO], said[None], guests)


def is_of_one_group(meeting: Meeting) -> bool:
    """Return True if no other group than the one that calls was ever asked to come."""
    return meeting.group is not None and {each.group_id for each in meeting.parts} <= {meeting.group_id}


def people_by_group(meeting: Meeting) -> Counter[int | None]:
    """Return how many people come of each group (id), where everybody counts for one group; one statement."""
    said = Counter[int | None]()
    for members in _homes(meeting, None):
        said[members[0].group] += sum(number for answer, number in _count(members) if answer is Answer.YES)
    return said


def _homes(meeting: Meeting, group_id: int | None) -> Iterator[list[Row[Any]]]:
    """Yield those who are called, household by household, or alone if they have no known flat."""
    for _home, members in groupby(db.session.execute(_called(meeting, group_id)), key=_counted_with):
        yield list(members)


def guests_of(meeting: Meeting) -> int:
    """Return how many people said on the public page of a meeting that they come."""
    if meeting.audience is not MeetingAudience.EVERYBODY:
        return 0
    said = select(func.coalesce(func.sum(GuestAnswer.people), 0)).where(GuestAnswer.meeting_id == meeting.id)
    return db.session.scalar(said) or 0


def _called(meeting: Meeting, group_id: int | None) -> Select[Any]:
    """Return a select of those who are called, by household, with their own and their household's answer."""
    people, here = called_people(meeting), [Membership.is_current, is_for_member(meeting)]
    if group_id is not None:
        here.append(Membership.group_id == group_id)
        people = people.where(Membership.group_id == group_id)
    called = people.subquery()
    at_home = (
        select(
            Membership.person_id,
            func.min(Membership.household_id).label("home"),
            func.min(Membership.group_id).label("group"),
        )
        .where(*here)
        .group_by(Membership.person_id)
        .subquery()
    )
    person, home = called.c[0], at_home.c.home
    return (
        select(
            person.label("person"), home, _Own.answer, _Own.people, _Ours.answer.label("for_home"),
            func.coalesce(_Ours.people, 0).label("number"), at_home.c.group,
        )
        .outerjoin(at_home, at_home.c.person_id == person)
        .outerjoin(_Own, (_Own.person_id == person) & (_Own.meeting_id == meeting.id))
        .outerjoin(_Ours, (_Ours.household_id == home) & (_Ours.meeting_id == meeting.id))
        .order_by(case((home.is_(None), person)), home)
    )  # fmt: skip


def _counted_with(row: Row[Any]) -> tuple[int | None, int | None]:
    return row.home, None if row.home else row.person


def _count(members: list[Row[Any]]) -> Iterator[tuple[Answer | None, int]]:
    """Yield the answers of a household, or of one person without a flat, each with how many it counts.

    Whoever answers for themselves is counted alone, and taken out of the household's number, unless that is
    so small that it can mean the others only.
    """
    alone = [each for each in members if each.answer is not None]
    yield from ((each.answer, each.people) for each in alone)
    if others := len(members) - len(alone):
        number = members[0].number
        yield members[0].for_home, max(min(number, others), number - len(alone))


def coming_without_mail(meeting: Meeting) -> int:
    """Return how many of those who are called have answered yes or maybe and cannot be reached by mail."""
    gave = select(func.coalesce(MeetingAnswer.person_id, MeetingAnswer.by_id))
    gave = gave.where(MeetingAnswer.meeting_id == meeting.id)
    answered = select(Person.id).where(
        Person.id.in_(gave),
        Person.id.in_(people_who_said(meeting.id, Answer.YES, Answer.MAYBE)),
        Person.id.in_(called_people(meeting)),
    )
    wanted = select(func.count(Person.id)).where(Person.id.in_(answered))
    return db.session.scalar(wanted.where(Person.id.not_in(reached_by_mail(answered)))) or 0


def people_of_mail(row: OutboxRow, meeting: Meeting) -> Sequence[Person]:
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
    return db.session.scalars(wanted).all()
