"""Limits of how often somebody is asked to coordinate, and of how many one person asks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from watch.extensions import db
from watch.groups.errors import AskedMany, AskedOften
from watch.groups.mails import COORDINATOR_APPOINTED
from watch.models import Coordinator, Group, Mailing, OutboxRow, Person, utcnow

MOST_QUESTIONS = 3  # appointment mails about one group to one mailbox in a day
QUESTIONS_A_DAY = 30  # appointments by one person; each also mails other people


def demand_not_asked_often(group: Group, person: Person) -> None:
    """Raise AskedOften, so that asking, ending and asking again cannot mail somebody without end."""
    asked = (
        select(func.count(Mailing.id))
        .join(Coordinator, Coordinator.id == Mailing.coordinator_id)
        .join(OutboxRow, OutboxRow.mailing_id == Mailing.id)
        .where(Coordinator.group_id == group.id, Mailing.kind == COORDINATOR_APPOINTED.kind)
        .where(OutboxRow.mailbox_id == person.mailbox_id, Mailing.created_at > utcnow() - timedelta(days=1))
    )
    if (db.session.scalar(asked) or 0) >= MOST_QUESTIONS:
        raise AskedOften


def demand_few_asked_by(person: Person | None) -> None:
    """Raise AskedMany, so that mails about new leads cannot bury the one that others should notice."""
    today = Coordinator.appointed_at > utcnow() - timedelta(days=1)
    asked = select(func.count(Coordinator.id)).where(Coordinator.appointed_by == person, today)
    if person and (db.session.scalar(asked) or 0) >= QUESTIONS_A_DAY:
        raise AskedMany
