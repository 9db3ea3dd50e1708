"""Reports: what officers write about the areas and a period, and the editions that are published of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.database import Base
from watch.models.base import Model, current, impersonal, personal, utcnow
from watch.models.people import Language
from watch.models.places import Area

PUBLIC = "what authorities tell the public; its form refuses words about a person"
AS_REPORT = "as long as the report; what was taken away is erased after 30 days"


class Theme(StrEnum):
    """A part of a report with a text of its own, in the order in which they stand."""

    SUMMARY = "summary"
    PROMISES = "promises"
    PLACES = "places"
    EST = "est"  # effektiv samordning för trygghet: the authorities' own loop
    OPERATIONS = "operations"
    MEETINGS = "meetings"
    GROUPS = "groups"
    OUTREACH = "outreach"
    INDICATORS = "indicators"
    AHEAD = "ahead"


report_area = Table(
    "report_area",
    Base.metadata,
    Column("report_id", ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    Column("area_id", ForeignKey("area.id"), primary_key=True, index=True),
)


class Report(Model):
    """A report over one or several areas and a period, which officers write and publish in editions.

    Its numbers are counted when it is shown, and kept in an edition when it is published. Each change raises
    `version`, by which a change made meanwhile is noticed.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = impersonal("a report's address on the web", String(120), unique=True)
    title: Mapped[str] = impersonal(PUBLIC, String(120))
    since: Mapped[date]
    until: Mapped[date]
    language: Mapped[Language] = mapped_column(default=Language.SWEDISH)
    contact_name: Mapped[str | None] = personal(
        "C", "whom the public may ask", AS_REPORT, Encrypted("report.contact_name")
    )
    contact_phone: Mapped[str | None] = personal(
        "C", "whom the public may ask", AS_REPORT, Encrypted("report.contact_phone")
    )
    contact_email: Mapped[str | None] = personal(
        "C", "whom the public may ask", AS_REPORT, Encrypted("report.contact_email")
    )
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = personal(
        "C", "who began it", AS_REPORT, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)

    areas: Mapped[list[Area]] = relationship(secondary=report_area, order_by=Area.sort_key)
    texts: Mapped[list[ReportText]] = relationship(back_populates="report", cascade="all, delete-orphan")
    indicators: Mapped[list[ReportIndicator]] = relationship(
        back_populates="report", cascade="all, delete-orphan", order_by="ReportIndicator.id"
    )
    editions: Mapped[list[ReportEdition]] = relationship(
        back_populates="report", cascade="all, delete-orphan", order_by="ReportEdition.number"
    )

    is_current = current(until="removed_at")

    __table_args__ = (CheckConstraint("until >= since", name="ends_after_it_begins"),)

    def text_of(self, theme: Theme) -> str:
        """Return what is written on a theme, or nothing."""
        return next((each.text for each in self.texts if each.theme is theme), "")

    @property
    def published(self) -> list[ReportEdition]:
        """The editions that everybody may read, the latest first."""
        return [each for each in reversed(self.editions) if each.is_public]


class ReportText(Model):
    """What is written in a report on one theme. Each change raises `version`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    theme: Mapped[Theme]
    text: Mapped[str] = impersonal(PUBLIC, Text)
    version: Mapped[int] = mapped_column(default=1)

    report: Mapped[Report] = relationship(back_populates="texts")

    __table_args__ = (UniqueConstraint("report_id", "theme", name="uq_report_text_one_per_theme"),)


class ReportIndicator(Model):
    """A measure from elsewhere, before and after, with its source: how many feel safe, 62 % and 68 %."""

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = impersonal(PUBLIC, String(160))
    source: Mapped[str] = impersonal(PUBLIC, String(160))
    before: Mapped[str] = impersonal(PUBLIC, String(60))
    after: Mapped[str] = impersonal(PUBLIC, String(60))
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)

    report: Mapped[Report] = relationship(back_populates="indicators")


class ReportEdition(Model):
    """A published edition. `content` is everything that it says, as JSON, and never changes.

    It names nobody. The contact person stands beside it, so that they can be taken out. An edition that was
    withdrawn is read by nobody, and erased after 30 days.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    number: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None]
    content: Mapped[str] = impersonal(PUBLIC, Text)
    contact_name: Mapped[str | None] = personal(
        "C", "whom the public may ask", AS_REPORT, Encrypted("report_edition.contact_name")
    )
    contact_phone: Mapped[str | None] = personal(
        "C", "whom the public may ask", AS_REPORT, Encrypted("report_edition.contact_phone")
    )
    contact_email: Mapped[str | None] = personal(
        "C", "whom the public may ask", AS_REPORT, Encrypted("report_edition.contact_email")
    )
    by_id: Mapped[int | None] = personal(
        "C", "who published it", AS_REPORT, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )

    report: Mapped[Report] = relationship(back_populates="editions")

    is_public = current(until="withdrawn_at")

    __table_args__ = (UniqueConstraint("report_id", "number", name="uq_report_edition_number"),)
