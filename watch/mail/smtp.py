"""Flask-Mail, made safe: its Message, Connection and Mail with what they lack (delivery.md).

One recipient, a fixed set of headers, an envelope sender of its own for each message, the standard
library's EmailMessage in short lines; the server's certificate verified; a time limit for every step;
commands in one go where the server offers it (PIPELINING, RFC 2920).
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any

import flask_mail
from flask import Flask, current_app

from watch.mail import guard
from watch.mail.letter import encoded

TEXT = SMTP.clone(max_line_length=76)  # encoded words allow no longer lines
UNFOLDED = SMTP.clone(max_line_length=900)
BOUNDARY = "=_next_part"  # no body can hold it (RFC 2045, 6.7), so a retry is the same mail
ACCEPTED = frozenset({250, 251})
LONGEST_WAITS = 4  # answers in one transaction, each within MAIL_TIMEOUT: MAIL, RCPT, DATA, the end


class _Wire(EmailPolicy):
    """Folds what has to be encoded and nothing else.

    Folding encodes an identifier, and so kills it; and it takes a long name with a comma for two addresses.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        return (UNFOLDED if str(value).isascii() else TEXT).fold_binary(name, value)


WIRE = _Wire(linesep="\r\n", max_line_length=900)


class NoAnswer(smtplib.SMTPException):
    """The message was handed over to its last dot, and nobody said what became of it."""


@dataclass(frozen=True)
class Calendar:
    """A meeting as a calendar entry: iCalendar's text and its method."""

    text: str
    method: str

    def __post_init__(self) -> None:
        """Raises guard.UnsafeHeader: the method stands in a header of its part."""
        guard.formed(guard.WORD, self.method)


@dataclass(frozen=True)
class Envelope:
    """A finished mail and how it travels: one sender for bounces, one recipient."""

    sender: str
    recipient: str
    wire: bytes

    @classmethod
    def of(cls, message: Message) -> Envelope:
        """A message, serialised and read again. Raises guard.UnsafeHeader."""
        return cls(message.envelope_sender, str(message.recipients[0]), message.as_bytes())


