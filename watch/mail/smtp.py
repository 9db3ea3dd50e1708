"""Flask-Mail, made safe: its Message, Connection and Mail with what they lack (delivery.md).

One recipient, a fixed set of headers, an envelope sender of its own for each message, the standard
library's EmailMessage in short lines; the server's certificate verified; a time limit for every step.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import cached_property
from typing import Any

import flask_mail
from flask import Flask, current_app

from watch.mail import guard
from watch.mail.compiled_mail import encoded
from watch.mail.transaction import Envelope, Host, HostOverTls, hand_over

TEXT = SMTP.clone(max_line_length=76)  # encoded words allow no longer lines
UNFOLDED = SMTP.clone(max_line_length=900)
BOUNDARY = "=_next_part"  # no body can hold it (RFC 2045, 6.7), so a retry is the same mail


class _Wire(EmailPolicy):
    """Folds what has to be encoded and nothing else.

    Folding encodes an identifier, and so kills it; and it takes a long name with a comma for two addresses.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        return (UNFOLDED if str(value).isascii() else TEXT).fold_binary(name, value)


WIRE = _Wire(linesep="\r\n", max_line_length=900)


class NotTaken(Exception):
    """The mail server did not take the message; its only argument is the Result."""


@dataclass(frozen=True)
class Calendar:
    """A meeting as a calendar entry: iCalendar's text and its method."""

    text: str
    method: str

    def __post_init__(self) -> None:
        """Raises guard.UnsafeHeader: the method stands in a header of its part."""
        guard.formed(guard.WORD, self.method)


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

    def envelope(self) -> Envelope:
        """Serialised and read again, with how it travels. Raises guard.UnsafeHeader."""
        return Envelope(self.envelope_sender, str(self.recipients[0]), self.as_bytes())

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

    host: Host | None

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """Whom this machine trusts: read once, because it takes long, however often we connect anew."""
        return ssl.create_default_context()

    def configure_host(self) -> Host:
        """Connect and prove who we are and who they are. Raises OSError or smtplib.SMTPException."""
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

    def __exit__(self, *trouble: object) -> None:
        """Say good-bye, if anybody still listens."""
        if self.host is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.host.quit()
            self.host.close()
            self.host = None

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """One transaction: one envelope sender, one recipient, one message. Raises NotTaken."""
        if not isinstance(message, Message):
            raise TypeError("only watch.mail.smtp.Message leaves this house")
        if self.host is not None:  # None where sending is suppressed
            result = hand_over(self.host, message.envelope())
            if not result.is_sent:
                raise NotTaken(result)
        flask_mail.email_dispatched.send(current_app._get_current_object(), message=message)  # type: ignore[attr-defined]  # of a proxy


class Mail(flask_mail.Mail):
    """The extension."""

    def init_app(self, app: Flask) -> Any:
        """Bind; what is sent is sent in tests too: to a server of theirs."""
        app.config.setdefault("MAIL_SUPPRESS_SEND", False)
        return super().init_app(app)

    def connect(self) -> Connection:
        """A connection, to be entered with `with`."""
        return Connection(current_app.extensions["mail"])
