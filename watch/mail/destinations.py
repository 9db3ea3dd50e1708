"""How many of a worker's connections each destination may have at once.

A mail server often answers for a destination only when that has answered. One that hangs would soon hold
every connection, and neighbours with another provider would wait for it. So a destination begins with a few
and gets more with each good answer; one that fails or is slow gets half as many, until it is well again.
Postfix does it by destination too (SCHEDULER_README, "How the destination concurrency scheduler works").
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from watch.mail.kinds import KINDS
from watch.mail.queue import Claim

SLOW_SECONDS = 0.5  # quicker than this is never slow
SLOW_TIMES = 4  # as long as usual: where every destination takes as long, none is slow
LATEST = 31  # messages that say what is usual
MOST_KNOWN = 10_000  # destinations that have answered
IN_A_MOMENT = timedelta(seconds=2)


@dataclass
class ThrottledDestination:
    """A destination that was slow or (`has_failed`) failed: how many it may have, what its last took."""

    connections: int
    seconds: float
    has_failed: bool


class Destinations:
    """What a worker has learned of where its mail goes."""

    def __init__(self) -> None:
        self.suspects: dict[str, ThrottledDestination] = {}
        self.earned: dict[str, int] = {}  # connections, by those that answered well in this round
        self.seconds: deque[float] = deque(maxlen=LATEST)

    def may_begin(self, domain: str, under_way: Mapping[str, int], most: int, *, is_alone: bool) -> bool:
        """Whether it may have one more of the `most` connections; `under_way` says who has how many.

        A quarter is kept for those that have answered well, and for others than the one that has most of
        them; with `is_alone` nobody else waits, and one that has answered may have all.
        """
        mine, quarter = under_way.get(domain, 0), max(1, most // 4)
        if suspect := self.suspects.get(domain):
            return mine < suspect.connections and _together(under_way, self.suspects) < max(1, most // 2)
        if domain in self.earned:
            return mine < min(self.earned[domain], most if is_alone else max(1, most - quarter))
        strangers = sum(under_way.values()) - _together(under_way, self.earned)
        return mine < quarter and strangers < max(1, most - quarter)

    def sort(
        self, claims: Sequence[Claim], under_way: Iterable[str], most: int, longest: timedelta
    ) -> tuple[list[Claim], list[tuple[Claim, timedelta]]]:
        """Which claims may go soon, and which of suspects wait how long for their turn, `longest` at most.

        `under_way` are the destinations of what has begun. All suspects together get half of the `most`
        connections, each no more than it has earned. Where one has failed, it waits for as long as those
        before it will take; one that was slow, or a mail that somebody sits waiting for, is tried again in a
        moment.
        """
        if not self.suspects:
            return list(claims), []
        now, waiting = [], []
        in_hand, queues = Counter(each for each in under_way if each in self.suspects), Counter[str]()
        for claim in claims:
            suspect = self.suspects.get(claim.domain)
            if not suspect:
                now.append(claim)
            elif in_hand[claim.domain] < suspect.connections and in_hand.total() < max(1, most // 2):
                in_hand[claim.domain] += 1
                now.append(claim)
            else:
                queues[claim.domain] += 1
                seconds = queues[claim.domain] * suspect.seconds / suspect.connections
                turn = timedelta(seconds=max(1, math.ceil(seconds)))
                is_soon = not suspect.has_failed or KINDS[claim.kind].precedence == 0
                waiting.append((claim, min(turn, IN_A_MOMENT if is_soon else longest)))
        return now, waiting

    def is_slow(self, seconds: float) -> bool:
        """Whether so many seconds are much longer than what is usual."""
        if seconds <= SLOW_SECONDS:
            return False
        return not self.seconds or seconds > SLOW_TIMES * statistics.median(self.seconds)

    def slow_down(self, domain: str, seconds: float, most: int, *, has_failed: bool = False) -> bool:
        """It failed or was slow: half as many connections as before. Whether it may have fewer now."""
        known = self.suspects.get(domain)
        before = known.connections if known else self.earned.get(domain, max(1, most // 4))
        failed = has_failed or (known is not None and known.has_failed)
        self.suspects[domain] = ThrottledDestination(max(1, before // 2), seconds, failed)
        self.earned.pop(domain, None)
        return known is None or before > 1

    def learn(self, domain: str, seconds: float, most: int, *, is_lost: bool, is_known: bool = False) -> bool:
        """What became of a message to it; whether it may have fewer connections now.

        `is_known` says that it was found slow while it was under way, and has counted. Each good answer earns
        twice as many: a stranger until it may have all of the `most`, a suspect until it has half of them.
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
            suspect.connections, suspect.seconds = 2 * suspect.connections, seconds
            if suspect.connections > most // 2:
                del self.suspects[domain]
                self._earn(domain, most)
        else:
            self._earn(domain, most)
        return False

    def _earn(self, domain: str, most: int) -> None:
        earned = self.earned.get(domain, max(1, most // 4))
        if earned < most:
            if len(self.earned) >= MOST_KNOWN:
                self.earned.clear()
            self.earned[domain] = min(most, 2 * earned)

    def begin_anew(self) -> None:
        """A round begins: who answered well an hour ago may hang by now."""
        self.earned.clear()


def _together(under_way: Mapping[str, int], which: Mapping[str, object]) -> int:
    return sum(count for each, count in under_way.items() if each in which)
