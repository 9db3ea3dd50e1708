"""Findings (åtgärder): something to mend at a place, who owns it, and what became of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import Model, exactly_one, impersonal, personal, utcnow
from watch.models.contacts import ContactPerson
from watch.models.derived import Derived, Purpose
from watch.models.groups import Group
from watch.models.meetings import Meeting
from watch.models.people import Mailbox
from watch.models.places import Area, Building, Stairwell

AS_FINDING = "as long as the group; two years after it was closed where it is an area's"
FINDINGS_KEPT = timedelta(days=730)  # an area's, from when they were closed
AS_FOLLOWER = "until they take it back or leave"
AS_FINDING_LINK = "30 days after the link has ended"


class Spot(StrEnum):
    """The checklist of places for gatherings and walks: a place, never a person."""

    LIGHTING = "lighting"
    DOOR = "door"
    CELLAR = "cellar"
    LAUNDRY = "laundry"
    REFUSE = "refuse"
    BICYCLES = "bicycles"
    YARD = "yard"
    ROAD = "road"
    LITTER = "litter"
    GRAFFITI = "graffiti"


class FindingOwner(StrEnum):
    """Who sees to a finding. Also the role in which somebody reports on one."""

    COORDINATOR = "coordinator"
    LANDLORD = "landlord"
    MUNICIPALITY = "municipality"
    POLICE = "police"


class FindingStatus(StrEnum):
    """How far a finding has come."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WILL_NOT = "will_not"  # it will not be done


OFFICERS_OWN = (FindingOwner.POLICE, FindingOwner.MUNICIPALITY)  # owners that sit with the officers
CLOSED = (FindingStatus.DONE, FindingStatus.WILL_NOT)


class Finding(Model):
    """Something to mend, in a group or in an area. `outcome` ("så blev det") is said when it is closed.

    Without building and stairwell it is somewhere in the group or area. `meeting` is where it was found.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("stairwell.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)
    spot: Mapped[Spot]
    what: Mapped[str] = personal(
        "C", "what is to be mended; free text may name somebody", AS_FINDING, Encrypted("finding.what")
    )
    owner: Mapped[FindingOwner]
    due_on: Mapped[date | None]
    status: Mapped[FindingStatus] = mapped_column(default=FindingStatus.OPEN)
    outcome: Mapped[str | None] = personal(
        "C", "what became of it; free text may name somebody", AS_FINDING, Encrypted("finding.outcome")
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # an area's: when its words were; it only counts from then on
    by_id: Mapped[int | None] = personal(
        "C", "who wrote it down", AS_FINDING, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)

    group: Mapped[Group | None] = relationship()
    area: Mapped[Area | None] = relationship()
    building: Mapped[Building | None] = relationship()
    stairwell: Mapped[Stairwell | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()

    __table_args__ = (exactly_one("one_place", ("group_id", "area_id")),)

    @property
    def is_closed(self) -> bool:
        """True if it is done, or will not be done."""
        return self.status in CLOSED


class FindingStep(Model):
    """A dated step: in which role somebody said what, and the status from then on.

    `due_on` is the day by which it is to be mended from then on, and `due_before` the one that it took over.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    role: Mapped[FindingOwner]
    status: Mapped[FindingStatus]
    due_before: Mapped[date | None]
    due_on: Mapped[date | None]
    text: Mapped[str | None] = personal(
        "C", "what has happened; free text may name somebody", AS_FINDING, Encrypted("finding_step.text")
    )
    by_id: Mapped[int | None] = personal(
        "C", "who said so", AS_FINDING, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )

    @property
    def moved_day(self) -> bool:
        """True if it is to be mended by another day since then."""
        return self.due_on != self.due_before


class FindingFollower(Model):
    """Somebody asked to hear what becomes of a finding."""

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"))
    person_id: Mapped[int] = personal(
        "B", "whom to tell", AS_FOLLOWER, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("finding_id", "person_id", name="uq_finding_follower_once"),)


class FindingLink(Derived, Model):
    """The link by which the owner's contact person reports on a finding, until it ends or expires."""

    purposes = frozenset({Purpose.FINDING})

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact_person.id", ondelete="CASCADE"), index=True)
    mailbox_id: Mapped[int] = personal(
        "C", "where it was mailed", AS_FINDING_LINK, ForeignKey("mailbox.id", ondelete="CASCADE"), index=True
    )
    sent_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    finding: Mapped[Finding] = relationship()
    contact: Mapped[ContactPerson] = relationship()
    mailbox: Mapped[Mailbox] = relationship()

    __table_args__ = (CheckConstraint("expires_at > sent_at", name="expires_after_it_is_sent"),)

    @property
    def group(self) -> Group | None:
        """The finding's group, which the mail names."""
        return self.finding.group
