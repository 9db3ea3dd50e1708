"""Checks that a message passes through few modules, from the due row to the recorded result."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

import pytest
from flask import Flask

from tests.cast import Scene
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, states, tell
from tests.test_architecture import imports_of, modules
from watch.mail.delivery import SenderThread
from watch.mail.worker_lock import take_worker_lock

ENTERED = {
    "compose",
    "connections",
    "dead_addresses",
    "delivery",
    "message",
    "pacing",
    "queue",
    "record",
    "smtp",
    "types",
}
FLOORS = 4  # each module imports only from floors below its own


@contextmanager
def modules_entered() -> Iterator[set[str]]:
    """Record the modules of watch.mail whose code runs in threads started here."""
    found: set[str] = set()

    def note(frame: FrameType, _event: str, _argument: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("watch.mail."):
            found.add(module.removeprefix("watch.mail."))

    threading.setprofile(note)
    try:
        yield found
    finally:
        threading.setprofile(None)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("", ""),
        ("550 5.1.1 no such mailbox", "bounced"),
        ("451 4.3.0 not now", "queued"),
        ("drop", "uncertain"),
    ],
)
def test_from_a_due_row_to_its_result_ten_modules_are_enough(
    app: Flask, scene: Scene, relay: Relay, tmp_path: Path, answer: str, state: str
) -> None:
    relay.answers = {"carin@example.org": answer}
    sender = SenderThread(app, take_worker_lock(tmp_path))
    with modules_entered() as entered:
        sender.start()
        wait_for(lambda: sender.has_taken_over)
        entered.clear()  # the worker is there, and nothing is due
        tell(scene)
        sender.wake()
        wait_for(lambda: len(relay.tried) == len(ALL) and "sending" not in states())
        sender.stop()
        sender.join()
    assert entered == ENTERED
    assert states() == (
        {"sent": ALL} if not state else {"sent": ["amina", "bengt", "dawit"], state: ["carin"]}
    )


def test_mail_is_a_house_of_few_floors() -> None:
    @cache
    def floor(module: str) -> int:
        below = {name for name, _line in imports_of(module) if name.startswith("watch.mail.")}
        return 1 + max(map(floor, below), default=0)

    floors = {module: floor(module) for module in modules() if module.startswith("watch.mail.")}
    assert max(floors.values()) <= FLOORS, floors


def wait_for(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)
