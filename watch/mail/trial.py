"""Sends test mails step by step, and tells the operator what worked and how to mend what did not."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Any

from flask import current_app

from watch.mail.smtp import Host, HostOverTls, hand_over
from watch.mail.types import TAKEN, Envelope

BODY = """\
This is a test mail, asked for with `flask mail test`. If you read it, the mail server takes and delivers
mail from {sender}.

Look at its source ("show original"): the line Authentication-Results should say spf=pass, dkim=pass and
dmarc=pass. If one is missing or fails, or if this mail was in the spam folder, see the handbook's page for
operators: "Mail that arrives".
"""


class Failed(Exception):
    """A step did not work. The message says which, why, and what to look at."""


def send_test_mails(address: str) -> Iterator[str]:
    """Send a mail from each of our senders to the address, and yield a sentence after each step.

    Raises Failed.
    """
    mail, settings = current_app.extensions["mail"], current_app.config
    senders = list(dict.fromkeys([settings["MAIL_NOTICES_FROM"], settings["MAIL_ACCOUNT_FROM"]]))
    how = "TLS" if mail.use_ssl else "STARTTLS" if mail.use_tls else "in clear"
    yield f"Settings are complete: {mail.server}, port {mail.port}, {how}, from {' and '.join(senders)}."
    host = _connect(mail)
    try:
        yield f"Connected to {mail.server}."
        if mail.use_tls and not mail.use_ssl:
            _encrypt(host)
        if isinstance(host.sock, ssl.SSLSocket):
            yield f"Encrypted with {host.sock.version()}, and the certificate is valid."
        yield _sign_in(host, mail)
        for sender in senders:
            host.ehlo_or_helo_if_needed()
            yield _send(host, sender, address)
    finally:
        host.close()


def _connect(mail: Any) -> Host:
    own_name = current_app.config["MAIL_NOTICES_FROM"].partition("@")[2]
    limit, where = current_app.config["MAIL_TIMEOUT"], f"{mail.server}, port {mail.port}"
    try:
        if mail.use_ssl:
            trusted = ssl.create_default_context()
            return HostOverTls(mail.server, mail.port, own_name, timeout=limit, context=trusted)
        return Host(mail.server, mail.port, own_name, timeout=limit)
    except socket.gaierror:
        raise Failed(f"No machine is called {mail.server}. Look at WATCH_MAIL_SERVER.") from None
    except ssl.SSLError as error:
        raise Failed(_no_tls(error)) from None
    except OSError as error:
        raise Failed(
            f"No connection to {where}: {error}. Look at WATCH_MAIL_SERVER and WATCH_MAIL_PORT, and at the "
            "firewall: many providers close port 25."
        ) from None


def _no_tls(error: Exception) -> str:
    return (
        f"No encrypted connection: {error}. The certificate has to be valid for the name in "
        "WATCH_MAIL_SERVER; port 465 wants WATCH_MAIL_USE_SSL=1, port 587 does not."
    )


def _encrypt(host: Host) -> None:
    try:
        host.starttls(context=ssl.create_default_context())
    except (OSError, smtplib.SMTPException) as error:
        raise Failed(_no_tls(error)) from None


def _sign_in(host: Host, mail: Any) -> str:
    if not mail.username:
        return "No name is set, so the server has to take mail from this machine without one."
    try:
        host.login(mail.username, mail.password)
    except (OSError, smtplib.SMTPException) as error:
        raise Failed(
            f"The server does not let us in: {_said(error)}. Look at WATCH_MAIL_USERNAME and "
            "WATCH_MAIL_PASSWORD."
        ) from None
    return f"Signed in as {mail.username}."


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return str(error)


def _send(host: Host, sender: str, address: str) -> str:
    result = hand_over(host, Envelope(sender, address, _message(sender, address)))
    if result != TAKEN:
        raise Failed(
            f"The server did not take the mail from {sender}: {result.code or ''} "
            f"{result.text or 'no answer'}. Often it may not send for this sender's domain."
        )
    return f"Accepted: a mail from {sender} to {address}."


def _message(sender: str, address: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = f"Grannsamverkan <{sender}>", address
    message["Subject"] = f"Test mail from {sender}"
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.partition("@")[2])
    message.set_content(BODY.format(sender=sender))
    return message.as_bytes()
