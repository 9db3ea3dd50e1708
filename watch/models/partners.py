"""Partners: people at a landlord or the municipality, who see counts of their buildings and never people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, current, one_where, personal, utcnow
from watch.models.people import Person
from watch.models.places import Area, Landlord

AS_PARTNER = "as long as they have the page"


class Partner(Model):
    """The page of a landlord's or the municipality's contact person, for one area.

    With a landlord their own properties are that landlord's buildings in the area; without one, which is the
    municipality's, they are all of the area's.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    landlord_id: Mapped[int | None] = mapped_column(ForeignKey("landlord.id"), index=True)
    person_id: Mapped[int] = personal(
        "C",
        "who sees counts of buildings",
        AS_PARTNER,
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
    )
    assigned_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]

    area: Mapped[Area] = relationship()
    landlord: Mapped[Landlord | None] = relationship()
    person: Mapped[Person] = relationship()

    is_current = current(until="ended_at")

    __table_args__ = (
        one_where(
            "partner_one_current_of_landlord", "area_id", "person_id", "landlord_id", where="ended_at IS NULL"
        ),
        one_where(
            "partner_one_current_of_municipality",
            "area_id",
            "person_id",
            where="ended_at IS NULL AND landlord_id IS NULL",
        ),
    )
