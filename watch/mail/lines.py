"""The open connections of a worker to its mail server, all in one thread.

A line gets one parcel, says what came of it, and gets the next only when that is written down: so whatever
happens, at most one message a line is in doubt. Connecting waits; from then on no line waits for another.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from watch.extensions import mail
from watch.mail.destinations import Destinations
from watch.mail.queue import Parcel, longest_wait
from watch.mail.results import Result, result_of
from watch.mail.smtp import Connection, Dialogue, Envelope, Said, dialogue

AT_ONCE = 0.005  # seconds: results that come within them share a commit
IDLE_SECONDS = 20  # mail servers hang up on those who are silent for long
LONGEST_REPLY = 64 * 1024
REPLY_LINE = re.compile(rb"(\d{3})(?:([ -])(.*?))?\r?\n")
NOT_TRIED = Result(not_tried=True)
NOT_READY = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

log = structlog.get_logger("mail")


class Garbled(OSError):
    """What the server says is no SMTP."""


@dataclass(eq=False)
class Line:
    """One connection, and the message that is under way on it."""

    selector: selectors.BaseSelector
    connection: Connection | None = None
    parcel: Parcel | None = None
    talk: Dialogue | None = None
    unsent: bytes = b""
    heard: bytes = b""
    replies: list[Said] = field(default_factory=list)
    awaited: int = 0
    deadline: float = 0.0
    begun_at: float = 0.0
    used_at: float = 0.0
    is_lost: bool = False
    is_slow: bool = False  # its message is under way for longer than is usual, and that has counted

    @property
    def socket(self) -> ssl.SSLSocket:
        """The open socket; plain ones have all that is used here too."""
        assert self.connection is not None
        assert self.connection.host is not None
        found: ssl.SSLSocket = self.connection.host.sock  # type: ignore[assignment]  # see above
        return found

    @property
    def seconds(self) -> float:
        """How long the message that is under way takes by now, or how long the last one took."""
        return (time.monotonic() if self.talk else self.used_at) - self.begun_at

    def begin(self, parcel: Parcel, envelope: Envelope) -> Result | None:
        """Start a message; a Result where it ends at once: no connection, or a lease too short."""
        self.parcel = parcel
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as down:
            self.hang_up()
            return Result(text=type(down).__name__, not_tried=True, relay_lost=True)
        if not parcel.lease.is_long_enough:
            return NOT_TRIED
        self.talk, self.begun_at = dialogue(envelope, in_one_go=connection.can_go_ahead), time.monotonic()
        self.is_slow = False
        return self._go_on(next)

    def _open(self) -> Connection:
        """The connection, made where there is none that still stands. Raises OSError, SMTPException."""
        if self.connection is not None and not self._still_stands():
            self.hang_up()
        if self.connection is None:
            self.connection = mail.connect().__enter__()
            self.socket.setblocking(False)
            self.selector.register(self.socket, selectors.EVENT_READ, self)
        return self.connection

    def _still_stands(self) -> bool:
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        with contextlib.suppress(OSError):
            self._listen()
            return not self.heard and not self.replies
        return False

    def wake(self) -> Result | None:
        """The socket is ready or its time is up: say and hear what can be; the Result where that was all."""
        talk = self.talk
        if talk is None:  # the server ends an idle connection
            self.hang_up()
            return None
        if self.unsent and self._is_too_late:
            return self._leave_off()
        try:
            if self.unsent:
                self._say(self.unsent)
            self._listen()
        except OSError as lost:
            return self._break(lost)
        if self.unsent or len(self.replies) < self.awaited:  # what was heard counts, however late it is read
            return self._break(TimeoutError()) if time.monotonic() > self.deadline else None
        replies, self.replies = self.replies, []
        return self._go_on(lambda talk: talk.send(replies))

    def _break(self, lost: OSError) -> Result | None:
        self.is_lost, self.unsent = True, b""
        return self._go_on(lambda talk: talk.throw(lost))

    def _go_on(self, step: Callable[[Dialogue], tuple[bytes, int]]) -> Result | None:
        """Take the dialogue a step further, and on while it needs no answer."""
        assert self.talk is not None
        while True:
            try:
                words, self.awaited = step(self.talk)
            except StopIteration:
                return self._end(Result(250))
            except OSError as trouble:  # as all of smtplib's are
                return self._end(result_of(trouble))
            if words and self._is_too_late:
                return self._leave_off()
            self.deadline = time.monotonic() + longest_wait()
            try:
                self._say(words)
            except OSError as lost:
                return self._break(lost)
            if self.unsent or self.awaited:
                return None
            step = lambda talk: talk.send([])  # noqa: E731  the same shape as the others

    @property
    def _is_too_late(self) -> bool:
        """This worker stood still for long: another may be sending this message."""
        return self.parcel is not None and self.parcel.lease.is_over

    def _leave_off(self) -> Result:
        """In the middle of a message, which a server then throws away."""
        self.talk = None
        self.hang_up(politely=False)
        return NOT_TRIED

    def _end(self, result: Result) -> Result:
        self.talk, self.used_at = None, time.monotonic()
        if self.is_lost or result.relay_lost:  # who does not answer would be waited for once more
            self.hang_up(politely=False)
        return result

    def _say(self, words: bytes) -> None:
        was_waiting = bool(self.unsent)
        with contextlib.suppress(*NOT_READY):
            while words:
                words = words[self.socket.send(words) :]
        self.unsent = words
        if was_waiting != bool(words):
            ready = selectors.EVENT_READ | (selectors.EVENT_WRITE if words else 0)
            self.selector.modify(self.socket, ready, self)

    def _listen(self) -> None:
        """Hear all that was said so far; whole replies are kept in their order. Raises OSError."""
        with contextlib.suppress(*NOT_READY):
            while data := self.socket.recv(LONGEST_REPLY):
                self.heard += data
                if len(self.heard) > LONGEST_REPLY:
                    raise Garbled
            raise ConnectionResetError
        while b"\n" in self.heard and (reply := self._reply()):
            self.replies.append(reply)

    def _reply(self) -> Said | None:
        """The next whole reply (RFC 5321, 4.2.1): lines of one code, the last without a dash after it."""
        texts, at = [], 0
        while b"\n" in self.heard[at:]:
            line = REPLY_LINE.match(self.heard, at)
            if line is None:
                raise Garbled
            code, dash, said = line.groups()
            texts.append(said or b"")
            at = line.end()
            if dash != b"-":
                self.heard = self.heard[at:]
                return int(code), b"\n".join(texts)
        return None

    def hang_up(self, *, politely: bool = True) -> None:
        """Say good-bye, if anybody still listens."""
        if self.connection is not None:
            with contextlib.suppress(OSError, KeyError, ValueError):
                self.selector.unregister(self.socket)
            with contextlib.suppress(OSError):
                self.socket.settimeout(1)
            if not politely and self.connection.host:
                self.connection.host.close()
            self.connection.__exit__()
        self.connection, self.talk, self.unsent, self.is_lost = None, None, b"", False
        self.heard, self.replies = b"", []


Delivered = tuple[Line, Parcel, Result]


class Lines:
    """All lines of a worker, opened when they are needed, and kept for the next message."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.all: list[Line] = []
        self.free: list[Line] = []
        self.busy: set[Line] = set()
        self.ended: list[Delivered] = []
        self.destinations = Destinations()
        self.is_down = False

    def say_whether_down(self, result: Result) -> None:
        """Log once that the mail server is away, and once that it is back."""
        is_away = result.not_tried and result.relay_lost
        if is_away and not self.is_down and len(self.busy) == 0:
            log.warning("relay-down", error=result.text)
            self.is_down = True
        elif self.is_down and result.is_sent:
            log.info("relay-back")
            self.is_down = False

    def begin(self, parcel: Parcel, envelope: Envelope) -> None:
        """Start a message on a free line, or on a new one."""
        if not self.free:
            self.free.append(Line(self.selector))
            self.all += self.free
        line = self.free.pop()
        self.busy.add(line)
        self._note(line, line.begin(parcel, envelope))

    def _note(self, line: Line, result: Result | None) -> None:
        if result is not None and line.parcel is not None:
            self.busy.discard(line)
            self.ended.append((line, line.parcel, result))
            line.parcel = None

    def wait(self, seconds: float) -> list[Delivered]:
        """What has come of messages: all that came at the same moment as the first, or nothing by then."""
        ends = time.monotonic() + (AT_ONCE if self.ended else seconds)
        while self.busy and (now := time.monotonic()) < ends:
            had_any = bool(self.ended)
            self._listen(ends - now)
            if self.ended and not had_any:
                ends = min(ends, time.monotonic() + AT_ONCE)
        came, self.ended = self.ended, []
        return came

    def _listen(self, seconds: float) -> None:
        """Hear whoever speaks first, and give up on those who should have spoken by now."""
        for key, _events in self.selector.select(min(1.0, seconds)):
            self._note(key.data, key.data.wake())
        now = time.monotonic()
        for line in [line for line in self.busy if line.deadline < now]:
            self._note(line, line.wake())

    def rest(self) -> None:
        """Nothing is to be sent: hang up where nobody has spoken for a while."""
        for line in self.free:
            if line.connection is not None and time.monotonic() - line.used_at > IDLE_SECONDS:
                line.hang_up()

    def forget(self) -> None:
        """A round begins, and every line is free: what one that broke off has left under way is in doubt."""
        for line in self.busy:
            line.hang_up()
        self.free, self.busy, self.ended = list(self.all), set(), []

    def hang_up(self) -> None:
        """Hang up on every line."""
        for line in self.all:
            line.hang_up()
