"""Changes of a person's own address: the one that waits, and the one that a mailed link belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from watch import tokens
from watch.extensions import db
from watch.models import AddressChange, Mailing, OutboxRow, Person, Purpose, utcnow

A_DAY = timedelta(days=1)


def pending_change(person: Person, now: datetime) -> AddressChange | None:
    """Return the change that waits to be confirmed from the new address."""
    wanted = select(AddressChange).where(
        AddressChange.person_id == person.id,
        AddressChange.confirmed_at.is_(None),
        AddressChange.ended_at.is_(None),
    )
    change = db.session.scalar(wanted)
    return change if change is not None and change.is_pending(now) else None


def change_to_confirm(token: str) -> AddressChange:
    """Return the change of a link mailed to the new address. Raises BadToken."""
    return tokens.row_of(Purpose.CONFIRM_ADDRESS, AddressChange, token)


def change_to_undo(token: str) -> AddressChange:
    """Return the change of a link mailed to the old address. Raises BadToken."""
    return tokens.row_of(Purpose.UNDO_ADDRESS, AddressChange, token)


def changes_today(person: Person) -> int:
    """Return how many changes the person asked for in the last 24 hours."""
    since = utcnow() - A_DAY
    asked = AddressChange.person_id == person.id, AddressChange.created_at > since
    return db.session.scalar(select(func.count(AddressChange.id)).where(*asked)) or 0


def mails_today(mailbox_id: int, kind: str) -> int:
    """Return how many mails of that kind were queued for the mailbox in the last 24 hours."""
    queued = (
        select(func.count(OutboxRow.id))
        .join(OutboxRow.mailing)
        .where(OutboxRow.mailbox_id == mailbox_id, Mailing.kind == kind)
        .where(OutboxRow.created_at > utcnow() - A_DAY)
    )
    return db.session.scalar(queued) or 0
