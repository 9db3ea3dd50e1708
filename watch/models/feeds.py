"""The addresses of people's own calendars."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import AS_MEMBER, Model, personal, utcnow
from watch.models.derived import Derived, Purpose
from watch.models.people import Person


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
