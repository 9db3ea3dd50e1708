"""The worker's end of the outbox: what is due, and taking it so that nobody else takes it too."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Row, and_, func, literal, select, text, type_coerce, update
from sqlalchemy.orm import aliased
from sqlalchemy.types import Interval, LargeBinary

from watch.crypto import Unreadable, keyring
from watch.extensions import db
from watch.mail.compose import Recipient
from watch.mail.kinds import KINDS
from watch.mail.left_out import reason
from watch.mail.transaction import LONGEST_WAITS
from watch.models import (
    Language,
    LeftOut,
    Mailbox,
    Mailing,
    OutboxRow,
    OutboxState,
    Person,
    RandomNonce,
    utcnow,
)

WAITING = (OutboxState.QUEUED, OutboxState.UNCERTAIN)
RENEWED_AFTER = 10  # seconds of a lease
UNLEASED = {"lease_token": None, "lease_owner": None, "lease_until": None}

log = structlog.get_logger("mail")


@dataclass
class Lease:
    """The right to send what one claim took, until `ends` on this machine's monotonic clock."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    ends: float = field(default_factory=lambda: time.monotonic() + lease_seconds())
    longest_wait: float = field(default_factory=lambda: longest_wait())

    @property
    def is_old(self) -> bool:
        """Time to renew it."""
        return time.monotonic() > self.ends - lease_seconds() + RENEWED_AFTER

    @property
    def is_long_enough(self) -> bool:
        """A message that is begun now ends before the lease does."""
        return time.monotonic() + LONGEST_WAITS * self.longest_wait < self.ends

    @property
    def is_over(self) -> bool:
        """Too little of it is left for a message's end and the answer to that."""
        return time.monotonic() + self.longest_wait > self.ends


@dataclass(slots=True, eq=False)
class Claim:
    """The claimed rows of one message, what its mail needs, and what settling them needs.

    Without a `recipient` the rows could not be read. `domain` is where it is going.
    """

    lease: Lease
    head: int
    ids: tuple[int, ...]
    mailing_id: int
    kind: str
    language: Language
    recipient: Recipient | None
    mailbox_id: int
    attempts: int
    created_at: datetime
    due_at: datetime  # what its head said before it was claimed
    not_after: datetime | None
    domain: str = field(init=False)

    def __post_init__(self) -> None:
        self.domain = self.recipient.address.rpartition("@")[2].casefold() if self.recipient else ""


def longest_wait() -> float:
    """Seconds that one answer of the mail server may take."""
    return float(current_app.config["MAIL_TIMEOUT"])


def longest_message() -> float:
    """Seconds that one message may take."""
    return LONGEST_WAITS * longest_wait()


def lease_seconds() -> float:
    """How long a claim is good for; always longer than one message may take."""
    return max(float(current_app.config["MAIL_LEASE_SECONDS"]), longest_message() + RENEWED_AFTER)


def database_time(ahead: float = 0) -> datetime | ColumnElement[datetime]:
    """So many seconds from now on the database's clock, so that workers on several machines agree."""
    if db.engine.dialect.name == "postgresql":
        return func.clock_timestamp() + literal(timedelta(seconds=ahead), Interval)
    return utcnow() + timedelta(seconds=ahead)


def claim(owner: str, most: int) -> list[Claim] | None:
    """Up to so many messages that are due, ours until their lease ends; None where nothing is due.

    Rows that are no longer wanted are settled on the way. The attempt is counted here, before the mail server
    hears of it: otherwise a full disk would turn retries into a mail bomb.
    """
    lease = Lease()
    if db.engine.dialect.name == "postgresql":  # whoever leaves or cancels right now goes first
        db.session.execute(text("SET LOCAL lock_timeout = '200ms'"))
    heads = _due_heads(most)
    if not heads:
        db.session.rollback()
        return None
    taken = _take([head.id for head in heads.values()], lease, owner)
    claims: list[Claim] = []
    for mailing in db.session.scalars(select(Mailing).where(Mailing.id.in_(taken)).order_by(Mailing.id)):
        messages = defaultdict(list)
        for row in _wanted_rows(mailing, taken[mailing.id]):
            messages[mailing.id, row.mailbox_id, row.language].append(row)
        claims += [_pack(lease, heads[key], mailing, rows) for key, rows in messages.items()]
    db.session.commit()
    return claims


