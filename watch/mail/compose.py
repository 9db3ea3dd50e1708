"""From a mailing to a letter in one language, and from the letter to each reader's mail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import css_inline
from babel import Locale
from babel.lists import format_list
from flask import current_app
from jinja2 import Environment, StrictUndefined
from markupsafe import escape

from watch import language, tokens
from watch.crypto import keyring
from watch.extensions import db
from watch.mail import guard, links
from watch.mail.calendar import calendar_of
from watch.mail.kinds import KINDS, FromAddress
from watch.mail.letter import Letter, Mark
from watch.mail.smtp import Message
from watch.mail.transaction import Envelope
from watch.models import Area, Group, Interest, Language, Mailing, Purpose

SENDER_NAME = "Grannsamverkan"  # neutral: a lock screen is read by others
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Reader:
    """Where one message goes and whom it greets; `row` and `nonce` are its bell's, for its tokens."""

    row: int
    nonce: bytes
    address: str
    names: tuple[str, ...] = ()

    def token(self, purpose: Purpose) -> str:
        """What a link or an address of this message ends with."""
        return tokens.token_of(purpose, self.row, self.nonce)


@dataclass(frozen=True)
class Prepared:
    """A mailing's letter in one language, to be sealed for reader after reader."""

    letter: Letter
    kind: str
    language: Language
    sender: str

    def seal(self, reader: Reader) -> Envelope:
        """The finished mail of one reader; a retry makes the same one. Raises guard.UnsafeHeader."""
        address = guard.address(reader.address)
        bounces = f"bounce+{reader.token(Purpose.BOUNCE)}@{_domain(self.sender)}"
        return Envelope(bounces, address, self.letter.fill(self._values(reader, address)))

    def _values(self, reader: Reader, address: str) -> Mapping[Mark, bytes]:
        marks, for_row = self.letter.marks, KINDS[self.kind].for_row
        values = {Mark.ADDRESS: address.encode(), Mark.MESSAGE: _name_of(reader.nonce).encode()}
        if Mark.GUEST in marks:
            values[Mark.GUEST] = address.encode()
        if Mark.LINK in marks and for_row:
            values[Mark.LINK] = reader.token(for_row).encode()
        if Mark.UNSUBSCRIBE in marks:
            values[Mark.UNSUBSCRIBE] = reader.token(Purpose.UNSUBSCRIBE).encode()
        if Mark.NAMES in marks:
            names = _joined(reader.names, self.language)
            values[Mark.NAMES], values[Mark.NAMES_IN_HTML] = names.encode(), escape(names).encode()
        return values


def prepare(mailing: Mailing, reading: Language, *, greets: bool) -> Prepared:
    """The letter of a mailing in one language, greeting its readers by name or not.

    Raises what a template raises, and guard.UnsafeHeader.
    """
    sender = current_app.config[KINDS[mailing.kind].sender]
    notices = _domain(current_app.config[FromAddress.NOTICES])
    is_listed = KINDS[mailing.kind].list_of is not None
    with language.speaking(reading):
        texts = render(mailing.kind, _context(mailing, reading, greets))
        message = Message(
            **texts,
            recipient=Mark.ADDRESS,
            sender=(SENDER_NAME, sender),
            envelope_sender=sender,
            message_id=f"<{Mark.MESSAGE}@{notices}>",
            sent_at=mailing.created_at.astimezone(UTC),
            language=reading.value,
            list_id=_list_id(mailing),
            unsubscribe=links.unsubscribe_address(Mark.UNSUBSCRIBE) if is_listed else None,
            calendar=calendar_of(mailing, Mark.GUEST, links.address_of(mailing, Mark.LINK)),
        )
    return Prepared(Letter(message.as_bytes()), mailing.kind, reading, sender)


def render(kind: str, context: dict[str, Any]) -> dict[str, str]:
    """Subject, text and HTML of a kind of mail, in the language that is spoken now."""
    environment = _environment()
    subject, text, html = (
        environment.get_template(f"email/{kind}/{name}").render(context)
        for name in ("subject.txt", "body.txt", "body.html")
    )
    return {
        "subject": subject.strip(),
        "text": _tidy(text),
        "html": _inliner.inline(html).replace(Mark.NAMES, Mark.NAMES_IN_HTML),
    }


def message_id(nonce: bytes) -> str:
    """The Message-ID of the message whose bell has this nonce: always the same, and it tells nothing."""
    return f"<{_name_of(nonce)}@{_domain(current_app.config[FromAddress.NOTICES])}>"


def _name_of(nonce: bytes) -> str:
    return tokens.identifier(Purpose.MESSAGE_ID, nonce)


def _context(mailing: Mailing, reading: Language, greets: bool) -> dict[str, Any]:
    return {
        "about": mailing.about,
        "names": Mark.NAMES.value if greets else "",
        "group": _group(mailing),
        "link": links.address_of(mailing, Mark.LINK),
        "unsubscribe": links.unsubscribe_address(Mark.UNSUBSCRIBE) if KINDS[mailing.kind].list_of else None,
        "base_url": current_app.config["BASE_URL"],
        "controller": current_app.config["CONTROLLER"],
        "language": reading.value,
        "direction": language.direction(reading),
    }


def _joined(names: Sequence[str], reading: Language) -> str:
    return names[0] if len(names) == 1 else format_list(list(names), locale=Locale(reading.value))


def _group(mailing: Mailing) -> Group | None:
    about = mailing.about
    if isinstance(about, Interest):
        return db.session.get(Group, about.building.group_id) if about.building.group_id else None
    found: Group | None = getattr(about, "group", None)
    return found


def _list_id(mailing: Mailing) -> str | None:
    """Opaque: a readable group name in a header is a leak."""
    list_of = KINDS[mailing.kind].list_of
    if list_of is None:
        return None
    of = list_of(mailing.about)
    name = keyring().blind_index("list", f"{'area' if isinstance(of, Area) else 'group'} {of.id}").hex()[:16]
    return f"<{name}.{_domain(current_app.config[FromAddress.NOTICES])}>"


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _tidy(text: str) -> str:
    """What the templates' blocks leave: no spaces at line ends, at most one empty line."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _environment() -> Environment:
    """The pages' templates, but what is not given stops the mail instead of leaving a gap in it."""
    extensions = current_app.extensions
    if "mail templates" not in extensions:
        extensions["mail templates"] = current_app.jinja_env.overlay(undefined=StrictUndefined)
    environment: Environment = extensions["mail templates"]
    return environment
