"""The truth of a run: the mail server's journal beside the rows of the database."""

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
    """A row by mail: where it goes, as which message, how it stands, and since when."""

    address: str
    message_id: str
    state: OutboxState
    settled_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """What a run came to; in a good one all but `duplicates` are 0, and those have a bound."""

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
        """Nothing lost, nobody wrong, nothing stuck, nothing sent again that was known to be sent."""
        return not (self.lost or self.wrong or self.stuck or self.late_duplicates)


def count(
    rows: Iterable[Row],
    journal: Sequence[Entry],
    *,
    seed: int,
    acknowledged: int | None = None,
    restarted_at: float | None = None,
) -> Counts:
    """Compare. `acknowledged` is how many rows there must be, at least: what is missing is lost too.

    `restarted_at` (time.time()) is the moment from which the next entry is waited for.
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
    """Recorded as sent, or never settled, and in both cases never stored by the mail server."""
    stored = {entry.message_id for entry in journal}
    return [
        row
        for row in rows
        if row.message_id not in stored and (row.state is OutboxState.SENT or row.state not in FINAL)
    ]


def duplicates(journal: Iterable[Entry]) -> list[Entry]:
    """Every entry beyond the first of its message."""
    seen: set[str] = set()
    return [entry for entry in journal if entry.message_id in seen or seen.add(entry.message_id)]


def late_duplicates(rows: Iterable[Row], journal: Iterable[Entry]) -> list[Entry]:
    """Duplicates stored after the message was recorded as sent."""
    sent_at = {
        row.message_id: row.settled_at.timestamp()
        for row in rows
        if row.state is OutboxState.SENT and row.settled_at is not None
    }
    return [entry for entry in duplicates(journal) if entry.at > sent_at.get(entry.message_id, float("inf"))]


def wrong(rows: Iterable[Row], journal: Sequence[Entry]) -> list[Entry]:
    """Stored for somebody whom no row of that message names.

    Also: the message says another reader than its envelope, or two messages have one envelope sender, so
    that a bounce would find the wrong row.
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
    """Rows that are in no final state."""
    return [row for row in rows if row.state not in FINAL]


def load_rows() -> list[Row]:
    """Every row that goes by mail, read within an application context."""
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
    """The Message-ID of the message of each of these rows, which are their messages' first."""
    found = db.session.execute(select(OutboxRow.id, OutboxRow.nonce).where(OutboxRow.id.in_(heads))).all()
    db.session.rollback()
    return {row: message_id(nonce) for row, nonce in found}
