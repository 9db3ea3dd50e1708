"""How the sending goes: as a whole, and how far one thing that was said to many has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, false, func, literal, or_, select, union_all

from watch.extensions import db
from watch.models import Channel, ErasedRows, LeftOut, OutboxRow, OutboxState, Worker, utcnow

ALIVE = timedelta(minutes=2)  # since a worker was last seen
STUCK = timedelta(minutes=10)  # with something due, and nothing sent
LATE = timedelta(minutes=5)  # a working mail server has taken everything by then
WAITING = frozenset({OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.HELD})
STOPPABLE = frozenset({OutboxState.QUEUED, OutboxState.UNCERTAIN})  # of the waiting, as mail.outbox.stop
LEFT_OUT = frozenset({OutboxState.CANCELLED, OutboxState.EXPIRED})


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


@dataclass(frozen=True)
class Progress:
    """How far what was said to many has come: people by mail, then households on paper.

    `delayed` of the waiting ones were tried in vain or wait too long: the mail server is away.
    `stoppable` of them nobody has begun to send. `reasons` says of those `left_out` why, as far as it is
    known.
    """

    waiting: int = 0
    delayed: int = 0
    stoppable: int = 0
    sent: int = 0
    bounced: int = 0
    left_out: int = 0
    reasons: Mapping[LeftOut, int] = field(default_factory=dict)
    parked: int = 0
    paper: int = 0

    @property
    def mail(self) -> int:
        """All who were to get it by mail."""
        return self.waiting + self.sent + self.bounced + self.left_out + self.parked


def progress_of_mailings(mailings: Select[int]) -> Progress:
    """How far these mailings (a select of their ids) have come together."""
    late = or_(OutboxRow.attempts > 0, OutboxRow.created_at < utcnow() - LATE)
    alike = OutboxRow.channel, OutboxRow.state, late, OutboxRow.left_out
    said = OutboxRow.mailing_id.in_(mailings)
    wanted = select(*alike, func.count()).where(said).group_by(*alike)
    unknown = literal(None, OutboxRow.left_out.type)
    erased = select(ErasedRows.channel, ErasedRows.state, false(), unknown, ErasedRows.count)
    erased = erased.where(ErasedRows.mailing_id.in_(mailings))
    rows = db.session.execute(union_all(wanted, erased)).all()
    mails = [row[1:] for row in rows if row[0] is Channel.MAIL]

    def in_states(states: frozenset[OutboxState]) -> int:
        return sum(count for state, *_, count in mails if state in states)

    return Progress(
        waiting=in_states(WAITING),
        delayed=sum(count for state, is_late, _, count in mails if state is OutboxState.QUEUED and is_late),
        stoppable=in_states(STOPPABLE),
        sent=in_states(frozenset({OutboxState.SENT})),
        bounced=in_states(frozenset({OutboxState.BOUNCED})),
        left_out=in_states(LEFT_OUT),
        reasons=sum((Counter({why: count}) for *_, why, count in mails if why), Counter[LeftOut]()),
        parked=in_states(frozenset({OutboxState.PARKED})),
        paper=sum(
            count for channel, state, *_, count in rows if channel is Channel.PAPER and state not in LEFT_OUT
        ),
    )
