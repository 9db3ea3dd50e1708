"""Coordinators whom mail does not reach: an officer hears of each within a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from sqlalchemy import ColumnElement, select

from watch.extensions import db
from watch.models import Coordinator, Group, GroupState, Mailbox, Mailing, Person, Suppression

TELL_AT = time(8)  # local time in Borås
TOLD = "coordinator-unreached"  # the kind of the mail


def is_unreached(coordinator: Coordinator) -> bool:
    """Return True if the appointment is current, its mailbox has bounced, and its group is not closed."""
    mailbox = coordinator.person.mailbox
    has_bounced = mailbox is not None and mailbox.suppression is Suppression.BOUNCED
    return has_bounced and coordinator.is_current and coordinator.group.state is not GroupState.CLOSED


def has_bounced() -> ColumnElement[bool]:
    """Return the condition on Coordinator that the appointment is current and its mailbox has bounced."""
    bounced = Person.mailbox.has(Mailbox.suppression == Suppression.BOUNCED)
    return Coordinator.is_current & Coordinator.person.has(bounced)


def coordinators_to_tell_of() -> Sequence[Coordinator]:
    """Return the unreached coordinators of whom no officer was told since their mailbox bounced."""
    told = select(Mailing.id).where(
        Mailing.coordinator_id == Coordinator.id, Mailing.kind == TOLD,
        Mailing.created_at >= Mailbox.suppressed_at,
    )  # fmt: skip
    wanted = (
        select(Coordinator)
        .join(Group, Group.id == Coordinator.group_id)
        .join(Person, Person.id == Coordinator.person_id)
        .join(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(has_bounced(), Group.state != GroupState.CLOSED, ~told.exists())
    )
    return db.session.scalars(wanted.order_by(Coordinator.id)).all()
