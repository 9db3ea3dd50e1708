"""Which destinations hold lines up, and how many lines each may have until it is well again.

A mail server often answers for a destination only when that has answered. One that hangs would soon hold
every line, and neighbours with another provider would wait for it. Postfix slows down by destination too
(SCHEDULER_README, "How the destination concurrency scheduler works").
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from watch.mail.links import KINDS
from watch.mail.queue import Parcel

SLOW_SECONDS = 0.5  # quicker than this is never slow
SLOW_TIMES = 4  # as long as usual: where every destination takes as long, none is slow
LATEST = 31  # messages that say what is usual
IN_A_MOMENT = timedelta(seconds=2)


@dataclass
class Suspect:
    """A destination that was slow or (`has_failed`) lost a line: how many it may have, what its last took."""

    lines: int
    seconds: float
    has_failed: bool


class Destinations:
    """What a worker has learned of where its mail goes; domains that are well are not kept."""

    def __init__(self) -> None:
        self.suspects: dict[str, Suspect] = {}
        self.seconds: deque[float] = deque(maxlen=LATEST)

    def sort(
        self, parcels: Sequence[Parcel], held: Iterable[str], most: int, longest: timedelta
    ) -> tuple[list[Parcel], list[tuple[Parcel, timedelta]]]:
        """Which parcels may go now, and which wait how long for their turn, `longest` at most.

        `held` are the domains of what is in hand already. All suspects together get half of the `most` lines,
        each no more than it has earned. Where one has failed, it waits for as long as those before it will
        take; one that was slow, or a mail that somebody sits waiting for, is tried again in a moment.
        """
        if not self.suspects:
            return list(parcels), []
        now, waiting = [], []
        in_hand, queues = Counter(each for each in held if each in self.suspects), Counter[str]()
        for parcel in parcels:
            suspect = self.suspects.get(parcel.domain)
            if not suspect:
                now.append(parcel)
            elif in_hand[parcel.domain] < suspect.lines and in_hand.total() < max(1, most // 2):
                in_hand[parcel.domain] += 1
                now.append(parcel)
            else:
                queues[parcel.domain] += 1
                seconds = queues[parcel.domain] * suspect.seconds / suspect.lines
                turn = timedelta(seconds=max(1, math.ceil(seconds)))
                is_soon = not suspect.has_failed or KINDS[parcel.kind].precedence == 0
                waiting.append((parcel, min(turn, IN_A_MOMENT if is_soon else longest)))
        return now, waiting

    def is_slow(self, seconds: float) -> bool:
        """Whether so many seconds are much longer than what is usual."""
        if seconds <= SLOW_SECONDS:
            return False
        return not self.seconds or seconds > SLOW_TIMES * statistics.median(self.seconds)

    def slow_down(self, domain: str, seconds: float, most: int, *, has_failed: bool = False) -> bool:
        """It failed or was slow: half as many lines as before. Whether it may have fewer now."""
        known = self.suspects.get(domain)
        before = known.lines if known else most
        failed = has_failed or (known is not None and known.has_failed)
        self.suspects[domain] = Suspect(max(1, before // 2), seconds, failed)
        return known is None or known.lines > 1

    def learn(self, domain: str, seconds: float, most: int, *, is_lost: bool, is_known: bool = False) -> bool:
        """What became of a message to it; whether it may have fewer lines now.

        `is_known` says that it was found slow while it was under way, and has counted. Each good answer earns
        a suspect twice as many lines, until it may have its half of the `most`.
        """
        is_slow = is_known or self.is_slow(seconds)
        if not is_lost:
            self.seconds.append(seconds)
        suspect = self.suspects.get(domain)
        if suspect and is_known:
            suspect.has_failed, suspect.seconds = suspect.has_failed or is_lost, seconds
        elif is_lost or is_slow:
            return self.slow_down(domain, seconds, most, has_failed=is_lost)
        elif suspect:
            suspect.lines, suspect.seconds = 2 * suspect.lines, seconds
            if suspect.lines > most // 2:
                del self.suspects[domain]
        return False
