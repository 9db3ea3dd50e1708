"""How sending goes as a whole, and how far the mails of one notice or meeting have come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, false, func, literal, or_, select, union_all

from watch.extensions import db
from watch.models import Channel, ErasedRows, LeftOut, OutboxRow, OutboxState, Worker, utcnow

ALIVE = timedelta(minutes=2)  # a worker that has not been seen for longer counts as dead
STUCK = timedelta(minutes=10)  # mail is due, and nothing has been sent for so long
MEASURED = timedelta(seconds=10)  # longer than what a worker measures its speed over
LATE = timedelta(minutes=5)  # a working mail server accepts a mail within this time
WAITING = frozenset({OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.HELD})
STOPPABLE = WAITING - {OutboxState.SENDING}  # by mail.outbox.stop
LEFT_OUT = frozenset({OutboxState.CANCELLED, OutboxState.EXPIRED})


@dataclass(frozen=True)
class Sending:
    """Due messages, messages sent a minute, and whether nothing has been sent for long.

    `oldest_due` is when the oldest of them became due, or None if none is due. `is_measured` means that mail
    was due during all the time over which the speed was measured. Otherwise the workers had too little to do.
    """

    due: int
    oldest_due: datetime | None
    per_minute: int
    is_stuck: bool
    is_measured: bool

    def ends_at(self, now: datetime) -> datetime | None:
        """Return about when all messages now due will be sent, or None if that is unknown."""
        if not self.per_minute or self.is_stuck or not self.is_measured:
            return None
        return now + timedelta(minutes=self.due / self.per_minute)


def sending(now: datetime | None = None) -> Sending:
    """Return how sending goes now. Two statements read the waiting rows and the few workers."""
    now = now or utcnow()
    waiting = select(func.count(), func.min(OutboxRow.next_at)).where(OutboxRow.next_at <= now)
    due, oldest = db.session.execute(waiting).one()
    alive = func.sum(Worker.per_minute).filter(Worker.seen_at > now - ALIVE)
    times = func.max(Worker.last_sent_at), func.max(Worker.seen_at)
    per_minute, last, seen = db.session.execute(select(alive, *times)).one()
    is_late = oldest is not None and oldest < now - STUCK
    is_stuck = is_late and (last is None or last < now - STUCK)
    is_measured = oldest is not None and seen is not None and oldest <= seen - MEASURED
    return Sending(due, oldest, per_minute or 0, is_stuck, is_measured)


@dataclass(frozen=True)
class Progress:
    """How far a message to many has come, in rows: people by mail, and households on `paper`, of
    which some have been `handed_out` theirs.

    Of the `waiting`, the `delayed` ones have failed or wait unusually long, because the mail server is down,
    and the `stoppable` ones have not been claimed. `reasons` counts the `left_out` by reason, if it is known.
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
    handed_out: int = 0

    @property
    def on_the_way(self) -> int:
        """The number of people whose mail is being sent at this moment and cannot be stopped."""
        return self.waiting - self.stoppable

    @property
    def mail(self) -> int:
        """The number of people who were to get it by mail."""
        return self.waiting + self.sent + self.bounced + self.left_out + self.parked


def progress_of_mailings(mailings: Select[int]) -> Progress:
    """Return how far these mailings (a select of ids) have come together."""
    late = or_(OutboxRow.attempts > 0, OutboxRow.created_at < utcnow() - LATE)
    alike = OutboxRow.channel, OutboxRow.state, late, OutboxRow.left_out
    said = OutboxRow.mailing_id.in_(mailings)
    wanted = select(*alike, func.count()).where(said).group_by(*alike)
    unknown = literal(None, OutboxRow.left_out.type)
    erased = select(ErasedRows.channel, ErasedRows.state, false(), unknown, ErasedRows.count)
    erased = erased.where(ErasedRows.mailing_id.in_(mailings))
    rows = db.session.execute(union_all(wanted, erased)).all()
    mails = [row[1:] for row in rows if row[0] is Channel.MAIL]
    papers = [(state, count) for channel, state, *_, count in rows if channel is Channel.PAPER]

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
        paper=sum(count for state, count in papers if state not in LEFT_OUT),
        handed_out=sum(count for state, count in papers if state is OutboxState.HANDED_OUT),
    )
