"""One conversation with the test mail server: commands come in and are answered in order."""

from __future__ import annotations

import argparse
import asyncio
import re
import ssl
from dataclasses import dataclass, field
from functools import partial

from tests.faults.behaviours import OK, Faults, Memory
from tests.faults.journal import Entry, Journal
from tests.faults.speech import Speech

END = b"\r\n.\r\n"
LONGEST_LINE = 4096
SOON = 0.01  # seconds before a connection at its limit is ended without a word
PATH = re.compile(rb"(?i)^(?:MAIL FROM|RCPT TO):\s*<([^>]*)>")
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(<[^>\r\n]*>)")
TO = re.compile(rb"(?im)^To:\s*(?:[^<\r\n]*<)?([^>\r\n]*)")


@dataclass
class Shared:
    """State shared by all conversations."""

    options: argparse.Namespace
    journal: Journal
    tls: ssl.SSLContext | None
    memory: Memory = field(default_factory=Memory)
    faults: Faults = field(default_factory=Faults)
    talks: set[Talk] = field(default_factory=set)
    connections: int = 0  # so far


class Talk(Speech):
    """One connection. Pipelined commands are answered in order."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared.faults)
        self.shared = shared
        self.buffer = bytearray()
        self.in_message = False
        self.carried = 0  # messages
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the current mail transaction."""
        self.sender: str | None = None
        self.recipient: str | None = None
        self.way = OK

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.shared.talks.add(self)
        self.shared.connections += 1
        if self.shared.options.banner_hang:
            self.is_deaf = True
        elif self.shared.options.refuse:
            self.transport.write(b"554 5.3.2 not for you\r\n")
            self.close()
        else:
            if not self.answer("greeting", b"220 faults.example.org ESMTP"):
                self.after_words(self.close)
            self.work()

    def connection_lost(self, _why: Exception | None) -> None:
        self.is_deaf = True
        self.shared.talks.discard(self)

    def data_received(self, data: bytes) -> None:
        if not self.is_deaf:
            self.buffer += data
            self.work()

    def work(self) -> None:
        """Process everything received, then send the replies together."""
        while not (self.waits or self.is_deaf) and (self.message() if self.in_message else self.command()):
            pass
        self.flush()

    def lateness(self, point: str) -> float:
        """Return the seconds by which a reply is late."""
        options = self.shared.options
        is_late = options.delay_of == "reply" or point == "end"
        return self.way.late + (options.delay_ms / 1000 if is_late else 0)

    def command(self) -> bool:
        """Answer one command. Returns False if none is complete."""
        end = self.buffer.find(b"\n")
        if end < 0:
            if len(self.buffer) > LONGEST_LINE:
                self.close()
            return False
        line = bytes(self.buffer[:end]).rstrip(b"\r")
        del self.buffer[: end + 1]
        match line[:4].upper():
            case b"MAIL":
                self.mail(line)
            case b"RCPT":
                self.rcpt(line)
            case b"DATA":
                self.data()
            case _:
                self.other(line)
        return True

    def other(self, line: bytes) -> None:
        match line.upper().split(b" ")[0]:
            case b"EHLO":
                self.answer("ehlo", b"\r\n".join(self.offers()))
            case b"HELO" | b"NOOP":
                self.answer("", b"250 ok")
            case b"AUTH" if self.shared.options.auth:
                self.answer("auth", b"235 2.7.0 ok")
            case b"RSET":
                self.begin_anew()
                self.answer("rset", b"250 2.0.0 ok")
            case b"QUIT":
                self.answer("quit", b"221 2.0.0 bye")
                self.after_words(self.close)
            case b"STARTTLS" if self.shared.tls:
                if self.answer("starttls", b"220 2.0.0 go on"):
                    self.after_words(partial(self.begin_tls, self.shared.tls))
            case _:
                self.answer("", b"502 5.5.1 unknown")

    def offers(self) -> list[bytes]:
        is_clear = self.transport.get_extra_info("sslcontext") is None
        offers = [b"faults.example.org", b"8BITMIME", b"ENHANCEDSTATUSCODES"]
        if not self.shared.options.no_pipelining:
            offers.insert(1, b"PIPELINING")
        if self.shared.options.auth:
            offers.insert(1, b"AUTH PLAIN")
        if self.shared.tls and is_clear:
            offers.insert(1, b"STARTTLS")
        return [b"250-" + offer for offer in offers[:-1]] + [b"250 " + offers[-1]]

    def begin_tls(self, tls: ssl.SSLContext) -> None:
        """Start TLS, and read no more clear text."""
        self.flush()
        self.waits = True
        self.starting = asyncio.get_running_loop().create_task(self.start_tls(tls))

    async def start_tls(self, tls: ssl.SSLContext) -> None:
        try:
            loop = asyncio.get_running_loop()
            transport = await loop.start_tls(self.transport, self, tls, server_side=True)
        except (OSError, ssl.SSLError):  # the client refused the certificate
            self.transport.abort()
            return
        if transport is not None:
            self.transport = transport
            self.buffer.clear()
            self.waits = False
            self.work()

    def mail(self, line: bytes) -> None:
        path, most = PATH.match(line), self.shared.options.per_connection
        if path is None:
            self.answer("", b"501 5.5.4 MAIL FROM:<address>")
        elif most and self.carried >= most:  # `--limit polite`
            self.answer("", b"421 4.4.5 enough for this connection")
            self.after_words(self.close)
        elif self.answer("mail", b"250 2.1.0 ok"):
            self.begin_anew()
            self.sender = path[1].decode("latin-1")

    def rcpt(self, line: bytes) -> None:
        path = PATH.match(line)
        if path is None or self.sender is None:
            self.answer("", b"503 5.5.1 MAIL first")
            return
        if self.recipient is not None:
            self.answer("", b"452 4.5.3 one recipient a message")
            return
        recipient = path[1].decode("latin-1")
        self.way = self.shared.memory.behaviour(recipient)
        if self.answer("rcpt", self.way.at_rcpt, self.way.manner_at("rcpt")):
            self.recipient = recipient

    def data(self) -> None:
        if self.recipient is None:
            self.answer("", b"503 5.5.1 no recipient")
        elif self.answer("data", b"354 go on"):
            self.in_message = True
            self.buffer[:0] = b"\r\n"  # so that an empty message ends like others

    def message(self) -> bool:
        """Store the message if it is complete."""
        if self.way.drops and len(self.buffer) > 2:
            self.is_deaf = True
            self.transport.abort()
            return False
        end = self.buffer.find(END)
        if end < 0:
            return False
        wire = bytes(self.buffer[2:end])
        del self.buffer[: end + len(END)]
        self.in_message = False
        if not self.way.is_stored or self.is_refused_at("end"):
            self.ended()
            return True
        self.waits = True
        self.shared.journal.store(self.entry(wire), self.stored)
        return False

    def entry(self, wire: bytes) -> Entry:
        head = wire[: wire.find(b"\r\n\r\n")] if b"\r\n\r\n" in wire else wire
        named, to = MESSAGE_ID.search(head), TO.search(head)
        return Entry(
            recipient=self.recipient or "",
            message_id=named[1].decode("latin-1") if named else "",
            sender=self.sender or "",
            to=to[1].decode("latin-1").strip() if to else "",
            size=len(wire),
        )

    def stored(self) -> None:
        self.waits = False
        if self.is_deaf:  # the client has disconnected meanwhile
            return
        self.ended()
        self.work()

    def ended(self) -> None:
        """Reply to a finished message, or not, as the behaviour says."""
        way, options = self.way, self.shared.options
        self.carried += 1
        if way.at_end is None:
            self.is_deaf = True
            if way.closes_at_end or way.manner == "hangup":
                self.flush()
                self.transport.abort()
            return
        self.answer("end", way.at_end, way.manner_at("end"))
        self.begin_anew()
        if options.per_connection and self.carried >= options.per_connection:
            if options.limit == "abrupt":
                self.after_words(self.close)
            elif options.limit == "silent":
                self.is_deaf = True
                asyncio.get_running_loop().call_later(SOON, self.transport.close)
