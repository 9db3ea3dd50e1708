"""What others see of a coordinator: told in the duty they accept, shown by choice, looked at with a trace."""

from __future__ import annotations

from watch import audit
from watch.models import Coordinator, Person

DUTY_VERSION = "2026-2"  # of the text of templates/groups/coordinators/_duty.html


def accept_new_duty(coordinator: Coordinator) -> None:
    """Accept the duty's present text, which says that officers see phone and e-mail."""
    if coordinator.is_current and coordinator.duty_version != DUTY_VERSION:
        coordinator.duty_version = DUTY_VERSION
        audit.note("coordinator-accepted-new-duty", about=coordinator, by=coordinator.person,
                   group=coordinator.group)  # fmt: skip


def note_details_seen(coordinator: Coordinator, *, by: Person) -> None:
    """Record that somebody looked at a coordinator's phone and e-mail."""
    audit.note("coordinator-details-seen", about=coordinator, by=by, group=coordinator.group)


def show_to_neighbours(
    person: Person, *, name: bool, email: bool, phone: bool, number: str | None = None
) -> None:
    """Set what neighbours see of a person, and store a phone number if one is given."""
    person.shows_name, person.shows_email, person.shows_phone = name, email, phone
    if number:
        person.phone = number
