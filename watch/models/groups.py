"""Groups, their members, coordinators and officers. The steps of a group's life are in lifecycle.py."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.database import Base
from watch.models.base import AS_MEMBER, FEW, Model, current, impersonal, one_where, personal, utcnow
from watch.models.derived import Derived, Purpose
from watch.models.people import Person
from watch.models.places import Area, Building, Household, Stairwell

if TYPE_CHECKING:
    from watch.models.lifecycle import ChecklistItem, GroupTransition

AS_OFFICER = "as long as the assignment"
BEFORE_OFFICERS_SAW = "2026-1"  # the duty's version that did not say yet that officers see phone and e-mail


class GroupState(StrEnum):
    """The state of a group. A building without a group collects interest instead."""

    STARTING = "starting"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"


class Group(Model):
    """A neighbourhood-watch group (grannsamverkansgrupp) of one building, or of several small ones.

    One that was merged into another is closed, and everybody and everything of it belongs to that one.
    """

    __tablename__ = "watch_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    name: Mapped[str] = impersonal("the addresses of its buildings", String(200))
    state: Mapped[GroupState] = mapped_column(default=GroupState.STARTING)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    # when interest reached FEW persons; stored, because the interests are erased
    interest_since: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # whoever left at this time left because the group was closed
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"))
    erased_at: Mapped[datetime | None]  # when the texts and names of a closed group were erased
    counted_taking_part: Mapped[int] = mapped_column(default=0)
    counted_flats: Mapped[int | None]  # of how many it is told while nearly all of them take part
    counted_at: Mapped[datetime | None]

    area: Mapped[Area] = relationship()
    buildings: Mapped[list[Building]] = relationship(order_by="Building.sort_key")
    transitions: Mapped[list[GroupTransition]] = relationship(
        order_by="[GroupTransition.at, GroupTransition.id]", back_populates="group"
    )
    checklist: Mapped[list[ChecklistItem]] = relationship(back_populates="group")

    __table_args__ = (
        CheckConstraint("closed_at IS NULL OR state = 'closed'", name="closed_has_a_time"),
        CheckConstraint("merged_into_id IS NULL OR state = 'closed'", name="merged_is_closed"),
    )

    @hybrid_property
    def is_told_of_counted_flats(self) -> bool:
        """True if nearly all of the flats counted before took part last night: more must not show it."""
        flats, count = self.counted_flats, self.counted_taking_part
        return flats is not None and count <= flats and (flats == FEW or count >= max(FEW, flats - FEW + 1))

    @is_told_of_counted_flats.inplace.expression
    @classmethod
    def _is_told_of_counted_flats(cls) -> ColumnElement[bool]:
        flats, count = cls.counted_flats, cls.counted_taking_part
        is_nearly_all = and_(count >= FEW, count > flats - FEW)
        return and_(count <= flats, or_(flats == FEW, is_nearly_all))

    def flats_told(self, flats: int) -> int:
        """Return of how many flats pages tell how many take part; `flats` are those that there are."""
        return self.counted_flats or flats if self.is_told_of_counted_flats else flats


_first_building = select(func.min(Building.sort_key)).where(Building.group_id == Group.id).correlate(Group)
GROUPS_IN_ORDER = func.coalesce(_first_building.scalar_subquery(), Group.name)  # 1–9 before 11–15


class Channel(StrEnum):
    """The way a member is reached."""

    MAIL = "mail"
    PAPER = "paper"


class NoticeChoice(StrEnum):
    """The mails of a group that a member wants. Mails about one's own account always come."""

    EVERYTHING = "everything"
    NOTICES = "notices"
    MEETINGS = "meetings"
    NOTHING = "nothing"


