"""Small numbers outside a group's own coordinators: never so exact that somebody can be guessed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from watch import language
from watch.models import FEW

__all__ = ["FEW", "banded", "banded_share", "roughly"]


def banded(count: int, total: int) -> str:
    """How many of `total`: 0–4 as "färre än 5", all but at most four as "nästan alla", else the number.

    Lazy: it comes out in the language of the page that shows it.
    """
    if count < FEW:
        words = _l("färre än 5")
    elif count > total - FEW:
        words = _l("nästan alla")
    else:
        words = LazyString(language.number, count)
    return words  # type: ignore[return-value]  # a lazy text is used as text everywhere


def banded_share(count: int, total: int) -> float:
    """A meter's width, 0–1, that gives away no more than the words: the middle of the band."""
    if total <= 0:
        return 0.0
    if count < FEW:
        return min(FEW / 2 / total, 0.5)
    return max(1 - FEW / 2 / total, 0.5) if count > total - FEW else count / total


def roughly(count: int) -> str:
    """A number of which one more or less is not to be told: a few or none, at least 5, 10, 20 … (lazy)."""
    if count < FEW:
        words = _l("färre än 5")
    else:
        least = FEW if count < 10 else count // 10 * 10
        words = _l("minst %(count)s", count=LazyString(language.number, least))
    return words  # type: ignore[return-value]  # a lazy text is used as text everywhere
