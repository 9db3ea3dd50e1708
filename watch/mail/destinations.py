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

from watch.mail.queue import Parcel

SLOW_SECONDS = 0.5  # quicker than this is never slow
SLOW_TIMES = 4  # as long as usual: where every destination takes as long, none is slow
LATEST = 31  # messages that say what is usual


@dataclass
class Suspect:
    """A destination that failed or was slow; `seconds` is how long its last message took."""

    lines: int = 1
    seconds: float = 1.0


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
        each no more than it has earned; it waits for as long as those before it will take.
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
                turn = math.ceil(queues[parcel.domain] * suspect.seconds / suspect.lines)
                waiting.append((parcel, min(timedelta(seconds=max(turn, 1)), longest)))
        return now, waiting

    def is_slow(self, seconds: float) -> bool:
        """Whether so many seconds are much longer than what is usual."""
        if seconds <= SLOW_SECONDS:
            return False
        return not self.seconds or seconds > SLOW_TIMES * statistics.median(self.seconds)

    def suspect(self, domain: str, seconds: float) -> bool:
        """It failed or was slow: one line at a time. Whether that is news."""
        is_news = domain not in self.suspects
        self.suspects[domain] = Suspect(seconds=seconds)
        return is_news

    def learn(self, domain: str, seconds: float, most: int, *, is_lost: bool) -> bool:
        """What became of a message to it; whether there is a new suspect.

        Each good answer earns a suspect twice as many lines, until it may have its half of the `most`.
        """
        is_slow = self.is_slow(seconds)
        if not is_lost:
            self.seconds.append(seconds)
        if is_lost or is_slow:
            return self.suspect(domain, seconds)
        if suspect := self.suspects.get(domain):
            suspect.lines, suspect.seconds = 2 * suspect.lines, seconds
            if suspect.lines > most // 2:
                del self.suspects[domain]
        return False