def _due_heads(most: int) -> dict[tuple[int, int | None, Language], Row[Any]]:
    """The heads of the first messages that are due, by mailing, mailbox and language; held against others."""
    due = (
        select(
            OutboxRow.id, OutboxRow.nonce, OutboxRow.next_at, OutboxRow.mailing_id, OutboxRow.mailbox_id,
            OutboxRow.language,
        )
        .where(OutboxRow.next_at <= utcnow())
        .order_by(OutboxRow.precedence, OutboxRow.next_at, OutboxRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    heads: Sequence[Row[Any]] = db.session.execute(due).all()  # type: ignore[assignment]  # a row of any shape
    return {(head.mailing_id, head.mailbox_id, head.language): head for head in heads}


def _take(heads: Sequence[int], lease: Lease, owner: str) -> dict[int, list[int]]:
    """Lease the waiting rows of these messages and take their due time away; ids of the rows by mailing."""
    head, row = aliased(OutboxRow), aliased(OutboxRow)
    same = (
        row.mailbox_id == head.mailbox_id,
        row.mailing_id == head.mailing_id,
        row.language == head.language,
    )
    of_messages = select(row.id).join_from(head, row, and_(*same)).where(head.id.in_(heads))
    taking = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(of_messages), OutboxRow.state.in_(WAITING))
        .values(
            state=OutboxState.SENDING, attempts=OutboxRow.attempts + 1, next_at=None,
            lease_token=lease.token, lease_owner=owner, lease_until=database_time(lease_seconds()),
        )
        .returning(OutboxRow.id, OutboxRow.mailing_id)
    )  # fmt: skip
    taken = defaultdict(list)
    for id_, mailing_id in db.session.execute(taking.execution_options(synchronize_session=False)):
        taken[mailing_id].append(id_)
    if silent := set(heads).difference(*taken.values()):  # their own recipients are not waiting any more
        quiet = update(OutboxRow).where(OutboxRow.id.in_(silent)).values(next_at=None)
        db.session.execute(quiet.execution_options(synchronize_session=False))
    return taken


def _wanted_rows(mailing: Mailing, taken: Sequence[int]) -> Sequence[Row[Any]]:
    """Those of a mailing's taken rows that are still wanted, with what their mail needs; the rest ends."""
    now = utcnow()
    rows = (
        select(
            OutboxRow.id, OutboxRow.mailbox_id, OutboxRow.language, OutboxRow.attempts,
            OutboxRow.created_at, OutboxRow.not_after,
            type_coerce(Mailbox.address, LargeBinary).label("address"),
            type_coerce(Person.name, LargeBinary).label("name"),
            reason(mailing, now).label("left_out"),
        )
        .outerjoin(Mailbox, Mailbox.id == OutboxRow.mailbox_id)
        .outerjoin(Person, Person.id == OutboxRow.person_id)
        .where(OutboxRow.id.in_(taken))
        .order_by(OutboxRow.id)
    )  # fmt: skip
    found = db.session.execute(rows).all()
    dropped = {row.id: row.left_out for row in found if row.left_out is not None}
    moved = _sent_after(mailing, dropped.keys())
    _leave_out(mailing, {id_: why for id_, why in dropped.items() if id_ not in moved}, now)
    return [row for row in found if row.left_out is None]  # type: ignore[misc]  # a row of any shape


def _leave_out(mailing: Mailing, dropped: Mapping[int, LeftOut], now: datetime) -> None:
    for why in sorted(set(dropped.values())):
        ids = [id_ for id_ in dropped if dropped[id_] is why]
        state = OutboxState.EXPIRED if why is LeftOut.TOO_LATE else OutboxState.CANCELLED
        settled = update(OutboxRow).where(OutboxRow.id.in_(ids))
        settled = settled.values(state=state, left_out=why, settled_at=now, **UNLEASED)
        db.session.execute(settled.execution_options(synchronize_session=False))
        log.info("cancelled-at-claim", kind=mailing.kind, reason=why.value, rows=len(ids))


def _sent_after(mailing: Mailing, dropped: Collection[int]) -> set[int]:
    """Those of whose recipients have another address by now: due again at once, there.

    An address becomes a person's when they have confirmed it. Only what anybody on the list may read goes on
    to it, and not where it has a copy: a link that proves an address, or signs in from it, is for the old
    one. The row's nonce is new: what the old mailbox may have got opens nothing of the new one.
    """
    if not dropped or KINDS[mailing.kind].list_of is None:
        return set()
    moved = (
        select(OutboxRow.id, Person.mailbox_id, OutboxRow.language)
        .join(Person, Person.id == OutboxRow.person_id)
        .where(OutboxRow.id.in_(dropped), Person.mailbox_id != OutboxRow.mailbox_id)
        .order_by(OutboxRow.id)
    )
    sent = set()
    for row, mailbox, language in db.session.execute(moved).all():
        there = select(OutboxRow.id).where(
            OutboxRow.mailing_id == mailing.id,
            OutboxRow.mailbox_id == mailbox,
            OutboxRow.language == language,
        )
        if db.session.scalar(there.limit(1)) is None:
            again = {"state": OutboxState.QUEUED, "attempts": OutboxRow.attempts - 1, "next_at": utcnow()}
            after = update(OutboxRow).where(OutboxRow.id == row)
            after = after.values(mailbox_id=mailbox, nonce=RandomNonce(), **UNLEASED | again)
            db.session.execute(after.execution_options(synchronize_session=False))
            sent.add(row)
    return sent


def _pack(lease: Lease, head: Row[Any], mailing: Mailing, rows: Sequence[Row[Any]]) -> Claim:
    first, ring = rows[0], keyring()
    try:
        names = tuple(ring.open(bytes(row.name), "person.name") for row in rows if row.name is not None)
        address = ring.open(bytes(first.address), "mailbox.address")
        recipient = Recipient(head.id, head.nonce, address, tuple(filter(None, names)))
    except Unreadable:  # it stops nobody else
        recipient = None
    return Claim(
        lease, head.id, tuple(row.id for row in rows), mailing.id, mailing.kind, first.language, recipient,
        first.mailbox_id, first.attempts, first.created_at, head.next_at,
        first.not_after,
    )  # fmt: skip
