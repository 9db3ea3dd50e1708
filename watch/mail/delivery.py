"""A worker's send loop: claim due messages, hand them to the connections, record the results.

The database is the truth. An attempt is counted before the mail server is contacted. A result is recorded
right after the answer, if we still hold the lease. Results of the same moment share one commit, and a
connection gets its next message only after that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from watch.database import is_busy, name_of_error
from watch.extensions import db
from watch.mail import queue, record
from watch.mail.compose import Composer
from watch.mail.connections import Connections, Sent
from watch.mail.pacing import MOST_HELD, Backlog, BatchSize, RateLimiter
from watch.mail.types import Claim, Envelope, Lease
from watch.mail.worker_lock import WorkerLock, keep_to_one_core, owner_name

MOST_LOSSES = 2  # in a row for each connection; then the mail server has failed, not a destination
LOOKS_EVERY = 0.25  # seconds between checks for slow messages and old leases
WAITS = (1, 2, 4, 5)  # seconds to wait after so many failures in a row, such as a full disk

log = structlog.get_logger("mail")


def take_over(owner: str) -> None:
    """Release what the worker with the same number held when it died, and record a heartbeat. Commits."""
    queue.sweep(owner)
    record.beat(owner, every=0)
    db.session.commit()


def run(
    owner: str | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
    connections: Connections | None = None,
) -> int:
    """Send all due messages; return how many the mail server accepted.

    `owner` is this worker's name on its leases. `connections` stay open for the next round; without them the
    round opens and closes its own. It ends early if the mail server is down, and then gives its claims back,
    or if `is_stopping` says so. Raises what a failing commit raises; nothing more is sent until the next
    round has recorded the results.
    """
    owner = owner or owner_name("none")
    queue.sweep()
    record.beat(owner, every=30)
    is_due = queue.is_any_due()
    db.session.commit()
    if not is_due and not (connections and connections.has_left):
        return 0
    loop = SendLoop(owner, is_stopping, connections or Connections())
    try:
        loop.go()
    except Exception:
        db.session.rollback()  # the failed transaction would stop `loop.end`
        raise
    finally:
        loop.end()
        if connections is None:
            loop.connections.close()
    return loop.sent


class SenderThread(Thread):
    """Sends whatever is due until it is stopped, and tries again after any failure.

    It sleeps until woken, and also looks regularly, because a wake-up can get lost and a mail server come
    back.
    """

    def __init__(self, app: Flask, slot: WorkerLock) -> None:
        super().__init__(name="sender", daemon=True)
        self.app, self.number, self.owner = app, slot.number, slot.owner
        self.wakeup, self.stopping = Event(), Event()
        self.has_taken_over = False
        self.failures, self.error = 0, ""  # failures in a row, and the last one

    def wake(self) -> None:
        """Wake the thread: something may be due."""
        self.wakeup.set()

    def stop(self) -> None:
        """Stop after the messages under way."""
        self.stopping.set()
        self.wakeup.set()

    def run(self) -> None:
        """Release what the worker with this number held when it died, then send until stopped."""
        keep_to_one_core(self.number)
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
            connections.close()

    def _try(self, connections: Connections) -> None:
        try:
            if not self.has_taken_over:
                take_over(self.owner)
                self.has_taken_over = True
            run(self.owner, self.stopping.is_set, connections)
        except Exception as broken:  # the database is down or the disk is full: try again
            self._note(broken)
        else:
            if self.error:
                log.info("round-mended", failures=self.failures)
            self.failures, self.error = 0, ""
        finally:
            db.session.remove()

    def _note(self, broken: Exception) -> None:
        """Log a failure, but a repeated one only once."""
        error = name_of_error(broken)
        if error != self.error:
            log.error("round-broken", error=error)
        self.failures, self.error = self.failures + 1, error


@dataclass
class SendLoop:
    """One round of a worker: its claims, leases and connections."""

    owner: str
    is_stopping: Callable[[], bool]
    connections: Connections
    backlog: Backlog = field(default_factory=Backlog)
    composer: Composer = field(default_factory=Composer)
    leases: list[Lease] = field(default_factory=list)
    sent: int = 0
    losses: int = 0
    is_all: bool = False  # nothing more was due at the last claim
    asked_at: float = 0.0  # time of the last claim
    looked_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.most = current_app.config["MAIL_CONNECTIONS"]
        self.batch = BatchSize()
        self.rate = RateLimiter(current_app.config["MAIL_PER_SECOND"])
        self.connections.destinations.begin_anew()

    def go(self) -> None:
        """Send until nothing is due, the mail server is down, or the worker is stopping."""
        self._give_back()  # results that an earlier round could not record
        while not self._is_over():
            self._claim_more()
            self._begin_messages()
            if self.connections.busy or self.connections.ended:
                self.connections.wait(1)
                self._record()
            elif self.backlog:
                time.sleep(self.rate.wait())
            elif self.is_all:
                return

    def _is_over(self) -> bool:
        return self.is_stopping() or not self.most or self.losses >= MOST_LOSSES * self.most

    def end(self) -> None:
        """Wait for the messages under way, record their results and give back the other claims."""
        self.connections.left += self.backlog.take_all()
        while self.connections.busy or self.connections.ended:
            self.connections.wait(1)
            self._record()
        self._give_back()

    def _give_back(self) -> None:
        """Record results first; if that commit fails, all is kept for the next round."""
        self._record()
        record.give_back(self.connections.left)
        db.session.commit()
        self.connections.left = []

    def _claim_more(self) -> None:
        """Claim about as many messages as are sent in a second, if more may be due.

        Even if nothing was due, look again after LOOKS_EVERY: a message that hangs must not delay new ones.
        """
        if len(self.backlog.next) >= self.most or len(self.backlog) > MOST_HELD:
            return
        if self.is_all and time.monotonic() - self.asked_at < LOOKS_EVERY:
            return
        self.asked_at = time.monotonic()
        try:
            claims = queue.claim(self.owner, self.batch.after(self.sent, least=2 * self.most))
        except OperationalError as error:
            if not is_busy(error):
                raise
            db.session.rollback()  # somebody is leaving or cancelling right now, and goes first
            log.info("claim-waits", error=type(error.orig).__name__)
            return
        self.is_all = claims is None
        if claims:
            self.leases.append(claims[0].lease)
            self.backlog.put(claims)
            self._hold_back_throttled()

    def _hold_back_throttled(self) -> None:
        """Release claims to throttled destinations, due again when it is their turn."""
        if not self.connections.destinations.throttled:
            return
        now, waiting = self.connections.destinations.sort(
            self.backlog.take_all(), self.connections.under_way.elements(), self.most,
            longest=record.back_off(1),
        )  # fmt: skip
        self.backlog.put(now)
        record.let_wait(waiting)
        db.session.commit()

    def _look_after_messages(self) -> None:
        """Every LOOKS_EVERY, renew leases and throttle destinations whose messages are slow.

        A message that hangs is counted as slow before it ends, so that others to the same destination wait.
        """
        if time.monotonic() - self.looked_at < LOOKS_EVERY:
            return
        self.looked_at = time.monotonic()
        under_way = [thread.claim for thread in self.connections.busy if thread.claim]
        held = {id(claim.lease) for claim in (*under_way, *self.backlog)}
        self.leases = [lease for lease in self.leases if id(lease) in held]
        record.renew([lease for lease in self.leases if lease.is_old])
        db.session.commit()
        self.connections.cut_endless()
        destinations, has_fewer = self.connections.destinations, False
        for thread in self.connections.busy:
            if thread.claim and not thread.is_slow and destinations.is_slow(thread.seconds):
                thread.is_slow = True
                has_fewer |= destinations.slow_down(thread.claim.domain, thread.seconds, self.most)
        if has_fewer:
            self._hold_back_throttled()

    def _begin_messages(self) -> None:
        """Begin a message on every free connection."""
        while len(self.connections.busy) < self.most and self.rate.allows() and not self._is_over():
            connections = self.connections
            claim = self.backlog.take(connections.destinations, connections.under_way, self.most)
            if claim is None:
                return
            if envelope := self._render(claim):
                self.connections.begin(claim, envelope)
                self.rate.count()

    def _render(self, claim: Claim) -> Envelope | None:
        """Return the finished mail, or None if it cannot be made. Other messages go on."""
        try:
            if envelope := self.composer.envelope_of(claim):
                return envelope
            reason = "could not be read or made"
        except Exception as broken:  # a template can raise anything
            db.session.rollback()
            reason = type(broken).__name__
        log.error("not-rendered", mailing=claim.mailing_id, kind=claim.kind, error=reason)
        record.record_not_rendered([claim], reason)
        db.session.commit()
        return None

    def _record(self) -> None:
        """Record results in one commit, then free their connections. A failing commit ends the round."""
        if came := list(self.connections.ended):
            record.record_results([(sent.claim, sent.result) for sent in came])
            taken = sum(sent.result.is_sent for sent in came)
            record.beat(self.owner, taken)
            db.session.commit()
            self.sent += taken
            self.connections.release()
            self._note_results(came)
        self._look_after_messages()

    def _note_results(self, came: Sequence[Sent]) -> None:
        """Learn from results whether the mail server fails, or a destination, which is then throttled."""
        has_fewer = False
        for sent in came:
            result, destinations = sent.result, self.connections.destinations
            self.connections.say_whether_down(result)
            if not result.not_tried:
                self.losses = self.losses + 1 if result.relay_lost else 0
                has_fewer |= destinations.note_result(
                    sent.claim.domain, sent.by.seconds, self.most,
                    is_lost=result.relay_lost, is_known=sent.by.is_slow,
                )  # fmt: skip
            elif result.relay_lost:  # the server accepts no more connections than are open
                self.most = min(self.most - 1, self.connections.standing)
        if has_fewer:
            self._hold_back_throttled()
