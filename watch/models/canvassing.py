"""Coordinators' visits to flats and their outcomes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, one_where, personal, utcnow
from watch.models.groups import Group, Membership
from watch.models.joining import JoinRequest
from watch.models.people import Person
from watch.models.places import Flat, Household, HouseholdStatus

AS_VISIT = "30 days"


class Outcome(StrEnum):
    """The outcome of a visit."""

    JOINED = "joined"
    DECLINED = "declined"
    NOT_HOME = "not_home"
    MOVED = "moved"


class Visit(Model):
    """A coordinator's visit to a flat, its outcome, and the household's status before it.

    `after_id` is the last visit its coordinator had seen, 0 if none; it is unique per flat, so of two visits
    recorded from the same list one is refused. Undone visits do not count.
    """

    __tablename__ = "knock"  # the journal names rows by this table name

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = personal("A", "whose list", AS_VISIT, ForeignKey("watch_group.id"), index=True)
    flat_id: Mapped[int] = personal("A", "which door", AS_VISIT, ForeignKey("flat.id"))
    household_id: Mapped[int] = personal(
        "A", "who lived there", AS_VISIT, ForeignKey("household.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int | None] = personal(
        "B", "who visited", AS_VISIT, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    join_request_id: Mapped[int | None] = personal(
        "A", "which request it answered", AS_VISIT, ForeignKey("join_request.id", ondelete="SET NULL")
    )
    membership_id: Mapped[int | None] = personal(
        "A", "who joined", AS_VISIT, ForeignKey("membership.id", ondelete="SET NULL")
    )
    outcome: Mapped[Outcome] = personal("A", "what they said", AS_VISIT)
    after_id: Mapped[int] = mapped_column(default=0)
    status_before: Mapped[HouseholdStatus] = personal("A", "to undo it", AS_VISIT)
    status_before_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    undone_at: Mapped[datetime | None]

    flat: Mapped[Flat] = relationship()
    group: Mapped[Group] = relationship()
    household: Mapped[Household] = relationship()
    by: Mapped[Person | None] = relationship()
    join_request: Mapped[JoinRequest | None] = relationship()
    membership: Mapped[Membership | None] = relationship()

    __table_args__ = (
        one_where("knock_one_follows_another", "flat_id", "after_id", where="undone_at IS NULL"),
        CheckConstraint("membership_id IS NULL OR outcome = 'joined'", name="joined_has_a_member"),
    )
