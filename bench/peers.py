"""What a worker is compared with: plain sending over one connection, and this machine's processor."""

from __future__ import annotations

import smtplib
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import flask_mail
from flask import Flask

from tests.faults.processes import HOST

MESSAGES, ROUNDS = 1000, 3
THREE_MILLION = "for number in range(3_000_000): total += number"


def three_million() -> tuple[float, float]:
    """Return the CPU seconds for adding three million integers: at top level, and in a function."""
    top, within = compile(THREE_MILLION, "top", "exec"), dict[str, Any]()
    exec(f"def add():\n    total = 0\n    {THREE_MILLION}", within)
    took = []
    for add in (lambda: exec(top, {"total": 0}), within["add"]):
        begun = time.process_time()
        add()
        took.append(time.process_time() - begun)
    return took[0], took[1]


@dataclass
class Peer:
    """Messages a second, and CPU seconds for 1,000 messages, of each round."""

    rates: list[float]
    costs: list[float]

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time one round."""
        begun, used_before = time.monotonic(), time.process_time()
        yield
        self.rates.append(MESSAGES / (time.monotonic() - begun))
        self.costs.append((time.process_time() - used_before) / MESSAGES * 1000)

    @property
    def rate(self) -> float:
        """The median rate."""
        return statistics.median(self.rates)

    def __str__(self) -> str:
        return f"{self.rate:.0f}/s, {statistics.median(self.costs):.3f} s"


def play_peers(port: int, wire: bytes, raw: Peer, loop: Peer) -> None:
    """Send with raw smtplib and with Flask-Mail's own loop, in turns."""
    app = Flask("peer")
    app.config.update(MAIL_SERVER=HOST, MAIL_PORT=port)
    theirs = flask_mail.Mail(app)
    text = wire.decode("ascii")
    for _round in range(ROUNDS):
        with smtplib.SMTP(HOST, port) as own, raw.timed():
            for _ in range(MESSAGES):
                own.sendmail("a@example.org", ["b@example.org"], wire)
        with app.app_context(), theirs.connect() as connection, loop.timed():
            for n in range(MESSAGES):
                to = [f"n{n}@example.org"]
                connection.send(flask_mail.Message("Nytt meddelande", to, text, sender="a@example.org"))
