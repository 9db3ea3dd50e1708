"""The worker's round: claim what is due, hand it out to the connections, write down what came of it.

The database is the truth. An attempt is counted before the mail server hears of it; a result is written
right after its answer, on the condition that the lease is still ours. Results that came in at the same moment
share one commit, and a connection gets its next message only after that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from flask import current_app
from sqlalchemy.exc import OperationalError

from watch.database import is_busy
from watch.extensions import db
from watch.mail import heartbeat, queue, recovery, settle
from watch.mail.compose import Prepared, prepare
from watch.mail.connections import Connections, Sent
from watch.mail.queue import Claim
from watch.mail.rate_limiter import RateLimiter
from watch.mail.stock import Stock
from watch.mail.transaction import Envelope
from watch.models import Language, Mailing

SECONDS_HELD = 1.0  # of sending that one claim takes, at the pace seen so far
MOST_HELD = 500
PATIENCE = 2  # losses in a row, for each connection: then it is the mail server, not a destination
LOOKS_EVERY = 0.25  # seconds: for messages that are under way for long, and leases to be renewed

log = structlog.get_logger("mail")


def never() -> bool:
    """Nobody says that the round should end."""
    return False


def take_over(owner: str) -> None:
    """A worker begins: what its slot held when the worker before it died is due again."""
    recovery.sweep(owner)
    heartbeat.beat(owner, every=0)
    db.session.commit()


def run(
    owner: str | None = None,
    is_stopping: Callable[[], bool] = never,
    connections: Connections | None = None,
) -> int:
    """Send all that is due; returns how many messages the mail server took.

    `owner` is this worker's name on its leases; `connections` stay open for the next round, without them it
    has its own. Ends early where the mail server is away (what was claimed is due again) or `is_stopping`
    says so. Raises what a failing commit raises: then nothing more is sent, until what came of messages is
    written down in the next round.
    """
    owner = owner or heartbeat.own_name("none")
    recovery.sweep()
    heartbeat.beat(owner, every=30)
    is_due = heartbeat.oldest_due() is not None
    db.session.commit()
    if not is_due and not (connections and connections.has_left):
        return 0
    round_ = SendLoop(owner, is_stopping, connections or Connections())
    try:
        round_.go()
    except Exception:
        db.session.rollback()  # what is left of it is in the way of what ends the round
        raise
    finally:
        round_.end()
        if connections is None:
            round_.connections.hang_up()
    return round_.sent


@dataclass
class SendLoop:
    """One round of a worker: what it holds, and which connections are free."""

    owner: str
    is_stopping: Callable[[], bool]
    connections: Connections
    stock: Stock = field(default_factory=Stock)
    letters: dict[tuple[int, Language, bool], Prepared | None] = field(default_factory=dict)
    leases: list[queue.Lease] = field(default_factory=list)
    sent: int = 0
    losses: int = 0
    batch: int = 0
    is_all: bool = False  # nothing more was due at the last claim
    asked_at: float = 0.0  # when that was
    claimed_at: float = 0.0
    sent_at_claim: int = 0
    looked_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.most = current_app.config["MAIL_CONNECTIONS"]
        self.batch = 2 * self.most
        self.pace = RateLimiter(current_app.config["MAIL_PER_SECOND"])
        self.connections.destinations.begin_anew()

    def go(self) -> None:
        """Until nothing is due, the mail server is away, or somebody says stop."""
        self._give_back()  # what a round before this could not write down
        while not self._is_over():
            self._fill_stock()
            self._hand_out()
            if self.connections.busy or self.connections.ended:
                self.connections.wait(1)
                self._settle()
            elif self.stock:
                time.sleep(self.pace.wait())
            elif self.is_all:
                return

    def _is_over(self) -> bool:
        return self.is_stopping() or not self.most or self.losses >= PATIENCE * self.most

    def end(self) -> None:
        """Let the messages that are begun end, write down what comes of them, give back what is left."""
        self.connections.left += self.stock.take_all()
        while self.connections.busy or self.connections.ended:
            self.connections.wait(1)
            self._settle()
        self._give_back()

    def _give_back(self) -> None:
        """Results first: where their commit fails, all of it is kept for the next round."""
        self._settle()
        settle.give_back(self.connections.left)
        db.session.commit()
        self.connections.left = []

    def _fill_stock(self) -> None:
        """Claim more while there is something to claim, and as much as is sent in a moment.

        Where nothing was due it is asked again now and then: a message that hangs must not hold up the next.
        """
        if len(self.stock.next) >= self.most or len(self.stock) > MOST_HELD:
            return
        if self.is_all and time.monotonic() - self.asked_at < LOOKS_EVERY:
            return
        self.asked_at = time.monotonic()
        self._learn_the_pace()
        try:
            claims = queue.claim(self.owner, self.batch)
        except OperationalError as trouble:
            if not is_busy(trouble):
                raise
            db.session.rollback()  # somebody leaves or cancels just now: they go first
            log.info("claim-waits", error=type(trouble.orig).__name__)
            return
        self.is_all = claims is None
        if claims:
            self.leases.append(claims[0].lease)
            self.stock.put(claims)
            self._hold_back_suspects()

    def _learn_the_pace(self) -> None:
        now = time.monotonic()
        if self.claimed_at and self.sent > self.sent_at_claim:
            rate = (self.sent - self.sent_at_claim) / (now - self.claimed_at)
            self.batch = min(max(2 * self.most, round(rate * SECONDS_HELD)), MOST_HELD)
        self.claimed_at, self.sent_at_claim = now, self.sent

    def _hold_back_suspects(self) -> None:
        """What has to wait for a destination that fails or is slow is due again in its turn."""
        if not self.connections.destinations.suspects:
            return
        now, waiting = self.connections.destinations.sort(
            self.stock.take_all(), self.connections.under_way.elements(), self.most,
            longest=settle.back_off(1),
        )  # fmt: skip
        self.stock.put(now)
        settle.let_wait(waiting)
        db.session.commit()

    def _look_around(self) -> None:
        """Now and then: renew leases, and hold back destinations whose messages are under way for long.

        A message that stands still says enough: nobody waits for its end to hold back others.
        """
        if time.monotonic() - self.looked_at < LOOKS_EVERY:
            return
        self.looked_at = time.monotonic()
        held = {id(claim.lease) for claim in self._held()}
        self.leases = [lease for lease in self.leases if id(lease) in held]
        settle.renew([lease for lease in self.leases if lease.is_old])
        db.session.commit()
        self.connections.cut_endless()
        destinations, has_fewer = self.connections.destinations, False
        for thread in self.connections.busy:
            if thread.claim and not thread.is_slow and destinations.is_slow(thread.seconds):
                thread.is_slow = True
                has_fewer |= destinations.slow_down(thread.claim.domain, thread.seconds, self.most)
        if has_fewer:
            self._hold_back_suspects()

    def _held(self) -> list[Claim]:
        under_way = [thread.claim for thread in self.connections.busy if thread.claim]
        aside = [claim for claims in self.stock.aside.values() for claim in claims]
        return [*under_way, *aside, *self.stock.next]

    def _hand_out(self) -> None:
        """A message to every connection that is free."""
        while len(self.connections.busy) < self.most and self.pace.allows() and not self._is_over():
            claim = self._next()
            if claim is None:
                return
            if envelope := self._seal(claim):
                self.connections.begin(claim, envelope)
                self.pace.count()

    def _next(self) -> Claim | None:
        return self.stock.take(partial(self._may_begin, is_alone=False)) or self.stock.take(
            partial(self._may_begin, is_alone=True)
        )

    def _may_begin(self, domain: str, *, is_alone: bool) -> bool:
        under_way, destinations = self.connections.under_way, self.connections.destinations
        return destinations.may_begin(domain, under_way, self.most, is_alone=is_alone)

    def _seal(self, claim: Claim) -> Envelope | None:
        """The finished mail, or None where it cannot be made: a poison row stops nobody else."""
        try:
            letter = self._letter(claim)
            if letter and claim.recipient:
                return letter.render_for(claim.recipient)
            reason = "could not be read or made"
        except Exception as broken:  # whatever a template can do wrong
            db.session.rollback()
            reason = type(broken).__name__
        log.error("not-rendered", mailing=claim.mailing_id, kind=claim.kind, error=reason)
        settle.put_aside([claim], reason)
        db.session.commit()
        return None

    def _letter(self, claim: Claim) -> Prepared | None:
        """Prepared once for a mailing and language; one that cannot be made is not tried for each reader."""
        key = claim.mailing_id, claim.language, bool(claim.recipient and claim.recipient.names)
        if key not in self.letters:
            if len(self.letters) > MOST_HELD:
                self.letters.clear()
            self.letters[key] = None
            mailing = db.session.get_one(Mailing, claim.mailing_id)
            self.letters[key] = prepare(mailing, claim.language, greets=key[2])
            db.session.rollback()  # nothing was changed; SQLite's write lock is not held while mail goes out
        return self.letters[key]

    def _settle(self) -> None:
        """Write results down in one commit, then free their connections; a failing commit ends the round."""
        if came := list(self.connections.ended):
            settle.settle([(sent.claim, sent.result) for sent in came])
            taken = sum(sent.result.is_sent for sent in came)
            heartbeat.beat(self.owner, taken)
            db.session.commit()
            self.sent += taken
            self.connections.release()
            self._learn_from(came)
        self._look_around()

    def _learn_from(self, came: Sequence[Sent]) -> None:
        has_fewer = False
        for sent in came:
            self.connections.say_whether_down(sent.result)
            if not sent.result.not_tried:
                has_fewer |= self._learn(sent)
            elif sent.result.relay_lost:  # the server takes no more connections than these
                self.most = min(self.most - 1, self.connections.standing)
        if has_fewer:
            self._hold_back_suspects()

    def _learn(self, sent: Sent) -> bool:
        """Whether it is the mail server that fails, or a destination; that it may have fewer connections."""
        claim, result = sent.claim, sent.result
        if not result.is_sent:
            log.info(
                "message", mailing=claim.mailing_id, kind=claim.kind, rows=len(claim.ids),
                attempt=claim.attempts, code=result.code,
                meaning=result.meaning.name.lower() if result.meaning else None,
            )  # fmt: skip
        self.losses = self.losses + 1 if result.relay_lost else 0
        return self.connections.destinations.learn(
            claim.domain, sent.by.seconds, self.most, is_lost=result.relay_lost, is_known=sent.by.is_slow
        )
