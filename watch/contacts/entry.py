"""The data of a contact person as the forms pass it to the services."""

from __future__ import annotations

from dataclasses import dataclass

from watch.language import readable_phone
from watch.models import ContactPerson, ContactRole, ContactScope


@dataclass(frozen=True)
class Target:
    """Whom a contact person is for. `id` is that of the group, building, landlord or area."""

    reach: ContactScope
    id: int | None = None


@dataclass(frozen=True)
class Entry:
    """Data of a contact person, as a card shows it."""

    role: ContactRole
    organisation: str
    name: str | None
    phone: str | None
    email: str | None
    hours: str | None


@dataclass(frozen=True)
class Correction:
    """What a contact person may correct themselves."""

    name: str | None
    phone: str | None
    hours: str | None


def line_of(contact: ContactPerson) -> str:
    """Return in one line what a contact person can correct: "Per Ek · 033-12 34 56 · vardagar 8–16"."""
    facts = contact.name, contact.phone and readable_phone(contact.phone), contact.hours
    return " · ".join(filter(None, facts)) or "–"
