"""Writes into the register on which day the coordinators of a group were taught."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select

from watch import audit
from watch.extensions import db
from watch.models import Coordinator, Group, Person


def write_taught(group: Group, day: date, *, by: Person) -> None:
    """Write down that those coordinators of a group were taught that day of whom no day is known."""
    _write(group, Coordinator.trained_on.is_(None), day, by)


def erase_taught(group: Group, day: date, *, by: Person) -> None:
    """Take back that coordinators of a group were taught that day."""
    _write(group, Coordinator.trained_on == day, None, by)


def _write(group: Group, which: ColumnElement[bool], day: date | None, by: Person) -> None:
    wanted = select(Coordinator).where(Coordinator.group_id == group.id, Coordinator.is_current, which)
    locked = wanted.order_by(Coordinator.id).with_for_update().execution_options(populate_existing=True)
    for coordinator in db.session.scalars(locked).all():
        coordinator.trained_on = day
        audit.note("coordinator-registered", about=coordinator, by=by, group=group)
