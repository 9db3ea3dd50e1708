"""The SMTP dialogue for one message over one connection (RFC 5321, 3.3), and what replies mean.

The connection is the standard library's smtplib. A reply counts even if the server hangs up right after it.
Commands are sent together if the server offers PIPELINING (RFC 2920).
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable

from watch.mail.types import NO_ANSWER, TAKEN, Envelope, Meaning, Result

EXPECTED = (frozenset({250}), frozenset({250, 251}), frozenset({354}))  # replies to MAIL, RCPT and DATA
CLOSED_BY_SERVER = (ConnectionError, ssl.SSLError)  # raised by a write after the server closed
RECEIVED_AT_ONCE = 8192  # bytes
MOST_LINES = 100  # of a reply
NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError)
ADDRESS = re.compile(r"\S*@\S*")
CLOSING = 421  # the server closes the connection; says nothing about the message (RFC 5321, 3.8)
ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
DEAD = frozenset({(1, 1), (1, 2), (1, 10), (2, 1)})  # no such mailbox, no such domain, null MX, disabled
OUR_MESSAGE = frozenset({(3, 4)})  # too large
BLOCKED = re.compile(r"\b(?:blocked|blacklist|blocklist|denylist)", re.IGNORECASE)


class TooLate(Exception):
    """The lease is nearly over: another worker may be sending this message already."""


class UnexpectedReply(smtplib.SMTPException):
    """The server's reply does not fit the command."""


class ReplyReader:
    """Reads replies from the socket line by line, as from a file. Half a line counts as none."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.unread = sock, b""
        self.lines, self.until = 0, 0.0

    def begin_reply(self, seconds: float) -> None:
        """Begin a reply. All its lines must come within so many seconds, however slowly each one comes."""
        self.lines, self.until = 0, time.monotonic() + seconds

    def readline(self, limit: int) -> bytes:
        """Return the next line, at most `limit` bytes; empty if the connection ended before the line did.

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
        """Return True if more has come, or the connection has ended. Sets the socket's timeout afterwards."""
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
        """Do nothing: whoever closes the connection closes the socket."""


