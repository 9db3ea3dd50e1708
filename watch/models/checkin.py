"""The presses at the door of a meeting, and the links that are lent for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.answers import AS_ANSWER
from watch.models.base import Model, current, impersonal, one_where, personal, utcnow
from watch.models.derived import Derived, Purpose
from watch.models.meetings import Meeting
from watch.models.people import Person

AS_LENT = "1 day after the meeting"


class MeetingPress(Model):
    """A press on + or – at the door of a meeting, for a flat, for somebody by name, or for a number only.

    The sum of `heads` is how many came. `key` is made with the button, so that a press that arrives twice
    counts once. A name that was ticked already, on another phone, is pressed for 0 heads. `link_id` is the
    lent link that it came by, until that is erased.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = personal(
        "A", "who comes to a meeting", AS_ANSWER, ForeignKey("meeting.id", ondelete="CASCADE")
    )
    key: Mapped[str] = impersonal("hash of random letters", String(64))
    heads: Mapped[int]
    flat_id: Mapped[int | None] = personal(
        "A", "which flat came", AS_ANSWER, ForeignKey("flat.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[int | None] = personal(
        "A", "who came, of those who show their name", AS_ANSWER,
        ForeignKey("person.id", ondelete="SET NULL"), index=True,
    )  # fmt: skip
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("checkin_link.id", ondelete="SET NULL"), index=True
    )
    arrived_at: Mapped[datetime] = mapped_column(default=utcnow)

    meeting: Mapped[Meeting] = relationship()

    __table_args__ = (
        UniqueConstraint("meeting_id", "key", name="uq_meeting_press_counts_once"),
        CheckConstraint("heads BETWEEN -1 AND 1", name="one_head_at_most"),
        CheckConstraint("flat_id IS NULL OR person_id IS NULL", name="of_a_flat_or_a_person"),
    )


class CheckinLink(Derived, Model):
    """A link that a coordinator lends somebody, to count at the door of one meeting that evening."""

    purposes = frozenset({Purpose.CHECK_IN})

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    by_id: Mapped[int | None] = personal(
        "C", "who lent it", AS_LENT, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    lent_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship()
    by: Mapped[Person | None] = relationship()

    is_current = current(until="ended_at")

    __table_args__ = (
        one_where("checkin_link_one_open_per_lender", "meeting_id", "by_id", where="ended_at IS NULL"),
    )
