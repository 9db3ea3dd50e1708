"""Long lists page by key: what comes before or after a row, so that a new row moves nothing between pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """The keys to show, and where the pages beside it begin (None: there is none)."""

    keys: Sequence[int]
    before: int | None = None
    after: int | None = None


def page_of(
    keys: Sequence[int], *, after: int | None = None, before: int | None = None, size: int = PAGE_SIZE
) -> Page:
    """The page of `keys` (in the order of the list) that follows `after`, or ends where `before` stands.

    A key that is not in the list leads to the first page.
    """
    start = 0
    if after in keys:
        start = keys.index(after) + 1
    elif before in keys:
        start = max(0, keys.index(before) - size)
    shown = keys[start : start + size]
    return Page(
        shown,
        before=shown[0] if shown and start > 0 else None,
        after=shown[-1] if shown and start + size < len(keys) else None,
    )
