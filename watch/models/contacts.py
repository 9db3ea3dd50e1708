"""Contact persons, which officers and coordinators edit, and the yearly question to them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.database import stored_enum
from watch.models.base import Model, current, impersonal, personal, utcnow
from watch.models.derived import Derived, Purpose
from watch.models.groups import Group
from watch.models.people import Mailbox
from watch.models.places import Area, Building, Landlord

AS_CONTACT = "until 30 days after the contact is taken away"
AS_QUESTION = "30 days after the link has expired"


class ContactRole(StrEnum):
    """What residents turn to a contact person for."""

    POLICE = "police"
    MUNICIPALITY = "municipality"
    LANDLORD = "landlord"
    FAULT_REPORT = "fault_report"  # felanmälan
    DISTURBANCE = "disturbance"  # störningsjour
    GROUP = "group"


class ContactScope(StrEnum):
    """Whom a contact person is for; the nearest first."""

    GROUP = "group"
    BUILDING = "building"
    LANDLORD = "landlord"
    AREA = "area"
    EVERYWHERE = "everywhere"


class ContactQuestion(Derived, Model):
    """The question "is this still right?", mailed to a contact person once a year, and the link to answer it.

    It is about the contact persons that name it, as long as they have the address that it was mailed to.
    """

    purposes = frozenset({Purpose.CONTACT})

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = personal(
        "C", "where it was mailed", AS_QUESTION, ForeignKey("mailbox.id", ondelete="CASCADE"), index=True
    )
    sent_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]

    mailbox: Mapped[Mailbox] = relationship()

    __table_args__ = (CheckConstraint("expires_at > sent_at", name="expires_after_it_is_sent"),)


class ContactPerson(Model):
    """A role at an organisation, how and when to reach it, and when that was last checked.

    Rows that differ only in whom they are for are shown as one card. `asked_at` and `asked_again_at` are
    when the last yearly question was mailed. Since the last check, the contact person has corrected the entry
    themselves (`corrected_at`; `corrected_from` is what it was, in one line), or said that they are contact
    no more (`resigned_at`).
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[ContactRole]
    organisation: Mapped[str] = impersonal("a company or an authority", String(120))
    name: Mapped[str | None] = personal("C", "whom to ask for", AS_CONTACT, Encrypted("contact_person.name"))
    phone: Mapped[str | None] = personal("C", "to be called", AS_CONTACT, Encrypted("contact_person.phone"))
    email: Mapped[str | None] = personal(
        "C", "to be written to", AS_CONTACT, Encrypted("contact_person.email")
    )
    hours: Mapped[str | None] = impersonal("opening hours", String(120))
    checked_on: Mapped[date]
    question_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_question.id", ondelete="SET NULL"), index=True
    )
    asked_at: Mapped[datetime | None]
    asked_again_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    corrected_from: Mapped[str | None] = personal(
        "C", "what it was before they corrected it", AS_CONTACT, Encrypted("contact_person.corrected_from")
    )
    resigned_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    reach: Mapped[ContactScope] = mapped_column(stored_enum(ContactScope, name="reach"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    landlord_id: Mapped[int | None] = mapped_column(ForeignKey("landlord.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)

    group: Mapped[Group | None] = relationship()
    building: Mapped[Building | None] = relationship()
    landlord: Mapped[Landlord | None] = relationship()
    area: Mapped[Area | None] = relationship()
    question: Mapped[ContactQuestion | None] = relationship()

    is_current = current(until="removed_at")

    @property
    def whom(self) -> str:
        """Whom the contact is for, in one word: "area 3", "everywhere"."""
        target = self.group_id or self.building_id or self.landlord_id or self.area_id
        return f"{self.reach.value} {target}" if target else self.reach.value

    __table_args__ = (
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="can_be_reached"),
        CheckConstraint("(reach = 'group') = (group_id IS NOT NULL)", name="group_reach"),
        CheckConstraint("(reach = 'building') = (building_id IS NOT NULL)", name="building_reach"),
        CheckConstraint("(reach = 'landlord') = (landlord_id IS NOT NULL)", name="landlord_reach"),
        CheckConstraint("(reach = 'area') = (area_id IS NOT NULL)", name="area_reach"),
        CheckConstraint("asked_again_at > asked_at", name="asked_again_after_asked"),
    )
