"""A worker that kills itself at a chosen point: `python -m tests.faults.worker`.

WATCH_KILL_AT names the point (see POINTS), WATCH_KILL_COUNT at which pass of it (default 1). The functions of
watch are wrapped from outside and know nothing of this. Without WATCH_KILL_AT this is `flask worker`.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from watch import create_app, jobs
from watch.mail import connections, queue, smtp
from watch.mail.connections import Sent
from watch.mail.delivery import SendLoop

POINTS = ("after-claim", "before-data", "after-dot", "after-250", "after-commit")
Step = Callable[..., Any]


def killer(count: int) -> Callable[[], None]:
    """Return a function that kills this process at its count-th call."""
    passes = itertools.count(1)

    def die() -> None:
        if next(passes) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def before(step: Step, die: Callable[[], None]) -> Step:
    """Return the step, with death before it."""

    @wraps(step)
    def wrapped(*args: Any, **more: Any) -> Any:
        die()
        return step(*args, **more)

    return wrapped


def after(step: Step, die: Callable[[], None], where: Callable[..., bool]) -> Step:
    """Return the step, with death after it if its result and arguments match."""

    @wraps(step)
    def wrapped(*args: Any, **more: Any) -> Any:
        result = step(*args, **more)
        if where(result, *args):
            die()
        return result

    return wrapped


def has_ended(is_whole: bool, _host: object, words: bytes, *_: object) -> bool:
    """Return True once the dot that ends a mail has been sent."""
    return is_whole and words.endswith(b"\r\n.\r\n")


def has_sent(_none: None, _round: SendLoop, came: Sequence[Sent]) -> bool:
    """Return True if a result that was recorded is a mail sent."""
    return any(sent.result.is_sent for sent in came)


def plant(point: str, die: Callable[[], None]) -> None:
    """Wrap the function at a point."""
    match point:
        case "after-claim":
            queue.claim = after(queue.claim, die, lambda claimed, *_: bool(claimed))
        case "before-data":
            connections.hand_over = before(connections.hand_over, die)
        case "after-dot":
            smtp._send = after(smtp._send, die, has_ended)
        case "after-250":
            connections.hand_over = after(connections.hand_over, die, lambda result, *_: result.is_sent)
        case "after-commit":
            SendLoop._note_results = after(SendLoop._note_results, die, has_sent)


def main() -> None:
    point, count = os.environ.pop("WATCH_KILL_AT", ""), int(os.environ.pop("WATCH_KILL_COUNT", "1"))
    app = create_app()
    if point:
        if point not in POINTS:
            raise SystemExit(f"WATCH_KILL_AT is {point!r}; it is one of {', '.join(POINTS)}.")
        plant(point, killer(count))
    with app.app_context():
        jobs.work()


if __name__ == "__main__":
    main()
