"""Runs two transactions at once in an order that the test decides: one waits before a statement.

with standing_still(app, "INSERT INTO mailing", cancel) as first:
    ...                      # another transaction runs meanwhile
first.result()               # it went on after the block; this is what it returned
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import event

from watch.extensions import db

PATIENCE = 30  # seconds that a thread waits for the other before the test fails


def in_own_context(app: Flask, work: Callable[[], Any]) -> Any:
    """Run it in an application context of its own. What it does not commit is rolled back."""
    with app.app_context():
        try:
            return work()
        finally:
            db.session.remove()


def begin(app: Flask, work: Callable[[], Any]) -> Future[Any]:
    """Start it in a thread of its own."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(in_own_context, app, work)
    pool.shutdown(wait=False)
    return future


@dataclass
class Halt:
    """The statement at which a thread waits, and the event that lets it go on."""

    words: str
    reached: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)


_halts: dict[int, Halt] = {}  # by thread id


def _stand_still(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    halt = _halts.get(threading.get_ident())
    if halt and halt.words in " ".join(statement.split()):
        del _halts[threading.get_ident()]
        halt.reached.set()
        assert halt.go_on.wait(PATIENCE)


@contextmanager
def standing_still(app: Flask, words: str, work: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Start it in a thread that waits before its first statement with this text until the block ends."""
    halt = Halt(words)

    def noted() -> Any:
        _halts[threading.get_ident()] = halt
        return work()

    db.session.commit()
    if not event.contains(db.engine, "before_cursor_execute", _stand_still):
        # never removed, because other threads run meanwhile
        event.listen(db.engine, "before_cursor_execute", _stand_still)
    future = begin(app, noted)
    try:
        assert halt.reached.wait(PATIENCE), future.exception() if future.done() else "it never got there"
        yield future
    finally:
        halt.go_on.set()
    future.exception(PATIENCE)
    db.session.expire_all()
