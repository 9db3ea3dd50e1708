"""What a contact person says, before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from watch.models import ContactRole, ContactScope


@dataclass(frozen=True)
class Entry:
    """What a contact person says; `target_id` is the group, building, landlord or area it is for."""

    role: ContactRole
    organisation: str
    name: str | None
    phone: str | None
    email: str | None
    hours: str | None
    reach: ContactScope
    target_id: int | None
