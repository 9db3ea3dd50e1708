"""Which claimed message may begin, and when: the rate limit, and each destination's share of the connections.

A mail server often answers for a destination only when that has answered. One that hangs would soon hold
every connection, and neighbours with another provider would wait for it. So a destination begins with a few
and gets more with each good answer; one that fails or is slow gets half as many, until it is well again.
Postfix does it by destination too (SCHEDULER_README, "How the destination concurrency scheduler works").
"""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain

from watch.mail.kinds import KINDS
from watch.mail.types import Claim

SLOW_SECONDS = 0.5  # quicker than this is never slow
SLOW_TIMES = 4  # as long as usual: where every destination takes as long, none is slow
LATEST = 31  # messages that say what is usual
MOST_KNOWN = 10_000  # destinations that have answered
SECONDS_HELD = 1.0  # of sending that one claim takes, at the pace seen so far
MOST_HELD = 500  # messages
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
        self.throttled: dict[str, ThrottledDestination] = {}
        self.earned: dict[str, int] = {}  # connections, by those that answered well in this round
        self.seconds: deque[float] = deque(maxlen=LATEST)

    def may_begin(self, domain: str, under_way: Mapping[str, int], most: int, *, is_alone: bool) -> bool:
        """Whether it may have one more of the `most` connections; `under_way` says who has how many.

        A quarter is kept for those that have answered well, and for others than the one that has most of
        them; with `is_alone` nobody else waits, and one that has answered may have all.
        """
        mine, quarter = under_way.get(domain, 0), max(1, most // 4)
        if throttled := self.throttled.get(domain):
            return mine < throttled.connections and _together(under_way, self.throttled) < max(1, most // 2)
        if domain in self.earned:
            return mine < min(self.earned[domain], most if is_alone else max(1, most - quarter))
        unknown = sum(under_way.values()) - _together(under_way, self.earned)
        return mine < quarter and unknown < max(1, most - quarter)

    def sort(
        self, claims: Sequence[Claim], under_way: Iterable[str], most: int, longest: timedelta
    ) -> tuple[list[Claim], list[tuple[Claim, timedelta]]]:
        """Which claims may go soon, and which wait how long for their turn, `longest` at most.

        `under_way` are the destinations of what has begun. All throttled ones together get half of the
        `most` connections, each no more than it has earned. Where one has failed, the others to it wait for
        as long as those before them will take; what goes to one that was slow, or a mail that somebody sits
        waiting for, is tried again in a moment.
        """
        if not self.throttled:
            return list(claims), []
        now, waiting = [], []
        in_hand, queues = Counter(each for each in under_way if each in self.throttled), Counter[str]()
        for claim in claims:
            throttled = self.throttled.get(claim.domain)
            if not throttled:
                now.append(claim)
            elif in_hand[claim.domain] < throttled.connections and in_hand.total() < max(1, most // 2):
                in_hand[claim.domain] += 1
                now.append(claim)
            else:
                queues[claim.domain] += 1
                seconds = queues[claim.domain] * throttled.seconds / throttled.connections
                turn = timedelta(seconds=max(1, math.ceil(seconds)))
                is_soon = not throttled.has_failed or KINDS[claim.kind].precedence == 0
                waiting.append((claim, min(turn, IN_A_MOMENT if is_soon else longest)))
        return now, waiting

    def is_slow(self, seconds: float) -> bool:
        """Whether so many seconds are much longer than what is usual."""
        if seconds <= SLOW_SECONDS:
            return False
        return not self.seconds or seconds > SLOW_TIMES * statistics.median(self.seconds)

    def slow_down(self, domain: str, seconds: float, most: int, *, has_failed: bool = False) -> bool:
        """It failed or was slow: half as many connections as before. Whether it may have fewer now."""
        throttled = self.throttled.get(domain)
        before = throttled.connections if throttled else self.earned.get(domain, max(1, most // 4))
        failed = has_failed or (throttled is not None and throttled.has_failed)
        self.throttled[domain] = ThrottledDestination(max(1, before // 2), seconds, failed)
        self.earned.pop(domain, None)
        return throttled is None or before > 1

    def note_result(
        self, domain: str, seconds: float, most: int, *, is_lost: bool, is_known: bool = False
    ) -> bool:
        """What became of a message to it; whether it may have fewer connections now.

        `is_known` says that it was found slow while it was under way, and has counted. Each good answer earns
        twice as many: a new one until it may have all of the `most`, a throttled one until it has half.
        """
        is_slow = is_known or self.is_slow(seconds)
        if not is_lost:
            self.seconds.append(seconds)
        throttled = self.throttled.get(domain)
        if throttled and is_known:
            throttled.has_failed, throttled.seconds = throttled.has_failed or is_lost, seconds
        elif is_lost or is_slow:
            return self.slow_down(domain, seconds, most, has_failed=is_lost)
        elif throttled:
            throttled.connections, throttled.seconds = 2 * throttled.connections, seconds
            if throttled.connections > most // 2:
                del self.throttled[domain]
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


class Backlog:
    """Claims that are not begun; those whose destination has its share by now wait aside."""

    def __init__(self) -> None:
        self.next: deque[Claim] = deque()
        self.waiting: dict[str, deque[Claim]] = {}

    def __len__(self) -> int:
        return len(self.next) + sum(len(claims) for claims in self.waiting.values())

    def put(self, claims: Iterable[Claim]) -> None:
        """These are due after what is here."""
        self.next.extend(claims)

    def __iter__(self) -> Iterator[Claim]:
        return chain(*self.waiting.values(), self.next)

    def take(self, destinations: Destinations, under_way: Mapping[str, int], most: int) -> Claim | None:
        """The first whose destination may have one more of the `most` connections; None where none may."""
        for is_alone in (False, True):
            may_begin = partial(destinations.may_begin, under_way=under_way, most=most, is_alone=is_alone)
            if claim := self._take(may_begin):
                return claim
        return None

    def _take(self, may_begin: Callable[[str], bool]) -> Claim | None:
        for domain in self.waiting:
            if may_begin(domain):
                return self._from_waiting(domain)
        while self.next:
            claim = self.next.popleft()
            if may_begin(claim.domain):
                return claim
            self.waiting.setdefault(claim.domain, deque()).append(claim)
        return None

    def _from_waiting(self, domain: str) -> Claim:
        claims = self.waiting[domain]
        claim = claims.popleft()
        if not claims:
            del self.waiting[domain]
        return claim

    def take_all(self) -> list[Claim]:
        """Everything; nothing is left."""
        claims = list(self)
        self.next, self.waiting = deque(), {}
        return claims


class RateLimiter:
    """No more than so many messages a second; 0 is as fast as it goes."""

    def __init__(self, per_second: float) -> None:
        self.step = 1 / per_second if per_second else 0.0
        self.next = time.monotonic()

    def allows(self) -> bool:
        """Whether the next message may be begun now."""
        return not self.step or time.monotonic() >= self.next

    def count(self) -> None:
        """One more was begun."""
        self.next = max(self.next, time.monotonic() - 1) + self.step

    def wait(self) -> float:
        """Seconds until the next one may be begun."""
        return max(0.0, self.next - time.monotonic())


class BatchSize:
    """How many messages one claim takes: what is sent in about a second."""

    def __init__(self) -> None:
        self.size = self.sent = 0
        self.asked_at = 0.0

    def after(self, sent: int, *, least: int) -> int:
        """The size of the next claim, when so many messages have been sent in all."""
        now = time.monotonic()
        if self.asked_at and sent > self.sent:
            self.size = round((sent - self.sent) / (now - self.asked_at) * SECONDS_HELD)
        self.asked_at, self.sent = now, sent
        return min(max(least, self.size), MOST_HELD)
