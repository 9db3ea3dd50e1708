"""Flask-Mail, made safe: its Message, Connection and Mail with what they lack (delivery.md).

One recipient, a fixed set of headers, an envelope sender of its own for each message, the standard
library's EmailMessage as quoted-printable; the server's certificate verified; a time limit for every step.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any

import flask_mail
from flask import Flask, current_app

from watch.mail import guard

TEXT = SMTP.clone(max_line_length=76)  # quoted-printable and encoded words allow no longer lines
UNFOLDED = SMTP.clone(max_line_length=900)
FREE_TEXT = frozenset({"subject", "from"})
LEADING_DOT = re.compile(rb"(?m)^\.")


class _Wire(EmailPolicy):
    """Folds no header but those with free text: folding encodes an identifier, and so kills it."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        return (TEXT if name.lower() in FREE_TEXT else UNFOLDED).fold_binary(name, value)


WIRE = _Wire(linesep="\r\n", max_line_length=900)


class NoAnswer(smtplib.SMTPException):
    """The message was handed over to its last dot, and nobody said what became of it."""


@dataclass(frozen=True)
class Calendar:
    """A meeting as a calendar entry: iCalendar's text and its method."""

    text: str
    method: str


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
        calendar: Calendar | None = None,
    ) -> None:
        """Raises guard.UnsafeHeader."""
        self.sender_name, address = guard.line(sender[0]), guard.address(sender[1])
        super().__init__(
            guard.line(subject), [guard.address(recipient)], body=text, html=html, sender=address
        )
        self.msgId = guard.line(message_id)
        self.envelope_sender = guard.address(envelope_sender)
        self.sent_at = sent_at
        self.language = guard.line(language)
        self.list_id = guard.line(list_id) if list_id else None
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
        return headers | ({"List-Id": self.list_id} if self.list_id else {})

    def _message(self) -> EmailMessage:  # type: ignore[override]  # the standard library's newer class
        mail = EmailMessage(policy=TEXT)
        mail.set_content(self.body or "", charset="utf-8", cte="quoted-printable")
        mail.add_alternative(self.html or "", subtype="html", charset="utf-8", cte="quoted-printable")
        if self.calendar:
            mail.add_alternative(
                self.calendar.text, subtype="calendar", charset="utf-8", cte="quoted-printable",
                params={"method": self.calendar.method},
            )  # fmt: skip
        for name, value in self._headers().items():  # last: a new body takes Content-… headers with it
            mail[name] = value
        return mail

    def as_bytes(self) -> bytes:
        """What goes over the wire, read again before it does. Raises guard.UnsafeHeader."""
        wire = self._message().as_bytes(policy=WIRE)
        expected = [*self._headers(), "MIME-Version", "Content-Type"]
        guard.check(wire, headers=expected, recipient=str(self.recipients[0]))
        return wire


class Connection(flask_mail.Connection):
    """One connection to the mail server, for many messages one after the other."""

    host: smtplib.SMTP | None

    def configure_host(self) -> smtplib.SMTP:
        """Connect and prove who we are and who they are. Raises OSError or smtplib.SMTPException."""
        mail, settings = self.mail, current_app.config
        limit, own_name = settings["MAIL_TIMEOUT"], settings["MAIL_NOTICES_FROM"].partition("@")[2]
        trusted = ssl.create_default_context()
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
        wire = message.as_bytes()
        (recipient,) = message.recipients
        if self.host is not None:
            self._hand_over(self.host, message.envelope_sender, str(recipient), wire)
        flask_mail.email_dispatched.send(current_app._get_current_object(), message=message)  # type: ignore[attr-defined]

    def _hand_over(self, host: smtplib.SMTP, sender: str, recipient: str, wire: bytes) -> None:
        code, text = host.mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, text, sender)
        code, text = host.rcpt(recipient)
        if code not in {250, 251}:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                host.rset()  # the answer counts, even where the server hangs up after it
            raise smtplib.SMTPRecipientsRefused({recipient: (code, text)})
        code, text = host.docmd("DATA")
        if code == 354:
            host.send(LEADING_DOT.sub(b"..", wire) + b".\r\n")  # broken off before the dot: not taken
            try:
                code, text = host.getreply()
            except (OSError, smtplib.SMTPException) as silence:
                raise NoAnswer from silence
        if code != 250:
            raise smtplib.SMTPDataError(code, text)


class Mail(flask_mail.Mail):
    """The extension."""

    def init_app(self, app: Flask) -> Any:
        """Bind; what is sent is sent in tests too: to a server of theirs."""
        app.config.setdefault("MAIL_SUPPRESS_SEND", False)
        return super().init_app(app)

    def connect(self) -> Connection:
        """A connection, to be entered with `with`."""
        return Connection(current_app.extensions["mail"])
