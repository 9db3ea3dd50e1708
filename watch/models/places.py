"""Places: area → property → building → stairwell → flat → household."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import AS_MEMBER, Model, current, impersonal, one_where, personal, utcnow
from watch.models.derived import Derived, Purpose


class Area(Model):
    """An area (område), with a target number of groups and a date for it.

    `advisory_share` is how many percent of the households should take part when a group becomes active. It is
    advice to the officers, never a rule, and None unless somebody has set it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = impersonal("an area's address on the web", String(60), unique=True)
    name: Mapped[str] = impersonal("an area's name", String(80), unique=True)
    sort_key: Mapped[str] = impersonal("an area's place in Swedish order", String(160))
    target_groups: Mapped[int | None]
    target_by: Mapped[date | None]
    advisory_share: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("target_groups > 0", name="target_is_some_groups"),
        CheckConstraint("advisory_share BETWEEN 1 AND 100", name="share_is_percent"),
    )


class Landlord(Model):
    """A landlord (fastighetsägare)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = impersonal("a company's name", String(120), unique=True)


class Property(Model):
    """A property (fastighet) with its designation (fastighetsbeteckning)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    landlord_id: Mapped[int] = mapped_column(ForeignKey("landlord.id"), index=True)
    designation: Mapped[str] = impersonal("the land register is public", String(80))

    area: Mapped[Area] = relationship()
    landlord: Mapped[Landlord] = relationship()

    __table_args__ = (UniqueConstraint("area_id", "designation"),)


class Building(Model):
    """A building (hus). Several small ones may share a group. Without a group it collects interest."""

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    grouped_at: Mapped[datetime | None]  # when a building came to a group that was there already
    name: Mapped[str] = impersonal("the landlord's name of a house", String(80))
    address: Mapped[str] = impersonal("the streets and numbers of its stairwells", String(200))
    sort_key: Mapped[str] = impersonal("a building's place in Swedish order", String(240), index=True)

    property: Mapped[Property] = relationship()
    stairwells: Mapped[list[Stairwell]] = relationship(
        back_populates="building", order_by="Stairwell.sort_key", cascade="all, delete-orphan"
    )

    __table_args__ = (UniqueConstraint("property_id", "name"),)


class Stairwell(Derived, Model):
    """A stairwell (trappuppgång; "port 12" for residents), which has a street address of its own.

    The code of its poster is derived from its nonce; only the keyed hash is stored. `north` and `east` are
    its coordinates in metres (SWEREF 99 TM), if the landlord's list has any.
    """

    purposes = frozenset({Purpose.POSTER})

    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    street: Mapped[str] = impersonal("a street", String(80))
    number: Mapped[str] = impersonal("a street number", String(10))
    postcode: Mapped[str] = impersonal("a postcode", String(10))
    city: Mapped[str] = impersonal("a city", String(60))
    sort_key: Mapped[str] = impersonal("a stairwell's place in Swedish order", String(200))
    poster_index: Mapped[bytes | None] = impersonal("keyed hash of a stairwell's code", unique=True)
    north: Mapped[int | None]
    east: Mapped[int | None]

    building: Mapped[Building] = relationship(back_populates="stairwells")
    flats: Mapped[list[Flat]] = relationship(
        back_populates="stairwell", order_by="Flat.number", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("city", "street", "number", name="uq_stairwell_address"),
        CheckConstraint("(north IS NULL) = (east IS NULL)", name="north_and_east_go_together"),
        CheckConstraint(
            "north BETWEEN 6000000 AND 7800000 AND east BETWEEN 200000 AND 1000000", name="is_in_sweden"
        ),
    )

    @property
    def address(self) -> str:
        """Street and number."""
        return f"{self.street} {self.number}"


class OldPoster(Model):
    """A poster's code that was replaced after a leak, kept to explain itself where it still hangs."""

    id: Mapped[int] = mapped_column(primary_key=True)
    stairwell_id: Mapped[int] = mapped_column(ForeignKey("stairwell.id", ondelete="CASCADE"), index=True)
    code_index: Mapped[bytes] = impersonal("keyed hash of a stairwell's former code", unique=True)
    ended_at: Mapped[datetime] = mapped_column(default=utcnow)

    stairwell: Mapped[Stairwell] = relationship()


class Flat(Model):
    """A flat. Its lägenhetsnummer is two digits of floor (10 = entrance) and two of door from the left.

    `gone_at` is when a landlord's new list had it no longer; it stays, with whoever lives in it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    stairwell_id: Mapped[int] = mapped_column(ForeignKey("stairwell.id"))
    number: Mapped[str] = impersonal("a flat exists whoever lives there", String(4))
    landlord_number: Mapped[str | None] = impersonal("the landlord's own number of a flat", String(40))
    gone_at: Mapped[datetime | None]

    stairwell: Mapped[Stairwell] = relationship(back_populates="flats")

    __table_args__ = (
        UniqueConstraint("stairwell_id", "number"),
        CheckConstraint("number BETWEEN '0101' AND '9999' AND length(number) = 4", name="lagenhetsnummer"),
    )

    @property
    def floor(self) -> int:
        """The number of floors above the entrance; negative below it."""
        return int(self.number[:2]) - 10


class HouseholdStatus(StrEnum):
    """The status of a household. A flat without a current household counts as not contacted."""

    NOT_CONTACTED = "not_contacted"
    INVITED = "invited"
    WANTS_TO_JOIN = "wants_to_join"
    TAKES_PART = "takes_part"
    DECLINED = "declined"


class Household(Model):
    """A household (hushåll) that lives, or has lived, in a flat. Moving out ends it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    flat_id: Mapped[int] = personal("A", "which flat takes part", AS_MEMBER, ForeignKey("flat.id"))
    status: Mapped[HouseholdStatus] = personal(
        "A", "whom to invite and whom to leave in peace", AS_MEMBER, default=HouseholdStatus.NOT_CONTACTED
    )
    status_at: Mapped[datetime] = mapped_column(default=utcnow)
    sticker_given_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    flat: Mapped[Flat] = relationship()

    is_current = current(until="ended_at")

    __table_args__ = (one_where("household_one_current_per_flat", "flat_id", where="ended_at IS NULL"),)

    def become(self, status: HouseholdStatus, at: datetime | None = None) -> None:
        """Change the status and its date, which is now unless given."""
        if self.status is not status:
            self.status = status
            self.status_at = at or utcnow()