class Host(smtplib.SMTP):
    """smtplib's connection, but half a line is no reply, and a timeout differs from a closed connection."""

    file: ReplyReader | None
    timeout: float  # seconds for each reply

    def getreply(self) -> tuple[int, bytes]:
        """Return the next whole reply. Raises TimeoutError, or SMTPServerDisconnected if it was closed."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        if self.file is None:
            self.file = ReplyReader(self.sock)
        self.file.begin_reply(self.timeout)
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected as ended:
            if isinstance(ended.__context__, TimeoutError):
                raise TimeoutError from ended
            raise

    def is_idle(self) -> bool:
        """Return True if the connection is open and the server has sent nothing unasked."""
        return self.sock is not None and self.file is not None and not self.file.is_more(self.timeout)


class HostOverTls(Host, smtplib.SMTP_SSL):
    """The same connection with TLS from the first byte."""


def commands_of(envelope: Envelope) -> tuple[bytes, bytes, bytes]:
    """Return the commands MAIL, RCPT and DATA of an envelope."""
    return (
        f"MAIL FROM:<{envelope.sender}>\r\n".encode("ascii"),
        f"RCPT TO:<{envelope.recipient}>\r\n".encode("ascii"),
        b"DATA\r\n",
    )


def hand_over(host: Host, envelope: Envelope, may_go_on: Callable[[], bool] = lambda: True) -> Result:
    """Send one message and return its result. Raises TooLate if `may_go_on` says no before a write."""
    commands, is_ahead = commands_of(envelope), host.has_extn("pipelining")
    try:
        for place, command in enumerate(commands):
            if not is_ahead or place == 0:
                _send(host, b"".join(commands) if is_ahead else command, may_go_on)
            code, text = host.getreply()
            if code not in EXPECTED[place]:
                if not 400 <= code < 600:
                    raise UnexpectedReply
                _reset(host, code, len(commands) - 1 - place if is_ahead else 0, may_go_on)
                return _refused(code, text) if place else _sender_refused(code, text)
    except OSError as error:
        return _lost(host, error)
    return _message(host, envelope, may_go_on)


def _message(host: Host, envelope: Envelope, may_go_on: Callable[[], bool]) -> Result:
    """Send the text and read the reply. Without its last dot the server has not accepted the message."""
    wire = envelope.wire.replace(b"\r\n.", b"\r\n..")
    is_whole = False
    try:
        if not host.is_idle():  # closed after its 354; once we send, nobody knows whether it accepted
            raise UnexpectedReply
        is_whole = _send(host, wire + (b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"), may_go_on)
        code, text = host.getreply()
        if not ((200 <= code < 300 and is_whole) or 400 <= code < 600):
            raise UnexpectedReply
    except OSError as error:
        if not is_whole:
            return _lost(host, error)
        host.close()
        return NO_ANSWER
    if code == CLOSING or not is_whole:
        host.close()
    return TAKEN if code < 300 else _refused(code, text)


def _send(host: Host, words: bytes, may_go_on: Callable[[], bool]) -> bool:
    """Send the bytes; return False if the server has closed, perhaps after a reply.

    Raises OSError and TooLate.
    """
    if host.sock is None:
        return False
    try:
        while words:
            if not may_go_on():
                raise TooLate
            words = words[host.sock.send(words) :]
    except CLOSED_BY_SERVER:
        return False
    return True


def _lost(host: Host, error: OSError) -> Result:
    """Return the result for a connection lost before the server had the whole message."""
    host.close()
    is_closed = not isinstance(error, TimeoutError)
    return Result(text=type(error).__name__, meaning=Meaning.LATER, relay_lost=True, server_closed=is_closed)


def _reset(host: Host, code: int, to_come: int, may_go_on: Callable[[], bool]) -> None:
    """Reset the connection after a refusal, or close it unless the reset is confirmed."""
    with contextlib.suppress(OSError, TooLate):  # the refusal stands, whatever happens now
        if code == CLOSING:
            return host.close()
        replies = [host.getreply()[0] for _ in range(to_come)]
        if replies[-1:] == [354]:  # the server may wait for a message without recipients (RFC 2920, 3.1)
            _send(host, b".\r\n", may_go_on)
            host.getreply()
        _send(host, b"RSET\r\n", may_go_on)
        if host.getreply()[0] == 250:
            return None
    return host.close()


def _refused(code: int, text: bytes) -> Result:
    """Return the result for a refused recipient or message."""
    said = _clean(text)
    is_closing = code == CLOSING
    return Result(code, said, _meaning(code, said), relay_lost=is_closing, server_closed=is_closing)


def _sender_refused(code: int, text: bytes) -> Result:
    """Return the result for a refused MAIL command. With 421 the message was never begun."""
    said = _clean(text)
    if code == CLOSING:
        return Result(code, said, not_tried=True, relay_lost=True, server_closed=True)
    return Result(code, said, Meaning.OUR_FAULT, relay_lost=True)


def unreachable(error: OSError) -> Result:
    """Return the result for a connection that could not be made."""
    return Result(text=type(error).__name__, not_tried=True, relay_lost=True)


def _clean(text: bytes) -> str:
    """Return the server's text in one line and without addresses."""
    said = text.decode(errors="replace")
    return ADDRESS.sub("…", " ".join(said.split()))[:200]


def _meaning(code: int, text: str) -> Meaning:
    """Return the meaning of a refusal (RFC 3463; RFC 5321, 4.2)."""
    subject, detail = _enhanced(text)
    if subject == 7 or BLOCKED.search(text):
        return Meaning.OUR_FAULT
    if not 500 <= code < 600 or (subject, detail) == (2, 2):  # a full mailbox may be emptied
        return Meaning.LATER
    if (subject, detail) in DEAD:
        return Meaning.DEAD_ADDRESS
    if subject in {5, 6} or (subject, detail) in OUR_MESSAGE:
        return Meaning.OUR_MESSAGE
    return Meaning.REFUSED


def _enhanced(text: str) -> tuple[int | None, int | None]:
    found = ENHANCED.match(text)
    return (int(found[2]), int(found[3])) if found else (None, None)
