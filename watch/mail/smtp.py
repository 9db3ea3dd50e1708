"""One message over one connection: the dialogue of SMTP (RFC 5321, 3.3), and what the replies mean.

The connection is the standard library's smtplib. What the server has said counts, also where it hangs up
right after that; commands go in one go where it offers that (PIPELINING, RFC 2920).
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

EXPECTED = (frozenset({250}), frozenset({250, 251}), frozenset({354}))  # in reply to MAIL, RCPT and DATA
CLOSED_BY_SERVER = (ConnectionError, ssl.SSLError)  # what writing raises then
RECEIVED_AT_ONCE = 8192  # bytes
MOST_LINES = 100  # of a reply
NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError)
ADDRESS = re.compile(r"\S*@\S*")
CLOSING = 421  # "closing the connection": it says nothing of a message (RFC 5321, 3.8)
ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
DEAD = frozenset({(1, 1), (1, 2), (1, 10), (2, 1)})  # no such mailbox, no such domain, null MX, disabled
OUR_MESSAGE = frozenset({(3, 4)})  # too large
BLOCKED = re.compile(r"\b(?:blocked|blacklist|blocklist|denylist)", re.IGNORECASE)


class TooLate(Exception):
    """This worker stood still for long: another may be sending this message."""


class UnexpectedReply(smtplib.SMTPException):
    """What the server says is no reply to what it was asked."""


class ReplyReader:
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

    file: ReplyReader | None
    timeout: float  # seconds for each reply

    def getreply(self) -> tuple[int, bytes]:
        """The next whole reply. Raises TimeoutError, or SMTPServerDisconnected where the server has ended."""
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
    """The mail itself and the reply to it; without its last dot it was not taken."""
    wire = envelope.wire.replace(b"\r\n.", b"\r\n..")
    is_whole = False
    try:
        if not host.is_idle():  # it hung up behind its 354: later nobody would know whether it took the mail
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
    """Say it; False where the server has hung up, which may have said why. Raises OSError, TooLate."""
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
    """The connection was lost before the server had the whole message."""
    host.close()
    is_closed = not isinstance(error, TimeoutError)
    return Result(text=type(error).__name__, meaning=Meaning.LATER, relay_lost=True, server_closed=is_closed)


def _reset(host: Host, code: int, to_come: int, may_go_on: Callable[[], bool]) -> None:
    """Nothing of a refused transaction stays; a connection that is not sure of that is closed."""
    with contextlib.suppress(OSError, TooLate):  # the refusal stands, whatever comes after it
        if code == CLOSING:
            return host.close()
        replies = [host.getreply()[0] for _ in range(to_come)]
        if replies[-1:] == [354]:  # a server may wait for a mail to nobody (RFC 2920, 3.1)
            _send(host, b".\r\n", may_go_on)
            host.getreply()
        _send(host, b"RSET\r\n", may_go_on)
        if host.getreply()[0] == 250:
            return None
    return host.close()


def _refused(code: int, text: bytes) -> Result:
    """The recipient or the message was refused with this reply."""
    said = _clean(text)
    is_closing = code == CLOSING
    return Result(code, said, _meaning(code, said), relay_lost=is_closing, server_closed=is_closing)


def _sender_refused(code: int, text: bytes) -> Result:
    """We were refused, not the recipient: with 421 before the server had heard of any message."""
    said = _clean(text)
    if code == CLOSING:
        return Result(code, said, not_tried=True, relay_lost=True, server_closed=True)
    return Result(code, said, Meaning.OUR_FAULT, relay_lost=True)


def unreachable(error: OSError) -> Result:
    """No connection could be made."""
    return Result(text=type(error).__name__, not_tried=True, relay_lost=True)


def _clean(text: bytes) -> str:
    """What the server said, in one line, without addresses."""
    said = text.decode(errors="replace")
    return ADDRESS.sub("…", " ".join(said.split()))[:200]


def _meaning(code: int, text: str) -> Meaning:
    """What a refusal means (RFC 3463, RFC 5321 4.2)."""
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
