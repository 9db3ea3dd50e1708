"""One conversation with the test mail server: commands come in, replies go out, in order."""

from __future__ import annotations

import argparse
import asyncio
import re
import ssl
from dataclasses import dataclass, field

from tests.faults.behaviours import OK, Memory
from tests.faults.journal import Entry, Journal

END = b"\r\n.\r\n"
LONGEST_LINE = 4096
PATH = re.compile(rb"(?i)^(?:MAIL FROM|RCPT TO):\s*<([^>]*)>")
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(<[^>\r\n]*>)")
TO = re.compile(rb"(?im)^To:\s*(?:[^<\r\n]*<)?([^>\r\n]*)")


@dataclass
class Shared:
    """What all conversations share."""

    options: argparse.Namespace
    journal: Journal
    tls: ssl.SSLContext | None
    memory: Memory = field(default_factory=Memory)
    talks: set[Talk] = field(default_factory=set)


class Talk(asyncio.Protocol):
    """One connection. Commands may come in any number at once; they are answered in their order."""

    transport: asyncio.Transport

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.buffer = bytearray()
        self.said: list[bytes] = []
        self.waits = False  # for a reply that is late, or for the journal
        self.is_deaf = False  # nothing that comes is answered any more
        self.in_message = False
        self.begin_anew()

    def begin_anew(self) -> None:
        """No transaction is open."""
        self.sender: str | None = None
        self.recipient: str | None = None
        self.way = OK

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.shared.talks.add(self)
        if self.shared.options.banner_hang:
            self.is_deaf = True
        elif self.shared.options.refuse:
            self.transport.write(b"554 5.3.2 not for you\r\n")
            self.close()
        else:
            self.say(b"220 faults.example.org ESMTP")
            self.work()

    def connection_lost(self, _why: Exception | None) -> None:
        self.is_deaf = True
        self.shared.talks.discard(self)

    def data_received(self, data: bytes) -> None:
        if not self.is_deaf:
            self.buffer += data
            self.work()

    def work(self) -> None:
        """Do what is there to do, then send the replies together."""
        while not (self.waits or self.is_deaf) and (self.message() if self.in_message else self.command()):
            pass
        self.flush()

    def flush(self) -> None:
        if self.said and not self.transport.is_closing():
            self.transport.write(b"".join(self.said))
        self.said.clear()

    def say(self, reply: bytes, *, ends_message: bool = False) -> None:
        """Reply, now or late."""
        options = self.shared.options
        late = self.way.late
        if options.delay_of == "reply" or ends_message:
            late += options.delay_ms / 1000
        if not late:
            self.said.append(reply + b"\r\n")
            return
        self.waits = True
        asyncio.get_running_loop().call_later(late, self.say_late, reply)

    def say_late(self, reply: bytes) -> None:
        self.said.append(reply + b"\r\n")
        self.waits = False
        self.work()

    def close(self) -> None:
        """End the connection after what has been said."""
        self.is_deaf = True
        self.flush()
        self.transport.close()

    def command(self) -> bool:
        """Answer one command; False where none is whole yet."""
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
                self.say(b"\r\n".join(self.offers()))
            case b"HELO" | b"NOOP":
                self.say(b"250 ok")
            case b"RSET":
                self.begin_anew()
                self.say(b"250 2.0.0 ok")
            case b"QUIT":
                self.say(b"221 2.0.0 bye")
                self.close()
            case b"STARTTLS" if self.shared.tls:
                self.transport.write(b"220 2.0.0 go on\r\n")
                self.waits = True
                self.starting = asyncio.get_running_loop().create_task(self.start_tls(self.shared.tls))
            case _:
                self.say(b"502 5.5.1 unknown")

    def offers(self) -> list[bytes]:
        is_clear = self.transport.get_extra_info("sslcontext") is None
        more = [b"STARTTLS"] if self.shared.tls and is_clear else []
        offers = [b"faults.example.org", b"PIPELINING", *more, b"8BITMIME", b"ENHANCEDSTATUSCODES"]
        return [b"250-" + offer for offer in offers[:-1]] + [b"250 " + offers[-1]]

    async def start_tls(self, tls: ssl.SSLContext) -> None:
        try:
            loop = asyncio.get_running_loop()
            transport = await loop.start_tls(self.transport, self, tls, server_side=True)
        except (OSError, ssl.SSLError):  # the client did not like the certificate
            self.transport.abort()
            return
        if transport is not None:
            self.transport = transport
            self.buffer.clear()
            self.waits = False
            self.work()

    def mail(self, line: bytes) -> None:
        path = PATH.match(line)
        if path is None:
            return self.say(b"501 5.5.4 MAIL FROM:<address>")
        self.begin_anew()
        self.sender = path[1].decode("latin-1")
        return self.say(b"250 2.1.0 ok")

    def rcpt(self, line: bytes) -> None:
        path = PATH.match(line)
        if path is None or self.sender is None:
            return self.say(b"503 5.5.1 MAIL first")
        if self.recipient is not None:
            return self.say(b"452 4.5.3 one recipient a message")
        recipient = path[1].decode("latin-1")
        self.way = self.shared.memory.behaviour(recipient)
        if self.way.at_rcpt.startswith(b"250"):
            self.recipient = recipient
        self.say(self.way.at_rcpt)
        if self.way.closes_at_rcpt:
            self.close()
        return None

    def data(self) -> None:
        if self.recipient is None:
            return self.say(b"503 5.5.1 no recipient")
        self.in_message = True
        self.buffer[:0] = b"\r\n"  # so that an empty message ends like others
        return self.say(b"354 go on")

    def message(self) -> bool:
        """Take the message where it is whole."""
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
        if not self.way.is_stored:
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
        if self.is_deaf:  # the client has gone meanwhile
            return
        self.ended()
        self.work()

    def ended(self) -> None:
        """Reply to a finished message, or do not."""
        way = self.way
        if way.at_end is None:
            self.is_deaf = True
            if way.closes_at_end:
                self.flush()
                self.transport.abort()
            return
        self.say(way.at_end, ends_message=True)
        self.begin_anew()
