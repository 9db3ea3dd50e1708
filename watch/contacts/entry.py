"""The data of a contact person as the form passes it to the service."""

from __future__ import annotations

from dataclasses import dataclass

from watch.models import ContactRole, ContactScope


@dataclass(frozen=True)
class Entry:
    """Data of a contact person. `target_id` is the group, building, landlord or area that `reach` names."""

    role: ContactRole
    organisation: str
    name: str | None
    phone: str | None
    email: str | None
    hours: str | None
    reach: ContactScope
    target_id: int | None
