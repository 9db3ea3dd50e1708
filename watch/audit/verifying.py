"""Checks the sealed audit trail: what was changed, taken out, put in, or cut off at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select

from watch import journal
from watch.audit.sealing import BEFORE_ALL, LATE, digest_of, seal_of
from watch.extensions import db
from watch.journal import files, reading
from watch.journal.state import name_and_serial
from watch.models import TRACE_KEPT, AuditBlock, AuditEntry

Noted = Iterable[tuple[int, str]]  # numbers of blocks with their seals, kept outside the database


def noted_in_journal() -> list[tuple[int, str]]:
    """Return the blocks that this machine's journal knows to be sealed, of the time since the last restore.

    A restore goes back to what the copy holds, and seals from there.
    """
    known, epoch = name_and_serial(), journal.epoch()
    lines = reading.read(known[0], [files.folder()]).lines if known else []
    sealed = [line["sealed"] for line in lines if "sealed" in line]
    return [(number, seal) for restored, number, seal in sealed if restored == epoch]


def faults(noted: Noted, now: datetime) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with the trail, from the first block to the last.

    Read `noted` before: what is sealed meanwhile would be missed in it, but not in the database.
    """
    blocks = list(db.session.scalars(select(AuditBlock).order_by(AuditBlock.number)))
    yield from _chain(blocks)
    for block in blocks:
        yield from _entries_of(block, now)
    yield from _end(blocks, noted, now)


def _chain(blocks: Collection[AuditBlock]) -> Iterator[str]:
    before, number = BEFORE_ALL, 0
    for block in blocks:
        if block.number > number + 1:
            gone = f"Block {number + 1} is" if block.number == number + 2 else (
                f"Blocks {number + 1} to {block.number - 1} are"
            )  # fmt: skip
            yield f"{gone} missing."
        elif block.seal != seal_of(block, before):
            yield f"Block {block.number}: its row or the block before it was changed, or their order."
        before, number = block.seal, block.number


def _entries_of(block: AuditBlock, now: datetime) -> Iterator[str]:
    """A block whose time is over may be erased, but only as a whole."""
    held = select(AuditEntry).where(AuditEntry.block == block.number).order_by(AuditEntry.id)
    entries = list(db.session.scalars(held.execution_options(populate_existing=True)))
    is_over = block.oldest_at is not None and block.oldest_at < now - TRACE_KEPT
    if not entries and is_over:
        return
    if len(entries) != block.entries:
        yield f"Block {block.number} was sealed with {block.entries} entries, and holds {len(entries)}."
    elif digest_of(entries) != block.digest:
        yield f"Block {block.number}: an entry was changed, or their order."
    db.session.expunge_all()


def _end(blocks: list[AuditBlock], noted: Noted, now: datetime) -> Iterator[str]:
    seals = {block.number: block.seal.hex() for block in blocks}
    wrong = sorted({number for number, seal in noted if seals.get(number) != seal})
    if wrong:
        some = ", ".join(map(str, wrong[:5])) + (" …" if len(wrong) > 5 else "")
        yield f"These blocks were sealed otherwise, or were cut off: {some}."
    last = blocks[-1].sealed_at if blocks else db.session.scalar(select(func.min(AuditEntry.at)))
    if last is not None and now - last > LATE:
        yield f"Nothing was sealed since {last:%Y-%m-%d %H:%M} UTC: no worker runs, or the end was cut off."


def pauses(blocks: Iterable[AuditBlock]) -> Iterator[str]:
    """Yield a sentence for every long time in which nothing was sealed."""
    times = [block.sealed_at for block in blocks]
    for one, next_one in pairwise(times):
        if next_one - one > LATE:
            yield f"Nothing was sealed between {one:%Y-%m-%d %H:%M} and {next_one:%Y-%m-%d %H:%M} UTC."
