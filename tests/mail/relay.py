"""A real mail server on loopback that answers as a test tells it to, and remembers what it took."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Taken:
    """A message that the server answered with 250."""

    sender: str
    recipients: list[str]
    wire: bytes

    @property
    def mail(self) -> EmailMessage:
        """The parsed message."""
        return message_from_bytes(self.wire, policy=policy.default)

    def text(self, kind: str = "plain") -> str:
        """Return its text or HTML."""
        body = self.mail.get_body((kind,))
        assert body
        return str(body.get_content())


@dataclass
class Relay:
    """Answers each recipient as `answers` says; unknown ones are accepted.

    An answer is an SMTP reply to RCPT ("550 …"), one to the message ("data 451 …"), "drop" (the connection
    ends after the message, without a reply) or "hang" (no reply for long).
    """

    port: int = field(default_factory=free_port)
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    tried: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    greeted: int = 0
    hanging: int = 0
    most_hanging: int = 0  # at one moment
    tls: ssl.SSLContext | None = None
    at_rcpt: Callable[[], None] | None = None  # called during RCPT
    _controller: Controller | None = None

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        """aiosmtpd's hook."""
        session.host_name = name
        self.greeted += 1
        return answers

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """aiosmtpd's hook."""
        self.tried[address] += 1
        if self.at_rcpt:
            self.at_rcpt()
        answer = self.answers.get(address, "")
        if answer[:1].isdigit():
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook."""
        answer = self.answers.get(envelope.rcpt_tos[0], "")
        if answer.startswith("data "):
            return answer.removeprefix("data ")
        if answer == "drop":
            assert server.transport
            server.transport.abort()
            return "250 never heard"
        if answer == "hang":
            self.hanging += 1
            self.most_hanging = max(self.most_hanging, self.hanging)
            try:
                await asyncio.sleep(30)
            finally:  # the client has hung up
                self.hanging -= 1
        wire = envelope.original_content
        assert isinstance(wire, bytes)
        self.taken.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), wire))
        return "250 taken"

    def start(self) -> None:
        options = {"tls_context": self.tls, "require_starttls": True} if self.tls else {}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    def addresses(self) -> list[str]:
        """Return the recipients of the messages taken, in order."""
        return [address for message in self.taken for address in message.recipients]
