"""Contact persons, which officers edit."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.database import stored_enum
from watch.models.base import Model, impersonal, personal
from watch.models.groups import Group
from watch.models.places import Area, Building, Landlord

AS_CONTACT = "as long as the contact is published"


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


class ContactPerson(Model):
    """A role at an organisation, how and when to reach it, and when that was last checked."""

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
    reach: Mapped[ContactScope] = mapped_column(stored_enum(ContactScope, name="reach"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    landlord_id: Mapped[int | None] = mapped_column(ForeignKey("landlord.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)

    group: Mapped[Group | None] = relationship()
    building: Mapped[Building | None] = relationship()
    landlord: Mapped[Landlord | None] = relationship()
    area: Mapped[Area | None] = relationship()

    __table_args__ = (
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="can_be_reached"),
        CheckConstraint("(reach = 'group') = (group_id IS NOT NULL)", name="group_reach"),
        CheckConstraint("(reach = 'building') = (building_id IS NOT NULL)", name="building_reach"),
        CheckConstraint("(reach = 'landlord') = (landlord_id IS NOT NULL)", name="landlord_reach"),
        CheckConstraint("(reach = 'area') = (area_id IS NOT NULL)", name="area_reach"),
    )
