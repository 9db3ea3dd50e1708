"""Writes down when coordinators were taught, and last said that they go on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from watch import audit
from watch.extensions import db
from watch.models import Coordinator, Person
from watch.registers.errors import ChangedMeanwhile

Days = tuple[date | None, date | None]


def days_of(coordinator: Coordinator) -> Days:
    """Return when a coordinator was taught, and last said that they go on."""
    return coordinator.trained_on, coordinator.confirmed_on


def write_days(coordinator: Coordinator, days: Days, *, seen: str, by: Person) -> None:
    """Write down the days. `seen` is what the form showed; raises ChangedMeanwhile if that has changed."""
    locked = select(Coordinator).where(Coordinator.id == coordinator.id).with_for_update()
    db.session.execute(locked.execution_options(populate_existing=True))
    if days_of(coordinator) == days:
        return
    if as_seen(coordinator) != seen:
        raise ChangedMeanwhile
    coordinator.trained_on, coordinator.confirmed_on = days
    audit.note("coordinator-registered", about=coordinator, by=by, group=coordinator.group)


def confirm(coordinator: Coordinator, today: date, *, by: Person) -> None:
    """Write down that a coordinator said today that they go on."""
    if coordinator.confirmed_on != today:
        coordinator.confirmed_on = today
        audit.note("coordinator-registered", about=coordinator, by=by, group=coordinator.group)


def as_seen(coordinator: Coordinator) -> str:
    """Return what a form remembers of the days that it shows."""
    return " ".join(each.isoformat() if each else "-" for each in days_of(coordinator))
