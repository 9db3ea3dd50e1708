"""What officers keep in their registers: an uploaded landlord's list, and the signs of buildings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, current, impersonal, personal, utcnow
from watch.models.groups import Group, GroupState
from watch.models.places import Area, Building, Stairwell

CHECKED_FOR = timedelta(days=365)  # how long a check of a sign holds
AS_UPLOAD = "a day after it was uploaded"


class UploadState(StrEnum):
    """Whether an uploaded list waits for its uploader, was applied, or was put aside."""

    WAITING = "waiting"
    APPLIED = "applied"
    DISCARDED = "discarded"


class ListUpload(Model):
    """A landlord's list that an officer has uploaded and looks at before it changes the register.

    `contents` are the rows that were read, and what they were shown to change, compressed; the file itself is
    not kept. It is None once the list was applied or put aside.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    by_id: Mapped[int | None] = personal(
        "C", "who uploaded it", AS_UPLOAD, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    uploaded_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    state: Mapped[UploadState] = mapped_column(default=UploadState.WAITING)
    contents: Mapped[bytes | None] = impersonal("flats exist whoever lives there", LargeBinary)

    area: Mapped[Area] = relationship()

    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (contents IS NOT NULL)", name="contents_while_waiting"),
    )


class SignSpot(StrEnum):
    """Where at a building a sign is."""

    ENTRANCE = "entrance"
    STAIRWELL = "stairwell"
    FACADE = "facade"
    YARD = "yard"
    GARAGE = "garage"


class WatchSign(Model):
    """A sign (grannsamverkansskylt) of a building: ordered, put up, checked, and one day taken down.

    It is at a stairwell, or at the building. One that was written down by mistake has `removed_at`. Each
    change raises `version`, by which a change made meanwhile is noticed. `ticked_down_at` is when it was
    taken down with the others of a closed group, by the task for that; undoing it brings just those back.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("stairwell.id"), index=True)
    spot: Mapped[SignSpot] = mapped_column(default=SignSpot.ENTRANCE)
    ordered_on: Mapped[date]
    up_on: Mapped[date | None]
    checked_on: Mapped[date | None]
    is_worn: Mapped[bool] = mapped_column(default=False)
    down_on: Mapped[date | None]
    ticked_down_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = impersonal("random, and where it goes", String(60), unique=True)

    building: Mapped[Building] = relationship()
    stairwell: Mapped[Stairwell | None] = relationship()

    is_current = current(until="removed_at")

    @classmethod
    def waits(cls, today: date) -> ColumnElement[bool]:
        """Return the condition that a sign waits: to be put up, exchanged, or checked after a year.

        The signs of a closed group are to be taken down, which is a task of its closing.
        """
        last = func.coalesce(cls.checked_on, cls.up_on)
        is_to_see_to = or_(cls.up_on.is_(None), cls.is_worn, last <= today - CHECKED_FOR)
        closed = select(Building.id).join(Group, Group.id == Building.group_id)
        of_closed = cls.building_id.in_(closed.where(Group.state == GroupState.CLOSED))
        return and_(cls.is_current, cls.down_on.is_(None), is_to_see_to, ~of_closed)

    @property
    def area_id(self) -> int:
        """The id of its building's area."""
        return self.building.property.area_id

    __table_args__ = (
        CheckConstraint("up_on >= ordered_on", name="up_after_ordered"),
        CheckConstraint("checked_on IS NULL OR checked_on >= up_on", name="checked_while_up"),
        CheckConstraint("checked_on IS NULL OR up_on IS NOT NULL", name="checked_is_up"),
        CheckConstraint("down_on >= up_on", name="down_after_up"),
        CheckConstraint("NOT is_worn OR up_on IS NOT NULL", name="worn_is_up"),
    )
