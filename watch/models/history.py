"""What an area's numbers were, month by month, so that the past does not change."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, utcnow
from watch.models.places import Area

COUNTED = ("starting", "active", "dormant", "closed", "taking_part", "flats", "meetings", "counted", "came")


class AreaMonth(Model):
    """An area's numbers of a month, counted each night: its groups by state, households, and meetings.

    `taking_part` of `flats` are the households as officers were shown them in the month's last night; they
    are None of a month in which nobody counted. `came` people came to the `counted` of the `meetings`.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    month: Mapped[date]  # its first day
    starting: Mapped[int]
    active: Mapped[int]
    dormant: Mapped[int]
    closed: Mapped[int]
    taking_part: Mapped[int | None]
    flats: Mapped[int | None]
    meetings: Mapped[int]
    counted: Mapped[int]
    came: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(default=utcnow)

    area: Mapped[Area] = relationship()

    __table_args__ = (
        UniqueConstraint("area_id", "month", name="uq_area_month_one_per_month"),
        CheckConstraint(" AND ".join(f"{name} >= 0" for name in COUNTED), name="counts_are_counts"),
        CheckConstraint("(taking_part IS NULL) = (flats IS NULL)", name="households_are_counted_together"),
        CheckConstraint("counted <= meetings", name="counted_are_among_meetings"),
    )
