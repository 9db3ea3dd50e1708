"""Notices (meddelanden) and their texts in several languages."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_NOTICE, Model, impersonal, personal, utcnow
from watch.models.groups import Group
from watch.models.people import Language, Person
from watch.models.places import Area, Stairwell


class Audience(StrEnum):
    """The recipients of a notice."""

    STAIRWELL = "stairwell"
    GROUP = "group"
    AREA_MEMBERS = "area_members"
    AREA_COORDINATORS = "area_coordinators"
    AREA_GROUP = "area_group"  # one group, written to by an officer of its area


class Level(StrEnum):
    """The importance of a notice. This is not an alarm channel."""

    INFORMATION = "information"
    IMPORTANT = "important"
    URGENT = "urgent"


class Notice(Model):
    """A message to neighbours from a coordinator or an officer.

    `area_id` is the area in which an officer wrote it. `parts` are all areas it went to, if they are several.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[Audience]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("stairwell.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    level: Mapped[Level] = mapped_column(default=Level.INFORMATION)
    organisation: Mapped[str] = impersonal("whom the sender speaks for", String(120))
    source: Mapped[str | None] = impersonal("an authority or a newspaper", String(120))
    valid_until: Mapped[date | None]
    sent_at: Mapped[datetime] = mapped_column(default=utcnow)
    # when its queued mails were stopped; letters on paper are not stopped
    stopped_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = personal(
        "C", "who answers for the text", AS_NOTICE, ForeignKey("person.id", ondelete="SET NULL")
    )

    group: Mapped[Group | None] = relationship()
    stairwell: Mapped[Stairwell | None] = relationship()
    area: Mapped[Area | None] = relationship()
    by: Mapped[Person | None] = relationship()
    parts: Mapped[list[NoticeArea]] = relationship(
        back_populates="notice", cascade="all, delete-orphan", order_by="NoticeArea.id"
    )
    texts: Mapped[list[NoticeText]] = relationship(back_populates="notice", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint(
            "(audience IN ('stairwell', 'group', 'area_group')) = (group_id IS NOT NULL)",
            name="group_audience",
        ),
        CheckConstraint("(audience = 'stairwell') = (stairwell_id IS NOT NULL)", name="stairwell_audience"),
        CheckConstraint(
            "(audience IN ('area_members', 'area_coordinators', 'area_group')) = (area_id IS NOT NULL)",
            name="area_audience",
        ),
    )

    @property
    def areas(self) -> list[Area]:
        """The areas whose members or coordinators it went to; none for a notice to a group."""
        if self.group_id is not None or self.area is None:
            return []
        return [part.area for part in self.parts] or [self.area]

    @classmethod
    def is_to_area(cls, area_id: InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
        """Return the condition that a notice went to a whole area (an id, or a column of ids)."""
        part = cls.parts.any(NoticeArea.area_id == area_id)
        return and_(cls.group_id.is_(None), or_(cls.area_id == area_id, part))

    def text_in(self, language: Language) -> NoticeText:
        """Return the text in that language, else in Swedish, else in any."""
        by_language = {text.language: text for text in self.texts}
        return by_language.get(language) or by_language.get(Language.SWEDISH) or self.texts[0]


class NoticeArea(Model):
    """One of the several areas that a notice went to. `mailing_id` is the mailing for this area's list."""

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id", ondelete="SET NULL"), unique=True)

    notice: Mapped[Notice] = relationship(back_populates="parts")
    area: Mapped[Area] = relationship()

    __table_args__ = (UniqueConstraint("notice_id", "area_id", name="uq_notice_area_once"),)


class NoticeText(Model):
    """The text of a notice in one language."""

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    language: Mapped[Language]
    title: Mapped[str] = personal(
        "C", "free text may name somebody", AS_NOTICE, Encrypted("notice_text.title")
    )
    body: Mapped[str] = personal("C", "free text may name somebody", AS_NOTICE, Encrypted("notice_text.body"))

    notice: Mapped[Notice] = relationship(back_populates="texts")

    __table_args__ = (UniqueConstraint("notice_id", "language", name="uq_notice_text_one_per_language"),)
