"""Promises to the citizens (medborgarlöften) with what became of them, and planned police operations."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, current, impersonal, personal, utcnow
from watch.models.places import Area

AS_PROMISE = "two years; the promise stays. What was taken away is erased after 30 days"
AS_OPERATION = "two years; the operations stay. What was taken away is erased after 30 days"
MOST_PROMISED, MOST_OPERATIONS = 1_000_000, 10_000
MOST_TEXT, MOST_UNIT, MOST_PARTIES, MOST_SOURCE = 300, 60, 100, 200  # characters
PUBLIC = "what authorities tell the public; its form refuses words about a person"


class PromiseParty(StrEnum):
    """An organisation that answers for a promise."""

    POLICE = "police"
    MUNICIPALITY = "municipality"
    LANDLORD = "landlord"
    GROUPS = "groups"  # the groups' contact persons and members


class PromiseState(StrEnum):
    """How far a promise has come. Everybody may read it once it is published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    FOLLOWED_UP = "followed_up"


class PromiseResult(StrEnum):
    """Whether a promise was kept (its status in the follow-up)."""

    KEPT = "kept"
    PARTLY = "partly"
    NOT_KEPT = "not_kept"


promise_area = Table(
    "promise_area",
    Model.metadata,
    Column("promise_id", ForeignKey("promise.id", ondelete="CASCADE"), primary_key=True),
    Column("area_id", ForeignKey("area.id"), primary_key=True, index=True),
)


class Promise(Model):
    """What is promised in some areas for a period, by whom, and what became of it.

    `target` and `outcome_number` are counts of `unit` ("träffar"), or None. `result` is set once it is
    followed up. `worded_at` is when its text, period, areas, parties or target were last changed, if
    ever. Each change raises `version`, by which a change made meanwhile is noticed.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    begins: Mapped[date]
    ends: Mapped[date]
    text: Mapped[str] = impersonal(PUBLIC, String(MOST_TEXT))
    by_police: Mapped[bool] = mapped_column(default=False)
    by_municipality: Mapped[bool] = mapped_column(default=False)
    by_landlord: Mapped[bool] = mapped_column(default=False)
    by_groups: Mapped[bool] = mapped_column(default=False)
    other_parties: Mapped[str] = impersonal("names of organisations", String(MOST_PARTIES), default="")
    target: Mapped[int | None]
    unit: Mapped[str] = impersonal("what is counted", String(MOST_UNIT), default="")
    result: Mapped[PromiseResult | None]
    outcome_number: Mapped[int | None]
    outcome: Mapped[str] = impersonal(PUBLIC, String(MOST_TEXT), default="")
    source: Mapped[str] = impersonal("where the outcome is known from", String(MOST_SOURCE), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    worded_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = personal(
        "C", "who last changed it", AS_PROMISE, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)

    areas: Mapped[list[Area]] = relationship(secondary=promise_area, order_by=Area.sort_key)

    is_current = current(until="removed_at")
    is_public = current(since="published_at", until="removed_at")

    __table_args__ = (
        CheckConstraint("ends >= begins", name="ends_after_it_begins"),
        CheckConstraint(f"target BETWEEN 0 AND {MOST_PROMISED}", name="target_is_a_number"),
        CheckConstraint(f"outcome_number BETWEEN 0 AND {MOST_PROMISED}", name="outcome_is_a_number"),
        CheckConstraint("(result IS NULL) = (followed_up_at IS NULL)", name="followed_up_with_a_result"),
    )

    @property
    def state(self) -> PromiseState:
        """How far it has come; a draft again once it was taken back."""
        if self.published_at is None:
            return PromiseState.DRAFT
        return PromiseState.PUBLISHED if self.followed_up_at is None else PromiseState.FOLLOWED_UP

    @property
    def parties(self) -> list[PromiseParty]:
        """The organisations that answer for it, beside `other_parties`."""
        return [each for each in PromiseParty if getattr(self, f"by_{each}")]


class Operation(Model):
    """Planned operations of the police in an area: how many in a period, and what they were."""

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    begins: Mapped[date]
    ends: Mapped[date]
    number: Mapped[int]
    text: Mapped[str] = impersonal(PUBLIC, String(MOST_TEXT))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = personal(
        "C", "who last changed it", AS_OPERATION, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)

    area: Mapped[Area] = relationship()

    is_current = current(until="removed_at")

    __table_args__ = (
        CheckConstraint("ends >= begins", name="ends_after_it_begins"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_OPERATIONS}", name="some_operations"),
    )
