"""When a finding was last changed, as the file says it and as it is read back."""

from __future__ import annotations

import re

from watch.language import local
from watch.models import Finding

SHAPE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?: kl\.?)?[ T](\d\d?)[.:](\d\d)(?:[.:](\d\d))?(?:\.\d+)?)?", re.ASCII
)
DAY_ALONE = len("2026-11-30")
MIDNIGHT = ["00", "00", "00"]  # a spreadsheet's day without a time


def stamp_of(finding: Finding) -> str:
    """Return when a finding was last changed: "2026-11-30 kl. 14.05.33", which no spreadsheet rewrites."""
    return local(finding.changed_at).strftime("%Y-%m-%d kl. %H.%M.%S")


def read_stamp(text: str) -> str | None:
    """Return a cell as `stamp_of` writes it, as far as it says so: a day is enough. Else None."""
    if not (found := SHAPE.fullmatch(text)):
        return None
    day, *time = found.groups()
    said = [each.zfill(2) for each in time if each]
    return f"{day} kl. {'.'.join(said)}" if said and said != MIDNIGHT else day


def is_older(stamp: str, finding: Finding) -> bool:
    """Return True if the finding has changed since this stamp, or may have: a day alone says no time."""
    last = stamp_of(finding)[: len(stamp)]
    return stamp <= last if len(stamp) == DAY_ALONE else stamp < last
