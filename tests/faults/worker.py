"""A worker that kills itself at a chosen point: `python -m tests.faults.worker`.

WATCH_KILL_AT names the point (see POINTS), WATCH_KILL_COUNT at which pass of it, over all threads of the
process (1 where it is not given). The engine calls `watch.mail.delivery.at(point)`, which does nothing; here
it is replaced by something that does. Without WATCH_KILL_AT this is `flask worker`.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable

from watch import create_app, jobs
from watch.mail import delivery

POINTS = ("after-claim", "before-data", "after-dot", "after-250", "after-commit")


def killer(wanted: str, count: int) -> Callable[[str], None]:
    """A hook that ends this process, as a power cut would, at the count-th pass of a point."""
    passes = itertools.count(1)  # its next() is one step for all threads

    def at(point: str) -> None:
        if point == wanted and next(passes) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def plant(hook: Callable[[str], None]) -> None:
    """Put the hook wherever the engine knows it by name."""
    original = getattr(delivery, "at", None)
    if original is None:
        raise SystemExit("watch.mail.delivery has no at(point): nothing can be killed there.")
    for name, module in list(sys.modules.items()):
        if name.startswith("watch.") and getattr(module, "at", None) is original:
            module.at = hook  # type: ignore[attr-defined]


def main() -> None:
    """Work until killed."""
    app = create_app()
    if point := os.environ.get("WATCH_KILL_AT"):
        if point not in POINTS:
            raise SystemExit(f"WATCH_KILL_AT is {point!r}; it is one of {', '.join(POINTS)}.")
        plant(killer(point, int(os.environ.get("WATCH_KILL_COUNT", "1"))))
    with app.app_context():
        jobs.work()


if __name__ == "__main__":
    main()
