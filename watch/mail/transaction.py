"""One message over one connection: the dialogue of SMTP (RFC 5321, 3.3), and what came of it.

The connection is the standard library's smtplib. What the server has said counts, also where it hangs up
right after that; commands go in one go where it offers that (PIPELINING, RFC 2920).
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from watch.mail import results
from watch.mail.results import NO_ANSWER, TAKEN, Result

EXPECTED = (frozenset({250}), frozenset({250, 251}), frozenset({354}))  # in reply to MAIL, RCPT and DATA
LONGEST_WAITS = 4  # replies in one transaction, each within MAIL_TIMEOUT: to MAIL, RCPT, DATA, the message
HAS_HUNG_UP = (ConnectionError, ssl.SSLError)  # what writing raises then
RECEIVED_AT_ONCE = 8192  # bytes
MOST_LINES = 100  # of a reply
NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError)


class TooLate(Exception):
    """This worker stood still for long: another may be sending this message."""


class Garbled(smtplib.SMTPException):
    """What the server says is no reply to what it was asked."""


@dataclass(frozen=True)
class Envelope:
    """A finished mail and how it travels: one sender for bounces, one recipient."""

    sender: str
    recipient: str
    wire: bytes


class Heard:
    """What a server has said, line by line; a line without an end is none, and as good as an end.

    smtplib reads from it as from a file.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.unread = sock, b""
        self.lines, self.until = 0, 0.0

    def begin_reply(self, seconds: float) -> None:
        """All lines of the next reply have to come within so many seconds, however slowly each drips."""
        self.lines, self.until = 0, time.monotonic() + seconds

    def readline(self, limit: int) -> bytes:
        """The next line, or `limit` bytes of it; nothing where the server has ended before the line did.

        Raises TimeoutError.
        """
        self.lines += 1
        if self.lines > MOST_LINES:
            return b""
        while b"\n" not in self.unread and len(self.unread) < limit:
            if (left := self.until - time.monotonic()) <= 0:
                raise TimeoutError
            self.sock.settimeout(left)
            more = self.sock.recv(RECEIVED_AT_ONCE)
            if not more:
                return b""
            self.unread += more
        end = self.unread.find(b"\n", 0, limit) + 1 or limit
        line, self.unread = self.unread[:end], self.unread[end:]
        return line

    def is_more(self, timeout: float) -> bool:
        """Whether there is something else, or the end; afterwards each step may take `timeout` seconds."""
        self.sock.settimeout(0)
        try:
            self.unread += self.sock.recv(RECEIVED_AT_ONCE)
        except NOTHING_YET:
            return bool(self.unread)
        except OSError:
            return True
        finally:
            self.sock.settimeout(timeout)
        return True

    def close(self) -> None:
        """Whoever closes the connection closes the socket."""


class Host(smtplib.SMTP):
    """smtplib's connection, which takes no half line for a reply and knows silence from an end."""

    file: Heard | None
    timeout: float  # seconds for each reply

    def getreply(self) -> tuple[int, bytes]:
        """The next whole reply. Raises TimeoutError, or SMTPServerDisconnected where the server has ended."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        if self.file is None:
            self.file = Heard(self.sock)
        self.file.begin_reply(self.timeout)
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected as ended:
            if isinstance(ended.__context__, TimeoutError):
                raise TimeoutError from ended
            raise

    def is_quiet(self) -> bool:
        """Whether it stands, and the server has said nothing that nobody asked for."""
        return self.sock is not None and self.file is not None and not self.file.is_more(self.timeout)


class HostOverTls(Host, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


def commands_of(envelope: Envelope) -> tuple[bytes, bytes, bytes]:
    """MAIL, RCPT and DATA: after them the server waits for the mail."""
    return (
        f"MAIL FROM:<{envelope.sender}>\r\n".encode("ascii"),
        f"RCPT TO:<{envelope.recipient}>\r\n".encode("ascii"),
        b"DATA\r\n",
    )


def hand_over(host: Host, envelope: Envelope, may_go_on: Callable[[], bool] = lambda: True) -> Result:
    """One transaction. Raises TooLate where `may_go_on`, asked before anything is said, says no."""
    commands, is_ahead = commands_of(envelope), host.has_extn("pipelining")
    try:
        for place, command in enumerate(commands):
            if not is_ahead or place == 0:
                _say(host, b"".join(commands) if is_ahead else command, may_go_on)
            code, text = host.getreply()
            if code not in EXPECTED[place]:
                if not 400 <= code < 600:
                    raise Garbled
                _begin_anew(host, code, len(commands) - 1 - place if is_ahead else 0, may_go_on)
                return results.refused(code, text) if place else results.sender_refused(code, text)
    except OSError as trouble:
        return _lost(host, trouble)
    return _message(host, envelope, may_go_on)


def _message(host: Host, envelope: Envelope, may_go_on: Callable[[], bool]) -> Result:
    """The mail itself and the reply to it; without its last dot it was not taken."""
    wire = envelope.wire.replace(b"\r\n.", b"\r\n..")
    is_whole = False
    try:
        if not host.is_quiet():  # it hung up behind its 354: later nobody would know whether it took the mail
            raise Garbled
        is_whole = _say(host, wire + (b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"), may_go_on)
        code, text = host.getreply()
        if not ((200 <= code < 300 and is_whole) or 400 <= code < 600):
            raise Garbled
    except OSError as trouble:
        if not is_whole:
            return _lost(host, trouble)
        host.close()
        return NO_ANSWER
    if code == results.CLOSING or not is_whole:
        host.close()
    return TAKEN if code < 300 else results.refused(code, text)


def _say(host: Host, words: bytes, may_go_on: Callable[[], bool]) -> bool:
    """Say it; False where the server has hung up, which may have said why. Raises OSError, TooLate."""
    if host.sock is None:
        return False
    try:
        while words:
            if not may_go_on():
                raise TooLate
            words = words[host.sock.send(words) :]
    except HAS_HUNG_UP:
        return False
    return True


def _lost(host: Host, trouble: OSError) -> Result:
    host.close()
    return results.lost(trouble, hung_up=not isinstance(trouble, TimeoutError))


def _begin_anew(host: Host, code: int, to_come: int, may_go_on: Callable[[], bool]) -> None:
    """Nothing of a refused transaction stays; a connection that is not sure of that is closed."""
    with contextlib.suppress(OSError, TooLate):  # the refusal stands, whatever comes after it
        if code == results.CLOSING:
            return host.close()
        replies = [host.getreply()[0] for _ in range(to_come)]
        if replies[-1:] == [354]:  # a server may wait for a mail to nobody (RFC 2920, 3.1)
            _say(host, b".\r\n", may_go_on)
            host.getreply()
        _say(host, b"RSET\r\n", may_go_on)
        if host.getreply()[0] == 250:
            return None
    return host.close()
