"""How the sending goes as a whole: what is due, since when, and how fast the workers are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from watch.extensions import db
from watch.models import OutboxRow, Worker, utcnow

ALIVE = timedelta(minutes=2)  # since a worker was last seen
STUCK = timedelta(minutes=10)  # with something due, and nothing sent


@dataclass(frozen=True)
class Sending:
    """Messages that are due, how many go out a minute, and whether nothing has gone out for long.

    `oldest_due` is since when the message that waits longest has been due; None where nothing is.
    """

    due: int
    oldest_due: datetime | None
    per_minute: int
    is_stuck: bool

    def ends_at(self, now: datetime) -> datetime | None:
        """About when what is due now has gone out; None where that cannot be told."""
        if not self.per_minute or self.is_stuck:
            return None
        return now + timedelta(minutes=self.due / self.per_minute)


def sending(now: datetime | None = None) -> Sending:
    """How it goes now; two statements over what is waiting and the few workers."""
    now = now or utcnow()
    waiting = select(func.count(), func.min(OutboxRow.next_at)).where(OutboxRow.next_at <= now)
    due, oldest = db.session.execute(waiting).one()
    alive = func.sum(Worker.per_minute).filter(Worker.seen_at > now - ALIVE)
    per_minute, last = db.session.execute(select(alive, func.max(Worker.last_sent_at))).one()
    is_late = oldest is not None and oldest < now - STUCK
    return Sending(due, oldest, per_minute or 0, is_late and (last is None or last < now - STUCK))
