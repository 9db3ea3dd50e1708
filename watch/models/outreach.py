"""The outreach log: doors knocked on (dörrknackning) and visits on site, in numbers only."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import Model, current, impersonal, personal, utcnow
from watch.models.places import Area, Building

AS_OUTREACH = "two years; the numbers stay. What was taken away is erased after 30 days"
MOST_DOORS, MOST_PEOPLE, MOST_MATERIAL = 5_000, 500, 100_000  # of one entry


class OutreachKind(StrEnum):
    """What was done."""

    DOOR_KNOCKING = "door_knocking"
    ON_SITE = "on_site"  # information on a square, in a laundry room, at a market


class OutreachParty(StrEnum):
    """An organisation whose people took part."""

    POLICE = "police"
    VOLUNTEERS = "volunteers"
    LANDLORD = "landlord"
    MUNICIPALITY = "municipality"


class OutreachEntry(Model):
    """A door-knocking or a visit on site: when, where, who took part, and how many doors opened.

    It is at a building or at a place in the area; once its place was erased, somewhere in the area. Doors are
    None where nobody knocked. `material_languages` are codes, parted by spaces; "other" is any language that
    is not one of ours. Each change raises `version`, by which a change made meanwhile is noticed.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    place: Mapped[str | None] = personal(
        "C", "where it was; free text may name somebody", AS_OUTREACH, Encrypted("outreach_entry.place")
    )
    kind: Mapped[OutreachKind]
    day: Mapped[date]
    with_police: Mapped[bool] = mapped_column(default=False)
    with_volunteers: Mapped[bool] = mapped_column(default=False)
    with_landlord: Mapped[bool] = mapped_column(default=False)
    with_municipality: Mapped[bool] = mapped_column(default=False)
    people: Mapped[int]
    doors_knocked: Mapped[int | None]
    doors_opened: Mapped[int | None]
    left_material: Mapped[bool] = mapped_column(default=False)
    material_count: Mapped[int | None]  # None: nobody counted
    material_languages: Mapped[str] = impersonal("language codes", String(40), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = personal(
        "C", "who wrote it down", AS_OUTREACH, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)

    area: Mapped[Area] = relationship()
    building: Mapped[Building | None] = relationship()

    is_current = current(until="removed_at")

    __table_args__ = (
        CheckConstraint("building_id IS NULL OR place IS NULL", name="building_or_place"),
        CheckConstraint(
            "with_police OR with_volunteers OR with_landlord OR with_municipality", name="somebody_took_part"
        ),
        CheckConstraint(f"people BETWEEN 1 AND {MOST_PEOPLE}", name="some_people_took_part"),
        CheckConstraint(f"doors_knocked BETWEEN 0 AND {MOST_DOORS}", name="doors_are_a_number"),
        CheckConstraint("doors_opened BETWEEN 0 AND doors_knocked", name="opened_are_among_knocked"),
        CheckConstraint(
            "(doors_knocked IS NULL) = (doors_opened IS NULL)", name="doors_are_counted_together"
        ),
        CheckConstraint(
            "kind <> 'door_knocking' OR doors_knocked IS NOT NULL", name="door_knocking_counts_doors"
        ),
        CheckConstraint(
            f"material_count IS NULL OR (left_material AND material_count BETWEEN 1 AND {MOST_MATERIAL})",
            name="counted_material_was_left",
        ),
        CheckConstraint("left_material OR material_languages = ''", name="languages_of_material"),
    )

    @property
    def parties(self) -> list[OutreachParty]:
        """The organisations whose people took part."""
        return [each for each in OutreachParty if getattr(self, f"with_{each}")]
