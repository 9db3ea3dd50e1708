"""Sends replies in a manner: plainly, late, in halves, twice, with the end of the connection, or never."""

from __future__ import annotations

import asyncio
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable

from tests.faults.behaviours import Fault, Faults

A_MOMENT = 0.05  # seconds
NO_LINGERING = struct.pack("ii", 1, 0)


class Speech(asyncio.Protocol, ABC):
    """The replies of one connection. Replies that are ready are sent together."""

    transport: asyncio.Transport

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.said: list[bytes] = []
        self.waits = False  # for a late reply, or for the journal
        self.is_deaf = False  # nothing received is answered any more
        self.is_last = False  # the connection ends after the replies that wait
        self.step: Callable[[], None] | None = None  # what follows late replies
        self.decided: Fault | None = None  # at the end of a message, before it is stored

    @abstractmethod
    def work(self) -> None:
        """Process what has been received."""

    @abstractmethod
    def lateness(self, point: str) -> float:
        """Return the seconds by which a reply is late."""

    def is_refused_at(self, point: str) -> bool:
        """Return True if a fault refuses here. The fault is kept for the reply."""
        self.decided = self.faults.at(point)
        return bool(self.decided and self.decided.reply and self.decided.reply[:1] not in b"23")

    def answer(self, point: str, usual: bytes, manner: str = "plainly") -> bool:
        """Reply at a point of the dialogue. Returns True if the client may go on."""
        fault, self.decided = self.decided or self.faults.at(point), None
        reply = (fault and fault.reply) or usual
        self.say(reply, fault.manner if fault else manner, self.lateness(point))
        return reply[:1] in b"23"

    def say(self, reply: bytes, manner: str, late: float) -> None:
        """Send a reply now or later, in a manner."""
        words = [reply + b"\r\n"]
        match manner:
            case "hangup" | "reset":
                self.is_last = True
            case "half":
                words, self.is_last = [reply[: max(4, len(reply) // 2)]], True
            case "torn":
                first = b"" if b"\n" in reply else reply[:3] + b"-" + reply[4:] + b"\r\n"
                whole = first + reply + b"\r\n"
                words = [whole[: len(reply)], whole[len(reply) :]]
            case "twice":
                words *= 2
            case "late":
                late += A_MOMENT
            case "never":
                self.is_deaf = True
                return
            case "drips":
                self.is_deaf = True
                self.drip(reply[:3] + b"-still\r\n")
                return
        if late or manner == "torn":
            self.waits = True
            if not late:
                self.said.append(words.pop(0))
                self.flush()
            asyncio.get_running_loop().call_later(late or A_MOMENT, self.say_late, words, manner)
            return
        self.said += words
        if self.is_last:
            self.end(manner)

    def drip(self, line: bytes) -> None:
        """Send one more line of the reply, again and again while the connection is open."""
        if not self.transport.is_closing():
            self.transport.write(line)
            asyncio.get_running_loop().call_later(A_MOMENT, self.drip, line)

    def say_late(self, words: list[bytes], manner: str) -> None:
        self.said += words
        self.waits = False
        step, self.step = self.step, None
        if self.is_last:
            self.end(manner)
        elif step:
            step()
        else:
            self.work()

    def end(self, manner: str) -> None:
        """End the connection in the same packet as the replies, or reset it after them."""
        own_socket = self.transport.get_extra_info("socket")
        if manner != "reset":
            own_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            self.close()
            return
        self.is_deaf = True
        self.flush()
        own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        self.transport.abort()

    def flush(self) -> None:
        if self.said and not self.transport.is_closing():
            self.transport.write(b"".join(self.said))
        self.said.clear()

    def close(self) -> None:
        """Send what waits and end the connection."""
        self.is_deaf = True
        self.flush()
        self.transport.close()

    def after_words(self, step: Callable[[], None]) -> None:
        """Take a step now, or after the late replies."""
        if self.waits:
            self.step = step
        elif not self.is_deaf:
            step()
