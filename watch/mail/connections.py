"""A worker's open connections to its mail server: a thread for each, one message at a time.

A connection gets its next message only when its last result is recorded. So whatever happens, at most one
message for each connection is in doubt. Nothing here touches the database.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from functools import cached_property, partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import flask_mail
import structlog
from flask import Flask, current_app

from watch.mail.pacing import Destinations
from watch.mail.smtp import Host, HostOverTls, TooLate, hand_over, unreachable
from watch.mail.types import NO_ANSWER, NOT_TRIED, Claim, Envelope, Result, longest_message

AT_ONCE = 0.001  # seconds: results that come closer together share a commit
IDLE_SECONDS = 20  # mail servers close connections that are idle for long
GOODBYE_SECONDS = 1  # to wait for the reply to QUIT

log = structlog.get_logger("mail")


class Connection(flask_mail.Connection):
    """One connection to the mail server, used for many messages one after the other."""

    host: Host | None

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """The certificates this machine trusts. They are loaded once, because that takes long."""
        return ssl.create_default_context()

    def configure_host(self) -> Host:
        """Connect, check the server's certificate and log in. Raises OSError or smtplib.SMTPException."""
        mail, settings = self.mail, current_app.config
        limit, own_name = settings["MAIL_TIMEOUT"], settings["MAIL_NOTICES_FROM"].partition("@")[2]
        host: Host
        if mail.use_ssl:
            host = HostOverTls(mail.server, mail.port, own_name, timeout=limit, context=self.trusted)
        else:
            host = Host(mail.server, mail.port, own_name, timeout=limit)
        try:
            if mail.use_tls:
                host.starttls(context=self.trusted)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
            host.ehlo_or_helo_if_needed()
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(self, *error: object) -> None:
        """Say QUIT if the server is still there, and close the connection."""
        if self.host is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.host.quit()
            self.host.close()
            self.host = None

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Refuse Flask-Mail's own way of sending, because it checks nothing; use `hand_over`."""
        raise TypeError("mail leaves as a checked Envelope, by hand_over")


class Mail(flask_mail.Mail):
    """The Flask extension for outgoing mail."""

    def init_app(self, app: Flask) -> Any:
        """Bind to the application. Tests send too, to a mail server of their own."""
        app.config.setdefault("MAIL_SUPPRESS_SEND", False)
        return super().init_app(app)

    def connect(self) -> Connection:
        """Return a connection, to be entered with `with`."""
        return Connection(current_app.extensions["mail"])


mail = Mail()


class Sent(NamedTuple):
    """A message's result, and the thread that is free once the result is recorded."""

    by: SendingThread
    claim: Claim
    result: Result


class SendingThread(Thread):
    """A thread with one connection, opened when needed and kept for the next message."""

    def __init__(self, app: Flask, connection: Connection, sent: SimpleQueue[Sent]) -> None:
        super().__init__(name="connection", daemon=True)
        self.app, self.connection, self.sent = app, connection, sent
        self.work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.claim: Claim | None = None  # of the message that is under way
        self.begun_at = self.ended_at = self.used_at = 0.0
        self.is_slow = False  # its message was found slow while under way, and has been counted as slow
        self.is_cut = False

    @property
    def seconds(self) -> float:
        """How long the current message has taken so far, or the last one took."""
        return (time.monotonic() if self.claim else self.ended_at) - self.begun_at

    def begin(self, claim: Claim, envelope: Envelope) -> None:
        """Start sending a message."""
        self.claim, self.begun_at, self.is_slow, self.is_cut = claim, time.monotonic(), False, False
        self.work.put(partial(self._carry, claim, envelope))

    def rest(self) -> None:
        """Close the connection. The next message opens it again."""
        self.work.put(self._close)

    def end(self) -> None:
        """Close the connection and end the thread."""
        self.work.put(None)

    def cut(self) -> None:
        """Close the socket of a message that takes too long. A thread waiting for a reply gets none."""
        self.is_cut = True
        host = self.connection.host
        sock = host.sock if host is not None else None  # its own thread may close it at any time
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        with self.app.app_context():
            while work := self.work.get():
                work()
            self._close()

    def _carry(self, claim: Claim, envelope: Envelope) -> None:
        """Send one message; if the server had merely closed the connection, try at once over a new one."""
        try:
            result = self._send(claim, envelope)
            if result.server_closed and not self.is_cut:
                result = self._send(claim, envelope)
        except Exception as broken:  # a fault of ours costs one message, and no connection
            log.error("connection-broken", error=type(broken).__name__)
            result = NO_ANSWER
        self.sent.put(Sent(self, claim, result))

    def _send(self, claim: Claim, envelope: Envelope) -> Result:
        try:
            host = self._open()
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return unreachable(error)
        if not claim.lease.is_long_enough:
            return NOT_TRIED
        try:
            result = hand_over(host, envelope, lambda: not claim.lease.is_over)
        except TooLate:  # a server discards a message that is cut off in the middle
            result = NOT_TRIED
            host.close()
        self.used_at = time.monotonic()
        if result.relay_lost:  # QUIT would wait for a reply once more
            host.close()
        return result

    def _open(self) -> Host:
        """Return the open connection, made if there is none. Raises OSError, SMTPException."""
        if not self._stands():
            self._close()
            self.connection.__enter__()
            self.used_at = time.monotonic()
            if not self._stands():
                raise smtplib.SMTPServerDisconnected
        assert self.connection.host is not None
        return self.connection.host

    def _stands(self) -> bool:
        """Return True if the connection is open and can take a message."""
        is_idle = time.monotonic() - self.used_at > IDLE_SECONDS
        return self.connection.host is not None and not is_idle and self.connection.host.is_idle()

    def _close(self) -> None:
        """Say QUIT, wait a second at most for the reply, and close the connection."""
        if (host := self.connection.host) is not None and host.sock is not None:
            host.timeout = GOODBYE_SECONDS
            host.sock.settimeout(GOODBYE_SECONDS)
        self.connection.__exit__()


