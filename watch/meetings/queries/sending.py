"""How the sending goes as a whole, for those who have just sent something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from watch.extensions import db
from watch.models import OutboxRow, Worker, utcnow

ALIVE = timedelta(minutes=2)
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Sending:
    """Messages that are due, how many go out a minute, and whether nothing has gone out for long."""

    due: int
    per_minute: int
    is_stuck: bool

    def ends_at(self, now: datetime) -> datetime | None:
        """About when what is due now has gone out; None where that cannot be told."""
        if not self.per_minute or self.is_stuck:
            return None
        return now + timedelta(minutes=self.due / self.per_minute)


def sending(now: datetime) -> Sending:
    """How it goes now; two statements over what is waiting and the few workers."""
    waiting = select(func.count(), func.min(OutboxRow.next_at)).where(OutboxRow.next_at <= now)
    due, oldest = db.session.execute(waiting).one()
    alive = func.sum(Worker.per_minute).filter(Worker.seen_at > now - ALIVE)
    per_minute, last = db.session.execute(select(alive, func.max(Worker.last_sent_at))).one()
    is_late = oldest is not None and oldest < now - PATIENCE
    return Sending(due, per_minute or 0, is_late and (last is None or last < now - PATIENCE))


def sending_is_stuck() -> bool:
    """Something has been due for ten minutes, and nothing has gone out in that time."""
    return sending(utcnow()).is_stuck
