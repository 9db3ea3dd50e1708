"""Where today stands in the period of a promise, by the Swedish day."""

from __future__ import annotations

from datetime import date

from watch.language import local
from watch.models import utcnow


def has_begun(begins: date) -> bool:
    """Return True from the first day of a period on."""
    return begins <= local(utcnow()).date()


def is_over(ends: date) -> bool:
    """Return True from the day after a period's last on."""
    return ends < local(utcnow()).date()
