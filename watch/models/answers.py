"""Answers to the invitations to meetings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, exactly_one, impersonal, personal, utcnow
from watch.models.meetings import Meeting
from watch.models.people import Person
from watch.models.places import Household

AS_ANSWER = "12 months after the meeting"


class Answer(StrEnum):
    """An answer to the invitation to a meeting."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class MeetingAnswer(Model):
    """The answer of a household, or of one person for themselves. `people` is how many will come.

    A household's answer covers its members who have not answered for themselves; `by_id` is who gave it last.
    A no keeps the number that was said before, for the case that they come after all; it is 0 without one.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = personal(
        "A", "who comes to a meeting", AS_ANSWER, ForeignKey("meeting.id", ondelete="CASCADE")
    )
    person_id: Mapped[int | None] = personal(
        "A", "who comes to a meeting", AS_ANSWER, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    household_id: Mapped[int | None] = personal(
        "A", "who comes to a meeting", AS_ANSWER, ForeignKey("household.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int | None] = personal(
        "A", "who hears of a change", AS_ANSWER, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    answer: Mapped[Answer] = personal("A", "how many chairs to put out", AS_ANSWER)
    people: Mapped[int] = personal("A", "how many chairs to put out", AS_ANSWER, default=1)
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    household: Mapped[Household | None] = relationship()
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])

    __table_args__ = (
        exactly_one("of_a_person_or_a_household", ("person_id", "household_id")),
        CheckConstraint("by_id IS NULL OR household_id IS NOT NULL", name="given_for_a_household"),
        UniqueConstraint("meeting_id", "person_id", name="uq_meeting_answer_one_per_person"),
        UniqueConstraint("meeting_id", "household_id", name="uq_meeting_answer_one_per_household"),
        CheckConstraint(
            "people BETWEEN 0 AND 20 AND (answer = 'no' OR people > 0)", name="who_comes_is_counted"
        ),
    )


class GuestAnswer(Model):
    """How many come with somebody who answered on the public page of a meeting, where nobody is named.

    Only whoever knows the `key`, which their browser was given, can change the answer or take it back.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = impersonal("random", String(40), unique=True)
    people: Mapped[int]
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)

    meeting: Mapped[Meeting] = relationship()

    __table_args__ = (CheckConstraint("people BETWEEN 1 AND 20", name="some_people_come"),)
