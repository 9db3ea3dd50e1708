"""Meetings and the answers to their invitations."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_GROUP, AS_MEMBER, Model, impersonal, personal, utcnow
from watch.models.derived import Derived, Purpose
from watch.models.groups import Group
from watch.models.people import Person
from watch.models.places import Stairwell

AS_ANSWER = "12 months after the meeting"


class MeetingKind(StrEnum):
    """The kind of a meeting."""

    START = "start"  # uppstartsmöte
    STAIRWELL = "stairwell"  # trapphusträff
    ANNUAL = "annual"  # årlig träff
    COORDINATORS = "coordinators"  # ombudsträff
    SAFETY_WALK = "safety_walk"  # trygghetsvandring


class Counting(StrEnum):
    """The state of counting who came. "Counted, nobody came" differs from "not counted"."""

    NOT_YET = "not_yet"
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"


def _new_uid() -> str:
    return uuid4().hex


class Meeting(Model):
    """A meeting of a group, or of one of its stairwells.

    `uid` identifies it in calendars (RFC 5545, 3.8.4.7). It is random, because an id may be given again after
    a restore, and the new meeting would replace this one in people's calendars. Each change and the
    cancellation raise `sequence` (RFC 5545, 3.8.7.4). `changed_at` is when people were last told of a change.

    `remind_early` and `remind_late` are how many days before it reminders go out, 0 for none, and
    `reminders_at` is when they were last chosen anew.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = impersonal("random", String(40), unique=True, default=_new_uid)
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"), index=True)
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("stairwell.id"))
    kind: Mapped[MeetingKind]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = personal(
        "C", "where to come; it may be somebody's home", AS_GROUP, Encrypted("meeting.place")
    )
    about: Mapped[str | None] = personal("C", "what will be talked of", AS_GROUP, Encrypted("meeting.about"))
    called_at: Mapped[datetime] = mapped_column(default=utcnow)
    called_by_id: Mapped[int | None] = personal(
        "C", "who calls", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL")
    )
    sequence: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = personal(
        "C", "why it is off; free text may name somebody", AS_GROUP, Encrypted("meeting.cancel_reason")
    )
    remind_early: Mapped[int] = mapped_column(default=7)
    remind_late: Mapped[int] = mapped_column(default=1)
    reminders_at: Mapped[datetime | None]
    reminder_text: Mapped[str | None] = personal(
        "C", "what the reminders say besides", AS_GROUP, Encrypted("meeting.reminder_text")
    )
    counting: Mapped[Counting] = mapped_column(default=Counting.NOT_YET)
    head_count: Mapped[int | None]

    group: Mapped[Group] = relationship()
    stairwell: Mapped[Stairwell | None] = relationship()
    called_by: Mapped[Person | None] = relationship()

    @property
    def is_to_come(self) -> bool:
        """True if the meeting has not begun and is not cancelled."""
        return self.cancelled_at is None and self.starts_at > utcnow()

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint(
            "remind_early IN (0, 1, 2, 3, 7, 14) AND remind_late IN (0, 1, 2, 3, 7, 14)",
            name="reminders_are_days_before",
        ),
        CheckConstraint("head_count BETWEEN 0 AND 1000", name="head_count_is_some_people"),
        CheckConstraint("(counting = 'counted') = (head_count IS NOT NULL)", name="counted_has_a_count"),
    )


class MeetingChange(Model):
    """What a meeting was before a change. `mailing_id` is the mail that told of it, if any did."""

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id", ondelete="SET NULL"), unique=True)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    by_id: Mapped[int | None] = personal(
        "C", "who changed it", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = personal(
        "C", "where to come before; it may be somebody's home", AS_GROUP, Encrypted("meeting_change.place")
    )
    about: Mapped[str | None] = personal(
        "C", "what was to be talked of", AS_GROUP, Encrypted("meeting_change.about")
    )

    meeting: Mapped[Meeting] = relationship()


class Answer(StrEnum):
    """An answer to the invitation to a meeting."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class MeetingAnswer(Model):
    """A person's answer. `people` is how many will come, the person included.

    A no keeps the number that was said before, for the case that they come after all; it is 0 without one.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = personal(
        "A", "who comes to a meeting", AS_ANSWER, ForeignKey("meeting.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = personal(
        "A", "who comes to a meeting", AS_ANSWER, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    answer: Mapped[Answer] = personal("A", "how many chairs to put out", AS_ANSWER)
    people: Mapped[int] = personal("A", "how many chairs to put out", AS_ANSWER, default=1)
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id", name="uq_meeting_answer_one_per_person"),
        CheckConstraint(
            "people BETWEEN 0 AND 20 AND (answer = 'no' OR people > 0)", name="who_comes_is_counted"
        ),
    )


class CalendarFeed(Derived, Model):
    """The address of a calendar with a person's meetings, which needs no signing in.

    Without a row there is none. A new nonce makes another address, and the earlier one ends.
    """

    purposes = frozenset({Purpose.CALENDAR})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = personal(
        "A", "whose meetings it shows", AS_MEMBER, ForeignKey("person.id", ondelete="CASCADE")
    )
    made_at: Mapped[datetime] = mapped_column(default=utcnow)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("person_id", name="uq_calendar_feed_one_per_person"),)
