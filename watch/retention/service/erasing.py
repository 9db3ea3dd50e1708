"""Erasing what is over: a batch of every rule, and what is left at the next tick of the clock."""

from __future__ import annotations

from datetime import datetime

import structlog

from watch.retention.service.batches import BATCH
from watch.retention.service.rules import RULES

log = structlog.get_logger("lifecycle")


def erase_what_is_over(now: datetime) -> bool:
    """Do what the marks of personal columns promise (`kept`), as far as it is a short transaction.

    Every rule erases what it finds, so that twice is once and a night that was missed is made up for.
    Returns whether there may be more. What is logged are counts.
    """
    counts = [(rule.name, rule.erase(now)) for rule in RULES]
    if any(count for _name, count in counts):
        log.info("erased", **{name: count for name, count in counts if count})
    return any(count >= BATCH for _name, count in counts)
