"""The local mail server of development: what the application sends becomes a file, and goes nowhere else."""

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
    """A mail that the local server was given."""

    name: str
    mail: EmailMessage

    @property
    def at(self) -> datetime:
        """When it came."""
        return datetime.strptime(self.name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)

    def part(self, kind: str) -> str:
        """Its text in one form, `plain` or `html`; empty where it has none."""
        body = self.mail.get_body((kind,))
        return str(body.get_content()) if body else ""

    @property
    def text(self) -> Markup:
        """The plain text with its links to press."""
        parts, end = [], 0
        text = self.part("plain")
        for found in LINK.finditer(text):
            parts.append(escape(text[end : found.start()]))
            parts.append(Markup('<a href="{0}">{0}</a>').format(found[0]))
            end = found.end()
        return Markup().join([*parts, escape(text[end:])])


def folder() -> Path:
    """Where the letters lie."""
    return Path(current_app.instance_path) / "mailbox"


def letters(most: int = 200) -> Iterator[CapturedMail]:
    """The newest first."""
    names = sorted((path.name for path in folder().glob("*.eml")), reverse=True)
    for name in names[:most]:
        if found := letter(name):
            yield found


def letter(name: str) -> CapturedMail | None:
    """One letter by its name; None where there is none such."""
    path = folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    return CapturedMail(name, message_from_bytes(path.read_bytes(), policy=policy.default))


class Keeper:
    """Takes every mail and writes it down, whole or not at all."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook at the end of a message."""
        name = f"{utcnow():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        half = self.place / f"{name}.part"
        half.write_bytes(envelope.original_content or b"")
        half.rename(self.place / f"{name}.eml")
        return "250 kept"


def serve(host: str, port: int) -> None:
    """Keep letters until SIGTERM or Ctrl-C. Raises OSError where the port is taken."""
    with socket.create_server((host, port)) as door:
        asyncio.run(keep_letters(Keeper(folder()), door))


async def keep_letters(keeper: Keeper, door: socket.socket) -> None:
    """Keep what comes through a listening socket, until SIGTERM or Ctrl-C."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: SMTP(keeper, hostname="localhost"), sock=door)
    async with server:
        await ended.wait()
