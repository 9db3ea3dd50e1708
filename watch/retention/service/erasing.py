"""Runs the retention rules, a batch of each at every tick of the clock."""

from __future__ import annotations

from datetime import datetime

import structlog

from watch.retention.service.batches import BATCH
from watch.retention.service.rules import RULES

log = structlog.get_logger("lifecycle")


def erase_what_is_over(now: datetime) -> bool:
    """Erase one batch by each rule, and return True if there may be more.

    Running it twice does no harm, and a missed night is made up for. The log holds counts only.
    """
    counts = [(rule.name, rule.erase(now)) for rule in RULES]
    if any(count for _name, count in counts):
        log.info("erased", **{name: count for name, count in counts if count})
    return any(count >= BATCH for _name, count in counts)
