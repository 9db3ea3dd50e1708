"""Pages of a long list by key, so that a new row moves nothing between pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """The keys to show, and the keys of the neighbouring pages, or None."""

    keys: Sequence[int]
    before: int | None = None
    after: int | None = None


def page_of(
    keys: Sequence[int], *, after: int | None = None, before: int | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return the page of `keys` that follows `after`, or ends before `before`.

    A key that is not in the list gives the first page.
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
