"""The part of a worker that sends: it sleeps until it is woken, and looks by itself now and then.

There may be work for more than the one that is woken; a wake-up may get lost, a mail server come back.
"""

from __future__ import annotations

import os
from threading import Event, Thread

import structlog
from flask import Flask

from watch.extensions import db
from watch.mail import delivery
from watch.mail.connections import Connections
from watch.mail.heartbeat import WorkerLock

WAITS = (1, 2, 4, 5)  # seconds after failures in a row: a disk that is full is asked now and then

log = structlog.get_logger("mail")


class SenderThread(Thread):
    """Sends whenever something is due, until it is stopped; whatever goes wrong, it tries again."""

    def __init__(self, app: Flask, slot: WorkerLock) -> None:
        super().__init__(name="sender", daemon=True)
        self.app, self.slot = app, slot
        self.wakeup, self.stopping = Event(), Event()
        self.has_taken_over = False
        self.failures, self.trouble = 0, ""  # in a row, and what the last was

    def wake(self) -> None:
        """Something may be due."""
        self.wakeup.set()

    def stop(self) -> None:
        """End after the messages in hand."""
        self.stopping.set()
        self.wakeup.set()

    def run(self) -> None:
        """Take back what this slot held when its worker died, then send until stopped."""
        keep_to_one_core(self.slot.number)
        with self.app.app_context():
            connections = Connections()
            while not self.stopping.is_set():
                self._try(connections)
                connections.rest()
                if self.failures:
                    self.stopping.wait(WAITS[min(self.failures, len(WAITS)) - 1])
                else:
                    self.wakeup.wait(self.app.config["MAIL_LOOK_SECONDS"])
                self.wakeup.clear()
            connections.hang_up()

    def _try(self, connections: Connections) -> None:
        try:
            if not self.has_taken_over:
                delivery.take_over(self.slot.owner)
                self.has_taken_over = True
            delivery.run(self.slot.owner, self.stopping.is_set, connections)
        except Exception as broken:  # the database is away, the disk is full: it may be better in a moment
            self._note(broken)
        else:
            if self.trouble:
                log.info("round-mended", failures=self.failures)
            self.failures, self.trouble = 0, ""
        finally:
            db.session.remove()

    def _note(self, broken: Exception) -> None:
        """Said once, however often the same is tried."""
        trouble = trouble_of(broken)
        if trouble != self.trouble:
            log.error("round-broken", error=trouble)
        self.failures, self.trouble = self.failures + 1, trouble


def trouble_of(broken: Exception) -> str:
    """The kind of error, and what the database calls it: `OperationalError SQLITE_FULL`."""
    cause = getattr(broken, "orig", None)
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(broken).__name__} {name}" if name else type(broken).__name__


def keep_to_one_core(number: int) -> None:
    """This thread, and those it starts, run on one core in turns, workers of other slots on others.

    Python runs one thread at a time; where each wakes the next on another core, a message costs half as much
    again. As a batch (sched(7)) none is stopped for another that has just been woken: a sixth less.
    bench/README.md has the figures.
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
