"""Seals the audit trail in blocks, so that a change of what was written shows.

A block holds the entries that no block held when it was sealed, whatever their numbers: on PostgreSQL a
transaction may commit an entry after one with a higher number, and that entry comes into the next block. A
block's seal is a keyed hash (HMAC-SHA256) of its row and of the seal before. So nobody without the data key
can change, take out, add or reorder what is sealed without `flask audit verify` saying so (verifying.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, update

from watch import journal
from watch.crypto import keyring
from watch.extensions import db
from watch.models import AuditBlock, AuditEntry

SEALED_AT = tuple(time(hour, 15) for hour in range(3, 24, 4))  # of every day, in Sweden
LATE = timedelta(hours=26)  # without a new block: a day, and the hours of a night when the clocks change
MOST = 1000  # entries of a block: they are erased together
BEFORE_ALL = b""  # the seal before the first block's


def seal(now: datetime) -> bool:
    """Seal the oldest entries that no block holds. Return True if more are left.

    A block is of one day at most, because it is erased as a whole, and there is one although nothing was
    done, once an hour at most: a time without any shows that something is wrong.
    """
    last = db.session.scalar(select(AuditBlock).order_by(AuditBlock.number.desc()).limit(1))
    oldest = db.session.scalar(select(func.min(AuditEntry.at)).where(AuditEntry.block.is_(None)))
    if oldest is None and last is not None and now - last.sealed_at < timedelta(hours=1):
        return False
    entries = _unsealed_until(oldest + timedelta(days=1)) if oldest else []
    block = AuditBlock(
        number=last.number + 1 if last else 1, sealed_at=now, oldest_at=oldest, entries=len(entries),
        digest=digest_of(entries),
    )  # fmt: skip
    block.seal = seal_of(block, last.seal if last else BEFORE_ALL)
    db.session.add(block)
    db.session.flush()
    held = update(AuditEntry).where(AuditEntry.id.in_([entry.id for entry in entries]))
    db.session.execute(held.values(block=block.number))
    journal.remember(sealed=[journal.epoch(), block.number, block.seal.hex()])
    left = select(AuditEntry.id).where(AuditEntry.block.is_(None)).limit(1)
    return db.session.scalar(left) is not None


def _unsealed_until(end: datetime) -> list[AuditEntry]:
    waiting = select(AuditEntry).where(AuditEntry.block.is_(None), AuditEntry.at < end)
    return list(db.session.scalars(waiting.order_by(AuditEntry.id).limit(MOST)))


def digest_of(entries: Iterable[AuditEntry]) -> bytes:
    """Return the keyed hash of entries in this order. What is empty does not count.

    So a column that is added later leaves the hashes of before as they are.
    """
    whole = hmac.new(keyring().derive("audit trail"), digestmod=hashlib.sha256)
    for entry in entries:
        facts = {
            column.name: getattr(entry, column.name)
            for column in AuditEntry.__table__.columns
            if column.name != "block"
        }
        whole.update(_line({name: value for name, value in facts.items() if value is not None}))
    return whole.digest()


def seal_of(block: AuditBlock, before: bytes) -> bytes:
    """Return the keyed hash of a block's row and of the seal before it."""
    facts = [
        block.number, block.sealed_at, block.oldest_at, block.entries, block.digest.hex(), before.hex(),
    ]  # fmt: skip
    return hmac.digest(keyring().derive("audit blocks"), _line(facts), hashlib.sha256)


def _line(facts: Any) -> bytes:
    """Return facts as bytes that are the same on every database."""
    return json.dumps(facts, sort_keys=True, default=_moment).encode() + b"\n"


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")
