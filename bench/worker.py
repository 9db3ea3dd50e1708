"""A worker that reports the CPU time of its work: `python -m bench.worker FILE`.

After each round that sent something it appends what it has used so far, as a line of JSON: CPU seconds for
claims, filling, SMTP and recording, for the whole process (`all`), and the number of messages `sent`. The
steps are timed by wrapping them, so the product has no code for this.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

from watch import create_app, jobs
from watch.mail import connections, delivery
from watch.mail.delivery import SendLoop

PARTS = ("claims", "filling", "SMTP", "recording")
Step = Callable[..., Any]


@dataclass
class Meter:
    """CPU seconds by part. A step inside another step counts once only."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    within: float = 0.0  # seconds used by steps inside the running step, in the sending thread
    by_threads: dict[int, float] = field(default_factory=dict)

    def timed(self, part: str, step: Step) -> Step:
        """Wrap a step of the sending thread, so that its CPU time counts for the part."""

        @wraps(step)
        def wrapped(*args: Any, **more: Any) -> Any:
            outside, self.within, begun = self.within, 0.0, time.thread_time()
            try:
                return step(*args, **more)
            finally:
                used = time.thread_time() - begun
                self.spent[part] += used - self.within
                self.within = outside + used

        return wrapped

    def of_threads(self, step: Step) -> Step:
        """Wrap a step of a connection's thread, which does nothing else."""

        @wraps(step)
        def wrapped(thread: Any, *args: Any) -> Any:
            try:
                return step(thread, *args)
            finally:
                self.by_threads[id(thread)] = time.thread_time()

        return wrapped

    def reading(self) -> dict[str, float]:
        """Return what was used so far."""
        found = dict(self.spent, all=time.process_time())
        found["SMTP"] += sum(self.by_threads.values())
        return found


def plant(meter: Meter, file: Path) -> None:
    """Time the steps of sending, and write the result after each round that sent something."""
    SendLoop._claim_more = meter.timed("claims", SendLoop._claim_more)
    SendLoop._render = meter.timed("filling", SendLoop._render)
    SendLoop._record = meter.timed("recording", SendLoop._record)
    for name in ("begin", "wait"):
        own = getattr(connections.Connections, name)
        setattr(connections.Connections, name, meter.timed("SMTP", own))
    connections.SendingThread._carry = meter.of_threads(connections.SendingThread._carry)
    run = delivery.run

    def counted(*args: Any) -> int:
        sent = run(*args)
        if sent:
            meter.spent["sent"] += sent
            with file.open("a") as out:
                out.write(json.dumps(meter.reading()) + "\n")
        return sent

    delivery.run = counted


def used(file: Path) -> dict[str, float]:
    """Return what a worker has reported so far."""
    lines = file.read_text().splitlines() if file.exists() else []
    return json.loads(lines[-1]) if lines else dict.fromkeys((*PARTS, "all", "sent"), 0.0)


def main() -> None:
    app = create_app()
    plant(Meter(), Path(sys.argv[1]))
    with app.app_context():
        jobs.work()


if __name__ == "__main__":
    main()
