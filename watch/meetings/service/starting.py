"""Says whether the people who are interested in a building can be called to a start meeting."""

from __future__ import annotations

from watch.meetings.errors import NobodyInterested, PastItsStart
from watch.meetings.queries.starting import is_before_its_start, somebody_is_interested
from watch.models import Building


def expect_interested(building: Building) -> None:
    """Raise PastItsStart, or NobodyInterested if a start meeting would reach nobody."""
    if not is_before_its_start(building):
        raise PastItsStart
    if not somebody_is_interested(building):
        raise NobodyInterested
