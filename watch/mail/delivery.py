"""The worker's round: claim what is due, hand it out to the lines, write down what came of it.

The database is the truth. An attempt is counted before the mail server hears of it; a result is written
right after its answer, on the condition that the lease is still ours. Results that came in at the same moment
share one commit, and a line gets its next message only after that.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from flask import current_app
from sqlalchemy.exc import OperationalError

from watch.extensions import db
from watch.mail import pulse, queue, recovery, settle
from watch.mail.compose import Prepared, prepare
from watch.mail.lines import Delivered, Line, Lines
from watch.mail.queue import Lease, Parcel
from watch.mail.results import Result
from watch.mail.smtp import Envelope
from watch.models import Language, Mailing

SECONDS_HELD = 1.0  # of sending that one claim takes, at the pace seen so far
MOST_HELD = 500
PATIENCE = 2  # losses of a line in a row, for each line: then it is the mail server, not a destination

log = structlog.get_logger("mail")


def never() -> bool:
    """Nobody says that the round should end."""
    return False


def take_over(owner: str) -> None:
    """A worker begins: what its slot held when the worker before it died is due again."""
    recovery.sweep(owner)
    pulse.beat(owner, every=0)
    db.session.commit()


def run(
    owner: str | None = None,
    is_stopping: Callable[[], bool] = never,
    lines: Lines | None = None,
) -> int:
    """Send all that is due; returns how many messages the mail server took.

    `owner` is this worker's name on its leases; `lines` stay open for the next round, without them it has its
    own. Ends early where the mail server is away (what was claimed is due again) or `is_stopping` says so.
    Raises what a failing commit raises: then nothing more is sent.
    """
    owner = owner or pulse.own_name("none")
    recovery.sweep()
    pulse.beat(owner, every=30)
    is_due = pulse.oldest_due() is not None
    db.session.commit()
    if not is_due:
        return 0
    round_ = Round(owner, is_stopping, lines or Lines())
    round_.lines.forget()
    try:
        round_.go()
    finally:
        round_.end()
        if lines is None:
            round_.lines.hang_up()
    return round_.sent


@dataclass
class Round:
    """One round of a worker: what it holds, and which lines are free."""

    owner: str
    is_stopping: Callable[[], bool]
    lines: Lines
    stock: deque[Parcel] = field(default_factory=deque)
    letters: dict[tuple[int, Language, bool], Prepared | None] = field(default_factory=dict)
    sent: int = 0
    losses: int = 0
    batch: int = 0
    is_all: bool = False  # nothing more was due at the last claim
    claimed_at: float = 0.0
    sent_at_claim: int = 0

    def __post_init__(self) -> None:
        self.most_lines = current_app.config["MAIL_CONNECTIONS"]
        self.batch = 2 * self.most_lines
        self.pace = Pace(current_app.config["MAIL_PER_SECOND"])

    def go(self) -> None:
        """Until nothing is due, the mail server is away, or somebody says stop."""
        while not self._is_over():
            self._fill_stock()
            self._hand_out()
            if self.lines.busy or self.lines.ended:
                self._settle(self.lines.wait(1))
            elif self.stock:
                time.sleep(self.pace.wait())
            elif self.is_all:
                return

    def _is_over(self) -> bool:
        return self.is_stopping() or not self.most_lines or self.losses >= PATIENCE * self.most_lines

    def end(self) -> None:
        """Let the messages that are begun end, write down what comes of them, give back what is left."""
        while self.lines.busy or self.lines.ended:
            self._settle(self.lines.wait(1))
        settle.give_back(self.stock)
        db.session.commit()

    def _fill_stock(self) -> None:
        """Claim more while there is something to claim, and as much as is sent in a moment."""
        if len(self.stock) >= self.most_lines or self.is_all:
            return
        self._learn_the_pace()
        try:
            parcels = queue.claim(self.owner, self.batch)
        except OperationalError as busy:  # somebody leaves or cancels just now: they go first
            db.session.rollback()
            log.info("claim-waits", error=type(busy.orig).__name__)
            parcels = []
        if parcels is None:
            self.is_all = True
            return
        self._sort(parcels)

    def _learn_the_pace(self) -> None:
        now = time.monotonic()
        if self.claimed_at and self.sent > self.sent_at_claim:
            rate = (self.sent - self.sent_at_claim) / (now - self.claimed_at)
            self.batch = min(max(2 * self.most_lines, round(rate * SECONDS_HELD)), MOST_HELD)
        self.claimed_at, self.sent_at_claim = now, self.sent

    def _sort(self, parcels: Sequence[Parcel] = ()) -> None:
        """Into the stock; what has to wait for a destination that holds lines up is due again in its turn."""
        self._look_for_slow_ones()
        under_way = [line.parcel.domain for line in self.lines.busy if line.parcel]
        now, waiting = self.lines.destinations.sort(
            [*self.stock, *parcels], under_way, self.most_lines, longest=settle.back_off(1)
        )
        self.stock = deque(now)
        settle.let_wait(waiting)
        db.session.commit()

    def _look_for_slow_ones(self) -> None:
        """A message that is under way for long says enough: nobody waits for its end to hold back others."""
        destinations = self.lines.destinations
        for line in self.lines.busy:
            if line.parcel and not line.is_slow and destinations.is_slow(line.seconds):
                line.is_slow = True
                destinations.slow_down(line.parcel.domain, line.seconds, self.most_lines)

    def _held(self) -> list[Parcel]:
        under_way = [line.parcel for line in self.lines.busy if line.parcel]
        return [*under_way, *self.stock]

    def _hand_out(self) -> None:
        """A message to every line that is free."""
        while self.stock and len(self.lines.busy) < self.most_lines and self.pace.allows():
            if self._is_over():
                return
            parcel = self.stock.popleft()
            if envelope := self._seal(parcel):
                self.lines.begin(parcel, envelope)
                self.pace.count()

    def _seal(self, parcel: Parcel) -> Envelope | None:
        """The finished mail, or None where it cannot be made: a poison row stops nobody else."""
        try:
            letter = self._letter(parcel)
            if letter and parcel.reader:
                return letter.seal(parcel.reader)
            reason = "could not be read or made"
        except Exception as broken:  # whatever a template can do wrong
            db.session.rollback()
            reason = type(broken).__name__
        log.error("not-rendered", mailing=parcel.mailing_id, kind=parcel.kind, error=reason)
        settle.put_aside([parcel], reason)
        db.session.commit()
        return None

    def _letter(self, parcel: Parcel) -> Prepared | None:
        """Prepared once for a mailing and language; one that cannot be made is not tried for each reader."""
        key = parcel.mailing_id, parcel.language, bool(parcel.reader and parcel.reader.names)
        if key not in self.letters:
            if len(self.letters) > MOST_HELD:
                self.letters.clear()
            self.letters[key] = None
            mailing = db.session.get_one(Mailing, parcel.mailing_id)
            self.letters[key] = prepare(mailing, parcel.language, greets=key[2])
            db.session.rollback()  # nothing was changed; SQLite's write lock is not held while mail goes out
        return self.letters[key]

    def _settle(self, came: Sequence[Delivered]) -> None:
        """Write results down in one commit, then free their lines; a failing commit ends the round."""
        settle.settle([(parcel, result) for _line, parcel, result in came])
        taken = sum(result.is_sent for _line, _parcel, result in came)
        pulse.beat(self.owner, taken)
        settle.renew([lease for lease in self._leases() if lease.is_old])
        db.session.commit()
        self.sent += taken
        for line, parcel, result in came:
            self.lines.free.append(line)
            self.lines.say_whether_down(result)
            if result.not_tried and result.relay_lost:  # the server takes no more lines than these
                self.most_lines = min(self.most_lines - 1, len(self.lines.busy))
            if not result.not_tried:
                self._learn(parcel, result, line)

    def _leases(self) -> list[Lease]:
        held = {id(parcel.lease): parcel.lease for parcel in self._held()}
        return list(held.values())

    def _learn(self, parcel: Parcel, result: Result, line: Line) -> None:
        """Which destinations fail, and whether it is the mail server itself."""
        if not result.is_sent:
            log.info(
                "message", mailing=parcel.mailing_id, kind=parcel.kind, rows=len(parcel.ids),
                attempt=parcel.attempts, code=result.code,
                meaning=result.meaning.name.lower() if result.meaning else None,
            )  # fmt: skip
        self.losses = self.losses + 1 if result.relay_lost else 0
        has_fewer = self.lines.destinations.learn(
            parcel.domain, line.seconds, self.most_lines, is_lost=result.relay_lost, is_known=line.is_slow
        )
        if has_fewer:
            self._sort()


class Pace:
    """No more than so many messages a second; 0 is as fast as it goes."""

    def __init__(self, per_second: float) -> None:
        self.step = 1 / per_second if per_second else 0.0
        self.next = time.monotonic()

    def allows(self) -> bool:
        """Whether the next message may be begun now."""
        return not self.step or time.monotonic() >= self.next

    def count(self) -> None:
        """One more was begun."""
        self.next = max(self.next, time.monotonic() - 1) + self.step

    def wait(self) -> float:
        """Seconds until the next one may be begun."""
        return max(0.0, self.next - time.monotonic())
