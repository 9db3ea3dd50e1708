"""How fast a worker may begin messages."""

from __future__ import annotations

import time


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
