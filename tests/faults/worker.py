"""A worker that kills itself at a chosen point: `python -m tests.faults.worker`.

WATCH_KILL_AT names the point (see POINTS), WATCH_KILL_COUNT at which pass of it (1 where it is not given).
The engine's own steps are wrapped from outside: it knows nothing of this. Without WATCH_KILL_AT this is
`flask worker`.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from watch import create_app, jobs
from watch.mail import queue
from watch.mail.delivery import Round
from watch.mail.lines import Delivered, Line

POINTS = ("after-claim", "before-data", "after-dot", "after-250", "after-commit")
Step = Callable[..., Any]


def killer(count: int) -> Callable[[], None]:
    """Ends this process, as a power cut would, at the count-th call."""
    passes = itertools.count(1)

    def die() -> None:
        if next(passes) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def before(step: Step, die: Callable[[], None]) -> Step:
    """The same step, and death before it."""

    @wraps(step)
    def wrapped(*args: Any, **more: Any) -> Any:
        die()
        return step(*args, **more)

    return wrapped


def after(step: Step, die: Callable[[], None], where: Callable[..., bool]) -> Step:
    """The same step, and death after it where its result and arguments are so."""

    @wraps(step)
    def wrapped(*args: Any, **more: Any) -> Any:
        result = step(*args, **more)
        if where(result, *args):
            die()
        return result

    return wrapped


def has_ended(_none: None, line: Line, words: bytes) -> bool:
    """The dot that ends a mail has left."""
    return words.endswith(b"\r\n.\r\n") and not line.unsent


def has_sent(_none: None, _round: Round, came: Sequence[Delivered]) -> bool:
    """Something that was taken is written down."""
    return any(result.is_sent for *_, result in came)


def plant(point: str, die: Callable[[], None]) -> None:
    """Put death at a point of the engine."""
    match point:
        case "after-claim":
            queue.claim = after(queue.claim, die, lambda claimed, *_: bool(claimed))
        case "before-data":
            Line.begin = before(Line.begin, die)  # death
        case "after-dot":
            Line._say = after(Line._say, die, has_ended)  # death
        case "after-250":
            Line._end = after(Line._end, die, lambda result, *_: result.is_sent)  # death
        case "after-commit":
            Round._settle = after(Round._settle, die, has_sent)  # death


def main() -> None:
    """Work until killed."""
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
