"""Compares what the mail server stored with the rows of the database after a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tests.faults.journal import Entry, next_after
from watch.extensions import db
from watch.mail.compose import message_id
from watch.models import Channel, Mailbox, OutboxRow, OutboxState

FINAL = frozenset(
    {
        OutboxState.SENT, OutboxState.BOUNCED, OutboxState.CANCELLED, OutboxState.EXPIRED,
        OutboxState.PARKED, OutboxState.TO_PRINT, OutboxState.PRINTED, OutboxState.HANDED_OUT,
    }
)  # fmt: skip


class Row(NamedTuple):
    """A row sent by mail: its address, message, state, and when it was settled."""

    address: str
    message_id: str
    state: OutboxState
    settled_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """The result of a run. In a good one all counts but `duplicates` are 0, and those have a bound."""

    seed: int
    rows: int
    entries: int
    lost: int
    duplicates: int
    late_duplicates: int
    wrong: int
    stuck: int
    resumed: float | None = None

    def __str__(self) -> str:
        resumed = "–" if self.resumed is None else f"{self.resumed:.1f} s"
        return (
            f"L={self.lost} D={self.duplicates} D0={self.late_duplicates} W={self.wrong} S={self.stuck} "
            f"R={resumed} ({self.rows} rows, {self.entries} stored, seed {self.seed})"
        )

    @property
    def is_clean(self) -> bool:
        """True if nothing is lost, wrong, stuck, or sent again after it was recorded as sent."""
        return not (self.lost or self.wrong or self.stuck or self.late_duplicates)


def count(
    rows: Iterable[Row],
    journal: Sequence[Entry],
    *,
    seed: int,
    acknowledged: int | None = None,
    restarted_at: float | None = None,
) -> Counts:
    """Compare rows and journal. `acknowledged` is the least number of rows; missing ones count as lost.

    `restarted_at` (time.time()) is the moment from which the next entry is timed.
    """
    rows = list(rows)
    missing = max(0, (acknowledged or 0) - len(rows))
    return Counts(
        seed=seed,
        rows=len(rows),
        entries=len(journal),
        lost=missing + len(lost(rows, journal)),
        duplicates=len(duplicates(journal)),
        late_duplicates=len(late_duplicates(rows, journal)),
        wrong=len(wrong(rows, journal)),
        stuck=len(stuck(rows)),
        resumed=None if restarted_at is None else next_after(journal, restarted_at),
    )


def lost(rows: Iterable[Row], journal: Iterable[Entry]) -> list[Row]:
    """Return rows recorded as sent, or never settled, that the mail server never stored."""
    stored = {entry.message_id for entry in journal}
    return [
        row
        for row in rows
        if row.message_id not in stored and (row.state is OutboxState.SENT or row.state not in FINAL)
    ]


def duplicates(journal: Iterable[Entry]) -> list[Entry]:
    """Return every entry beyond the first of its message."""
    seen: set[str] = set()
    return [entry for entry in journal if entry.message_id in seen or seen.add(entry.message_id)]


def late_duplicates(rows: Iterable[Row], journal: Iterable[Entry]) -> list[Entry]:
    """Return duplicates stored after the message was recorded as sent."""
    sent_at = {
        row.message_id: row.settled_at.timestamp()
        for row in rows
        if row.state is OutboxState.SENT and row.settled_at is not None
    }
    return [entry for entry in duplicates(journal) if entry.at > sent_at.get(entry.message_id, float("inf"))]


def wrong(rows: Iterable[Row], journal: Sequence[Entry]) -> list[Entry]:
    """Return entries stored for somebody whom no row of that message names.

    Also entries whose To header differs from the envelope, and entries of messages that share an envelope
    sender, so that a bounce would find the wrong row.
    """
    readers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        readers[row.message_id].add(row.address.casefold())
    senders = Counter(sender for sender, _message in {(e.sender, e.message_id) for e in journal})
    return [
        entry
        for entry in journal
        if entry.recipient.casefold() not in readers[entry.message_id]
        or entry.recipient.casefold() != entry.to.casefold()
        or senders[entry.sender] > 1
    ]


def stuck(rows: Iterable[Row]) -> list[Row]:
    """Return rows that are in no final state."""
    return [row for row in rows if row.state not in FINAL]


def load_rows() -> list[Row]:
    """Return every row sent by mail. Needs an application context."""
    row, other, head = OutboxRow, aliased(OutboxRow), aliased(OutboxRow)
    heads = (
        select(other.mailing_id, other.mailbox_id, other.language, func.min(other.id).label("head"))
        .where(other.channel == Channel.MAIL)
        .group_by(other.mailing_id, other.mailbox_id, other.language)
        .subquery()
    )
    wanted = (
        select(Mailbox.address, head.nonce, row.state, row.settled_at)
        .join_from(row, Mailbox, Mailbox.id == row.mailbox_id)
        .join(
            heads,
            (heads.c.mailing_id == row.mailing_id)
            & (heads.c.mailbox_id == row.mailbox_id)
            & (heads.c.language == row.language),
        )
        .join(head, head.id == heads.c.head)
        .where(row.channel == Channel.MAIL)
        .order_by(row.id)
    )
    found = db.session.execute(wanted).all()
    db.session.rollback()
    return [Row(address, message_id(nonce), state, settled_at) for address, nonce, state, settled_at in found]


def message_ids(heads: Sequence[int]) -> dict[int, str]:
    """Return the Message-ID of each of these rows, which are the first of their messages."""
    found = db.session.execute(select(OutboxRow.id, OutboxRow.nonce).where(OutboxRow.id.in_(heads))).all()
    db.session.rollback()
    return {row: message_id(nonce) for row, nonce in found}
