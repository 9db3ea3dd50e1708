"""The mail server of development. It stores every mail as a file and sends nothing on."""

from __future__ import annotations

import asyncio
import re
import secrets
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import current_app
from markupsafe import Markup, escape

from watch.models import utcnow

NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}\.eml")
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class CapturedMail:
    """A mail that the development server received."""

    name: str
    mail: EmailMessage

    @property
    def at(self) -> datetime:
        """The time it was received."""
        return datetime.strptime(self.name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)

    def part(self, kind: str) -> str:
        """Return the text in one form, `plain` or `html`; empty if there is none."""
        body = self.mail.get_body((kind,))
        return str(body.get_content()) if body else ""

    @property
    def text(self) -> Markup:
        """The plain text with links that can be clicked."""
        parts, end = [], 0
        text = self.part("plain")
        for found in LINK.finditer(text):
            parts.append(escape(text[end : found.start()]))
            parts.append(Markup('<a href="{0}">{0}</a>').format(found[0]))
            end = found.end()
        return Markup().join([*parts, escape(text[end:])])


def folder() -> Path:
    """Return the folder of the mails."""
    return Path(current_app.instance_path) / "mailbox"


def letters(most: int = 200) -> Iterator[CapturedMail]:
    """Yield the mails, the newest first."""
    names = sorted((path.name for path in folder().glob("*.eml")), reverse=True)
    for name in names[:most]:
        if found := letter(name):
            yield found


def letter(name: str) -> CapturedMail | None:
    """Return a mail by its name, or None."""
    path = folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    return CapturedMail(name, message_from_bytes(path.read_bytes(), policy=policy.default))


class Keeper:
    """The server's handler, which writes each mail to a file, whole or not at all."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Store a message. aiosmtpd calls this at its end."""
        name = f"{utcnow():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        half = self.place / f"{name}.part"
        half.write_bytes(envelope.original_content or b"")
        half.rename(self.place / f"{name}.eml")
        return "250 kept"


def serve(host: str, port: int) -> None:
    """Receive mail until SIGTERM or Ctrl-C. Raises OSError if the port is taken."""
    with socket.create_server((host, port)) as door:
        asyncio.run(keep_letters(Keeper(folder()), door))


async def keep_letters(keeper: Keeper, door: socket.socket) -> None:
    """Receive mail on a listening socket until SIGTERM or Ctrl-C."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: SMTP(keeper, hostname="localhost"), sock=door)
    async with server:
        await ended.wait()