class Connections:
    """All connections of a worker, their messages under way, and the results."""

    def __init__(self) -> None:
        self.all: list[SendingThread] = []
        self.free: list[SendingThread] = []
        self.busy: set[SendingThread] = set()
        self.ended: list[Sent] = []  # results that are not recorded yet
        self.left: list[Claim] = []  # claims of a failed round that were not begun
        self.under_way: Counter[str] = Counter()  # messages, by destination
        self.destinations = Destinations()
        self.is_down = False
        self.sent: SimpleQueue[Sent] = SimpleQueue()

    def begin(self, claim: Claim, envelope: Envelope) -> None:
        """Start a message on a free connection, or on a new one."""
        if self.free:
            thread = self.free.pop()
        else:
            app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # of a proxy
            thread = SendingThread(app, mail.connect(), self.sent)
            self.all.append(thread)
            thread.start()
        self.busy.add(thread)
        self.under_way[claim.domain] += 1
        thread.begin(claim, envelope)

    def wait(self, seconds: float) -> None:
        """Wait up to so many seconds for results, and collect all that come at the same moment."""
        while self.busy:
            try:
                self._note(self.sent.get(timeout=AT_ONCE if self.ended else seconds))
            except Empty:
                break

    def _note(self, sent: Sent) -> None:
        thread = sent.by
        thread.claim, thread.ended_at = None, time.monotonic()
        self.busy.discard(thread)
        self.under_way[sent.claim.domain] -= 1
        if not self.under_way[sent.claim.domain]:
            del self.under_way[sent.claim.domain]
        self.ended.append(sent)

    @property
    def has_left(self) -> bool:
        """True if a failed round has left something to be recorded."""
        return bool(self.busy or self.ended or self.left)

    @property
    def standing(self) -> int:
        """The number of open connections, as far as is known."""
        return sum(thread.connection.host is not None for thread in self.all)

    def release(self) -> None:
        """Free the threads whose results have been recorded."""
        self.free += [sent.by for sent in self.ended]
        self.ended = []

    def cut_endless(self) -> None:
        """Cut off messages that take longer than all their replies together may."""
        for thread in self.busy:
            if thread.seconds > longest_message() and not thread.is_cut:
                thread.cut()

    def say_whether_down(self, result: Result) -> None:
        """Log once that the mail server is down, and once that it is back."""
        is_away = result.not_tried and result.relay_lost
        if is_away and not self.is_down and not self.busy:
            log.warning("relay-down", error=result.text)
            self.is_down = True
        elif self.is_down and result.is_sent:
            log.info("relay-back")
            self.is_down = False

    def rest(self) -> None:
        """Close connections that have been idle for long, when nothing is to be sent."""
        for thread in self.free:
            if thread.connection.host is not None and time.monotonic() - thread.used_at > IDLE_SECONDS:
                thread.rest()

    def close(self) -> None:
        """Close all connections. Messages under way end first, and their results are lost."""
        for thread in self.all:
            thread.end()
        for thread in self.free:
            thread.join(2 * GOODBYE_SECONDS)
        self.all, self.free, self.busy = [], [], set()
