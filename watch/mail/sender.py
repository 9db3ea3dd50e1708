"""The part of a worker that sends: it sleeps until somebody rings, and looks by itself now and then.

There may be work for more than the one who is rung; a ring may get lost, a mail server come back.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import structlog
from flask import Flask

from watch.extensions import db
from watch.mail import delivery
from watch.mail.lines import Lines
from watch.mail.pulse import Slot

log = structlog.get_logger("mail")


class Sender(Thread):
    """Sends whenever something is due, until it is stopped; whatever goes wrong, it tries again."""

    def __init__(self, app: Flask, slot: Slot) -> None:
        super().__init__(name="sender", daemon=True)
        self.app, self.slot = app, slot
        self.bell, self.stopping = Event(), Event()

    def ring(self) -> None:
        """Something may be due."""
        self.bell.set()

    def stop(self) -> None:
        """End after the messages in hand."""
        self.stopping.set()
        self.bell.set()

    def run(self) -> None:
        """Take back what this slot held when its worker died, then send until stopped."""
        with self.app.app_context():
            owner, lines = self.slot.owner, Lines()
            self._try(lambda: delivery.take_over(owner))
            while not self.stopping.is_set():
                self._try(lambda: delivery.run(owner, self.stopping.is_set, lines))
                lines.rest()
                self.bell.wait(self.app.config["MAIL_LOOK_SECONDS"])
                self.bell.clear()
            lines.hang_up()

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as broken:  # the database is away, the disk is full: it may be better in a moment
            log.error("round-broken", error=type(broken).__name__)
        finally:
            db.session.remove()
