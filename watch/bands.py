"""Rounded counts, for readers outside a group's coordinators, from which nobody can be identified."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from watch import language
from watch.models import FEW

__all__ = [
    "FEW",
    "at_least",
    "banded",
    "banded_part",
    "banded_share",
    "least",
    "roughly",
    "rounded_down",
    "tells_number",
    "tells_part",
]


def banded(count: int, total: int) -> str:
    """Return `count` of `total` as "färre än 5", "nästan alla" (all but at most four), or the number.

    Of five, "nästan alla" would be all of them, so both are one band. The text is lazy: it comes out in the
    language of the page that shows it.
    """
    if total == FEW:
        words = _l("färre än 5 eller nästan alla")
    elif count < FEW:
        words = _l("färre än 5")
    elif count > total - FEW:
        words = _l("nästan alla")
    else:
        words = LazyString(language.number, count)
    return words  # type: ignore[return-value]  # a lazy text is used as text everywhere


def least(count: int, total: int) -> int:
    """Return the lower bound of the band that `banded` shows; groups.queries.areas.at_least is the same."""
    if count < FEW or total == FEW:
        return 0
    return count if count <= total - FEW else max(FEW, total - FEW + 1)


def banded_part(part: int, count: int, total: int) -> str:
    """Return how many `part` of the `count` are, which is itself shown as banded(count, total).

    The whole counts as the least that is shown of it, so that no difference of the two numbers is below FEW.
    """
    return banded(part, FEW if total == FEW else least(count, total))


def tells_number(count: int, total: int) -> bool:
    """Return True if `banded` says the number itself, and no band."""
    return FEW <= count <= total - FEW


def tells_part(part: int, count: int, total: int) -> bool:
    """Return True if `banded_part` says the number itself, and no band."""
    return tells_number(part, least(count, total))


def banded_share(count: int, total: int) -> float:
    """Return the width of a meter, 0–1, in the middle of the band, so that it tells no more than `banded`."""
    if total <= 0:
        return 0.0
    if count < FEW:
        return min(FEW / 2 / total, 0.5)
    return max(1 - FEW / 2 / total, 0.5) if count > total - FEW else count / total


def roughly(count: int) -> str:
    """Return a rounded number: "färre än 5", "minst 5", "minst 10" …, as lazy text."""
    return at_least(rounded_down(count))


def rounded_down(count: int) -> int:
    """Return the number of which `roughly` says that it is at least that; 0 if it says that it is below 5."""
    if count < FEW:
        return 0
    return FEW if count < 10 else count // 10 * 10


def at_least(bound: int) -> str:
    """Return a lower bound as "minst 7", or "färre än 5" if there is none, as lazy text."""
    words = _l("minst %(count)s", count=LazyString(language.number, bound)) if bound else _l("färre än 5")
    return words  # type: ignore[return-value]  # a lazy text is used as text everywhere