class AreaOptOut(Model):
    """A person's choice to get no notices sent to a whole area.

    They are a mailing list of their own (RFC 2919), independent of the mails of the person's groups.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = personal(
        "B", "which mails they want", AS_MEMBER, ForeignKey("person.id", ondelete="CASCADE")
    )
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("person_id", "area_id", name="uq_area_opt_out_one_per_person"),)


class ConsentChannel(StrEnum):
    """The way a member gave consent."""

    WEB = "web"  # found the building on the web site
    POSTER = "poster"
    LETTER = "letter"
    MAIL = "mail"  # by an invitation's link
    DOORSTEP = "doorstep"  # orally to a coordinator
    PAPER = "paper"  # signed on paper


def _as_joined(row: DefaultExecutionContext) -> datetime:
    joined_at: datetime = row.get_current_parameters()["joined_at"]
    return joined_at


class Membership(Model):
    """A person's membership of a group, with the household if the flat is known.

    Consent is kept with the version of its text, its time and its channel (GDPR article 7.1).
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = personal("A", "who takes part", AS_MEMBER, ForeignKey("watch_group.id"))
    person_id: Mapped[int] = personal(
        "A", "who takes part", AS_MEMBER, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    stairwell_id: Mapped[int | None] = personal(
        "A", "which coordinator it concerns", AS_MEMBER, ForeignKey("stairwell.id"), index=True
    )
    household_id: Mapped[int | None] = personal(
        "A", "which flat takes part", AS_MEMBER, ForeignKey("household.id"), index=True
    )
    channel: Mapped[Channel] = personal("B", "mail or paper", AS_MEMBER, default=Channel.MAIL)
    notices: Mapped[NoticeChoice] = personal(
        "B", "which mails they want", AS_MEMBER, default=NoticeChoice.EVERYTHING
    )
    joined_at: Mapped[datetime] = mapped_column(default=utcnow)
    left_at: Mapped[datetime | None]
    admitted_by_id: Mapped[int | None] = personal(
        "B", "who answered for the admission", AS_MEMBER, ForeignKey("person.id", ondelete="SET NULL")
    )
    consent_version: Mapped[str] = impersonal("the version of a text", String(20))
    consent_at: Mapped[datetime] = mapped_column(default=_as_joined)
    consent_channel: Mapped[ConsentChannel] = mapped_column(default=ConsentChannel.WEB)

    group: Mapped[Group] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    stairwell: Mapped[Stairwell | None] = relationship()
    household: Mapped[Household | None] = relationship()

    is_current = current(until="left_at")

    @property
    def left_with_household(self) -> bool:
        """True if the membership ended because the whole household was recorded as moved out."""
        home = self.household
        return home is not None and self.left_at is not None and home.ended_at == self.left_at

    __table_args__ = (
        one_where("membership_one_active_per_person", "group_id", "person_id", where="left_at IS NULL"),
        CheckConstraint("consent_at <= joined_at", name="consent_comes_first"),
        CheckConstraint("consent_version <> ''", name="consent_to_a_text"),
    )


coordinator_stairwell = Table(
    "coordinator_stairwell",
    Base.metadata,
    Column("coordinator_id", ForeignKey("coordinator.id", ondelete="CASCADE"), primary_key=True),
    Column("stairwell_id", ForeignKey("stairwell.id", ondelete="CASCADE"), primary_key=True),
)


class Coordinator(Derived, Model):
    """The appointment of a coordinator (kontaktombud). Without stairwells it is for the whole group.

    It counts once accepted; `duty_version` is the version of the duty of silence and care they accepted.
    `trained_on` and `confirmed_on` are the days on which they were taught, and last said that they go on.
    """

    purposes = frozenset({Purpose.APPOINTMENT})

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"), index=True)
    person_id: Mapped[int] = personal(
        "C", "who coordinates", AS_MEMBER, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    is_lead: Mapped[bool] = mapped_column(default=False)
    appointed_at: Mapped[datetime] = mapped_column(default=utcnow)
    appointed_by_id: Mapped[int | None] = personal(
        "D", "who appointed", AS_MEMBER, ForeignKey("person.id", ondelete="SET NULL")
    )
    accepted_at: Mapped[datetime | None]
    duty_version: Mapped[str | None] = impersonal("the version of a text", String(20))
    trained_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    group: Mapped[Group] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    appointed_by: Mapped[Person | None] = relationship(foreign_keys=[appointed_by_id])
    stairwells: Mapped[list[Stairwell]] = relationship(
        secondary=coordinator_stairwell, order_by="Stairwell.sort_key"
    )

    is_current = current(since="accepted_at", until="ended_at")

    @hybrid_property
    def officers_see_details(self) -> bool:
        """True if the coordinator was told, when accepting, that officers see their phone and e-mail."""
        return self.duty_version not in (None, BEFORE_OFFICERS_SAW)

    @officers_see_details.inplace.expression
    @classmethod
    def _officers_see_details(cls) -> ColumnElement[bool]:
        return and_(cls.duty_version.is_not(None), cls.duty_version != BEFORE_OFFICERS_SAW)

    __table_args__ = (
        one_where("coordinator_one_current_per_person", "group_id", "person_id", where="ended_at IS NULL"),
        CheckConstraint("(accepted_at IS NULL) = (duty_version IS NULL)", name="accepted_a_version"),
    )


class Organisation(StrEnum):
    """The organisation an officer works for."""

    POLICE = "police"
    MUNICIPALITY = "municipality"


class Officer(Model):
    """The office of a police contact (kommunpolis) or municipal officer in an area; both may do the same."""

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    person_id: Mapped[int] = personal(
        "C",
        "who follows the area",
        AS_OFFICER,
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
    )
    organisation: Mapped[Organisation] = mapped_column(default=Organisation.POLICE)
    assigned_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]

    area: Mapped[Area] = relationship()
    person: Mapped[Person] = relationship()

    is_current = current(until="ended_at")

    __table_args__ = (
        one_where("officer_one_current_per_area", "area_id", "person_id", where="ended_at IS NULL"),
    )