class Message(flask_mail.Message):
    """One mail to one recipient. There is no way to add a header, a copy or a file to it."""

    def __init__(
        self,
        *,
        subject: str,
        recipient: str,
        sender: tuple[str, str],
        envelope_sender: str,
        message_id: str,
        sent_at: datetime,
        language: str,
        text: str,
        html: str,
        list_id: str | None = None,
        unsubscribe: str | None = None,
        calendar: Calendar | None = None,
    ) -> None:
        """Raises guard.UnsafeHeader."""
        self.sender_name, address = guard.line(sender[0]), guard.address(sender[1])
        super().__init__(
            guard.line(subject), [guard.address(recipient)], body=text, html=html, sender=address
        )
        self.msgId = guard.formed(guard.IDENTIFIER, message_id)
        self.envelope_sender = guard.address(envelope_sender)
        self.sent_at = sent_at
        self.language = guard.formed(guard.WORD, language)
        self.list_id = guard.formed(guard.IDENTIFIER, list_id) if list_id is not None else None
        self.unsubscribe = guard.formed(guard.LINK, unsubscribe) if unsubscribe is not None else None
        self.calendar = calendar

    def _headers(self) -> dict[str, object]:
        headers: dict[str, object] = {
            "From": Address(self.sender_name, addr_spec=str(self.sender)),
            "To": Address(addr_spec=str(self.recipients[0])),
            "Subject": self.subject,
            "Date": self.sent_at,
            "Message-ID": self.msgId,
            "Content-Language": self.language,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        if self.list_id:
            headers["List-Id"] = self.list_id
        if self.unsubscribe:  # RFC 2369 and RFC 8058: one press in the mail program
            headers["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    def _message(self) -> EmailMessage:  # type: ignore[override]  # the standard library's newer class
        mail = EmailMessage(policy=TEXT)
        mail["MIME-Version"] = "1.0"
        mail.make_alternative(boundary=BOUNDARY)
        mail.attach(_part("plain", self.body or ""))
        mail.attach(_part("html", self.html or ""))
        if self.calendar:
            mail.attach(_part("calendar", self.calendar.text, method=self.calendar.method))
        for name, value in self._headers().items():  # last: a new body takes Content-… headers with it
            mail[name] = value
        return mail

    def as_bytes(self) -> bytes:
        """What goes over the wire, read again before it does. Raises guard.UnsafeHeader."""
        wire = self._message().as_bytes(policy=WIRE)
        expected = [*self._headers(), "MIME-Version", "Content-Type"]
        guard.check(wire, headers=expected, sender=str(self.sender), recipient=str(self.recipients[0]))
        return wire


def _part(kind: str, text: str, **parameters: str) -> EmailMessage:
    part = EmailMessage(policy=TEXT)
    part.add_header("Content-Type", f"text/{kind}", charset="utf-8", **parameters)
    payload, part["Content-Transfer-Encoding"] = encoded(text)
    part.set_payload(payload)
    return part


class Connection(flask_mail.Connection):
    """One connection to the mail server, for many messages one after the other."""

    host: smtplib.SMTP | None

    @property
    def can_go_ahead(self) -> bool:
        """Whether the server takes commands before it has answered the last (PIPELINING)."""
        return self.host is not None and self.host.has_extn("pipelining")

    def configure_host(self) -> smtplib.SMTP:
        """Connect and prove who we are and who they are. Raises OSError or smtplib.SMTPException."""
        mail, settings = self.mail, current_app.config
        limit, own_name = settings["MAIL_TIMEOUT"], settings["MAIL_NOTICES_FROM"].partition("@")[2]
        trusted = ssl.create_default_context() if mail.use_ssl or mail.use_tls else None
        host: smtplib.SMTP
        if mail.use_ssl:
            host = smtplib.SMTP_SSL(mail.server, mail.port, own_name, timeout=limit, context=trusted)
        else:
            host = smtplib.SMTP(mail.server, mail.port, own_name, timeout=limit)
        try:
            if mail.use_tls:
                host.starttls(context=trusted)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
            host.ehlo_or_helo_if_needed()
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(self, *trouble: object) -> None:
        """Say good-bye, if anybody still listens."""
        if self.host is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.host.quit()
            self.host.close()

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """One transaction: one envelope sender, one recipient, one message.

        Raises NoAnswer where nobody knows whether it arrived, SMTPResponseException or
        SMTPRecipientsRefused with the server's answer, OSError or SMTPException where it broke off before.
        """
        if not isinstance(message, Message):
            raise TypeError("only watch.mail.smtp.Message leaves this house")
        if self.host is not None:  # None where sending is suppressed
            self._talk(self.host, Envelope.of(message))
        flask_mail.email_dispatched.send(current_app._get_current_object(), message=message)  # type: ignore[attr-defined]  # of a proxy

    def _talk(self, host: smtplib.SMTP, envelope: Envelope) -> None:
        """The dialogue over a socket that blocks."""
        talk = dialogue(envelope, in_one_go=self.can_go_ahead)
        with contextlib.suppress(StopIteration):
            words, count = next(talk)
            while True:
                try:
                    if words:
                        host.send(words)
                    heard = [host.getreply() for _ in range(count)]
                except OSError as lost:
                    words, count = talk.throw(lost)
                else:
                    words, count = talk.send(heard)


Said = tuple[int, bytes]
Dialogue = Generator[tuple[bytes, int], list[Said], None]


def dialogue(envelope: Envelope, *, in_one_go: bool) -> Dialogue:
    """One transaction of SMTP (RFC 5321, 3.3) without a socket: yields words, and how many replies they get.

    Whoever holds the socket sends the replies in, or throws the OSError that came instead. Raises NoAnswer
    where nobody knows whether the message arrived, SMTPResponseException or SMTPRecipientsRefused with the
    server's answer, the OSError where it broke off before.
    """
    mail, rcpt, data = yield from _open(envelope, in_one_go)
    if (mail[0], data[0]) != (250, 354) or rcpt[0] not in ACCEPTED:
        yield from _begin_anew(data[0])
        if mail[0] != 250:
            raise smtplib.SMTPSenderRefused(*mail, envelope.sender)
        if rcpt[0] not in ACCEPTED:
            raise smtplib.SMTPRecipientsRefused({envelope.recipient: rcpt})
        raise smtplib.SMTPDataError(*data)
    wire = envelope.wire.replace(b"\r\n.", b"\r\n..")
    yield wire + (b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"), 0  # broken off here: not taken
    try:
        ((code, text),) = yield b"", 1
    except OSError as silence:
        raise NoAnswer from silence
    if code == -1:
        raise NoAnswer
    if code != 250:
        raise smtplib.SMTPDataError(code, text)


def _open(envelope: Envelope, in_one_go: bool) -> Generator[tuple[bytes, int], list[Said], list[Said]]:
    """MAIL, RCPT and DATA: afterwards the server waits for the mail."""
    commands = (
        f"MAIL FROM:<{envelope.sender}>\r\n".encode("ascii"),
        f"RCPT TO:<{envelope.recipient}>\r\n".encode("ascii"),
        b"DATA\r\n",
    )
    if in_one_go:
        return (yield b"".join(commands), len(commands))
    (mail,) = yield commands[0], 1
    (rcpt,) = (yield commands[1], 1) if mail[0] == 250 else [mail]
    (data,) = (yield commands[2], 1) if rcpt[0] in ACCEPTED else [rcpt]
    return [mail, rcpt, data]


def _begin_anew(code: int) -> Dialogue:
    """Nothing of a refused transaction stays; the answer counts, even where the server hangs up after it."""
    with contextlib.suppress(OSError):
        if code == 354:  # a server may wait for a mail to nobody (RFC 2920, 3.1)
            yield b".\r\n", 1
        yield b"RSET\r\n", 1


class Mail(flask_mail.Mail):
    """The extension."""

    def init_app(self, app: Flask) -> Any:
        """Bind; what is sent is sent in tests too: to a server of theirs."""
        app.config.setdefault("MAIL_SUPPRESS_SEND", False)
        return super().init_app(app)

    def connect(self) -> Connection:
        """A connection, to be entered with `with`."""
        return Connection(current_app.extensions["mail"])
