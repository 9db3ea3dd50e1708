"""Decides which claimed message begins next: the rate limit, and each destination's share of connections.

A mail server often answers for a destination only after that destination has answered. One that hangs would
soon occupy every connection, and mail to other providers would wait. So a destination begins with a few
connections and gets more after each good answer; one that fails or is slow gets half as many. Postfix does
the same (SCHEDULER_README, "How the destination concurrency scheduler works").
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

SLOW_SECONDS = 0.5  # a message that takes less is never slow
SLOW_TIMES = 4  # times the median; if every destination takes equally long, none is slow
LATEST = 31  # messages of which the median is taken
MOST_KNOWN = 10_000  # destinations remembered
SECONDS_HELD = 1.0  # one claim takes as many messages as are sent in so many seconds
MOST_HELD = 500  # claimed messages that are not begun
IN_A_MOMENT = timedelta(seconds=2)


@dataclass
class ThrottledDestination:
    """A destination that failed (`has_failed`) or was slow.

    `connections` is how many it may use, `seconds` how long its last message took.
    """

    connections: int
    seconds: float
    has_failed: bool


class Destinations:
    """What a worker has learned about the destinations of its mail."""

    def __init__(self) -> None:
        self.throttled: dict[str, ThrottledDestination] = {}
        self.earned: dict[str, int] = {}  # connections of those that answered well in this round
        self.seconds: deque[float] = deque(maxlen=LATEST)

    def may_begin(self, domain: str, under_way: Mapping[str, int], most: int, *, is_alone: bool) -> bool:
        """Return True if the destination may use one more of the `most` connections.

        `under_way` counts messages by destination. Unknown destinations leave a quarter of the connections
        free for those that have answered well. None of these uses more than three quarters, unless `is_alone`
        says that no other destination waits.
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
        """Return the claims that may begin soon, and those that must wait, each with how long.

        `under_way` are the destinations of messages that have begun. All throttled destinations together get
        half of the `most` connections. Mail to one that has failed waits as long as the mail before it will
        take, at most `longest`. Mail to one that was slow, and mail that somebody waits for, is tried again
        in a moment.
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
        """Return True if so many seconds are much longer than the median."""
        if seconds <= SLOW_SECONDS:
            return False
        return not self.seconds or seconds > SLOW_TIMES * statistics.median(self.seconds)

    def slow_down(self, domain: str, seconds: float, most: int, *, has_failed: bool = False) -> bool:
        """Halve the connections of a destination that failed or was slow; return True if it now has fewer."""
        throttled = self.throttled.get(domain)
        before = throttled.connections if throttled else self.earned.get(domain, max(1, most // 4))
        failed = has_failed or (throttled is not None and throttled.has_failed)
        self.throttled[domain] = ThrottledDestination(max(1, before // 2), seconds, failed)
        self.earned.pop(domain, None)
        return throttled is None or before > 1

    def note_result(
        self, domain: str, seconds: float, most: int, *, is_lost: bool, is_known: bool = False
    ) -> bool:
        """Record a message's result; return True if its destination now has fewer connections.

        `is_known` means that it was found slow while under way, which has been counted already. Each good
        answer doubles the connections: of a new destination up to `most`, of a throttled one until it has
        half of them.
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
        """Forget good answers at the start of a round: a destination may have begun to hang since."""
        self.earned.clear()


def _together(under_way: Mapping[str, int], which: Mapping[str, object]) -> int:
    return sum(count for each, count in under_way.items() if each in which)


class Backlog:
    """Claims that have not begun. Those whose destination has used up its share are set aside."""

    def __init__(self) -> None:
        self.next: deque[Claim] = deque()
        self.waiting: dict[str, deque[Claim]] = {}

    def __len__(self) -> int:
        return len(self.next) + sum(len(claims) for claims in self.waiting.values())

    def put(self, claims: Iterable[Claim]) -> None:
        """Add claims after those already here."""
        self.next.extend(claims)

    def __iter__(self) -> Iterator[Claim]:
        return chain(*self.waiting.values(), self.next)

    def take(self, destinations: Destinations, under_way: Mapping[str, int], most: int) -> Claim | None:
        """Take the first claim whose destination may use one more of the `most` connections, or None."""
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
        """Return all claims and leave the backlog empty."""
        claims = list(self)
        self.next, self.waiting = deque(), {}
        return claims


class RateLimiter:
    """Allows at most so many messages a second; 0 means no limit."""

    def __init__(self, per_second: float) -> None:
        self.step = 1 / per_second if per_second else 0.0
        self.next = time.monotonic()

    def allows(self) -> bool:
        """Return True if the next message may begin now."""
        return not self.step or time.monotonic() >= self.next

    def count(self) -> None:
        """Count one begun message."""
        self.next = max(self.next, time.monotonic() - 1) + self.step

    def wait(self) -> float:
        """Return the seconds until the next message may begin."""
        return max(0.0, self.next - time.monotonic())


class BatchSize:
    """How many messages to claim at once: about one second of sending."""

    def __init__(self) -> None:
        self.size = self.sent = 0
        self.asked_at = 0.0

    def after(self, sent: int, *, least: int) -> int:
        """Return the size of the next claim; `sent` is the number of messages sent so far."""
        now = time.monotonic()
        if self.asked_at and sent > self.sent:
            self.size = round((sent - self.sent) / (now - self.asked_at) * SECONDS_HELD)
        self.asked_at, self.sent = now, sent
        return min(max(least, self.size), MOST_HELD)
