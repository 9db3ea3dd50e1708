"""Pages of a long list by key, so that a new row moves nothing between pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from watch.database import LARGEST_NUMBER
from watch.extensions import db

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


def newest_page(
    wanted: Select[int],
    key: InstrumentedAttribute[int],
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """Return the page of a select of keys, the highest first, that follows `after`, or ends before `before`.

    Unlike `page_of` it reads one page only, so the list may be as long as it likes.
    """
    some: Select[Any] = wanted.limit(size + 1)
    if before is not None:
        above = some.where(key > min(before, LARGEST_NUMBER)).order_by(key)
        found = db.session.scalars(above).all()
        if len(found) > size:  # else it is the first page, which is filled from the top
            shown = found[:size][::-1]
            return Page(shown, before=shown[0], after=shown[-1])
    is_later = before is None and after is not None
    below = some.where(key < min(after or 0, LARGEST_NUMBER)) if is_later else some
    found = db.session.scalars(below.order_by(key.desc())).all()
    shown = found[:size]
    return Page(
        shown,
        before=shown[0] if shown and is_later else None,
        after=shown[-1] if len(found) > size else None,
    )
