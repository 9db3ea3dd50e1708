"""From rows of one mailing for one mailbox to a mail: its three templates, headers and calendar entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import css_inline
from babel.lists import format_list
from flask import current_app
from flask_babel import get_locale
from jinja2 import Environment, StrictUndefined

from watch import language, tokens
from watch.crypto import keyring
from watch.extensions import db
from watch.mail import links
from watch.mail.calendar import calendar_of
from watch.mail.links import KINDS, Sender
from watch.mail.smtp import Message
from watch.models import Group, Interest, Mailing, Meeting, Notice, OutboxRow, Person
from watch.tokens import Purpose

SENDER_NAME = "Grannsamverkan"  # neutral: a lock screen is read by others
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def compose(rows: Sequence[OutboxRow]) -> Message:
    """The one mail of rows that share mailing, mailbox and language; the first of them gives it its name.

    A retry makes the same mail again. Raises what a template raises, and guard.UnsafeHeader.
    """
    first, mailing = rows[0], rows[0].mailing
    if first.mailbox is None or first.message_id is None:
        raise ValueError("a row without a mailbox, or not claimed")
    sender = current_app.config[KINDS[mailing.kind].sender]
    with language.speaking(first.language):
        texts = render(mailing.kind, _context(rows))
        return Message(
            **texts,
            recipient=first.mailbox.address,
            sender=(SENDER_NAME, sender),
            envelope_sender=f"bounce+{tokens.make(Purpose.BOUNCE, first.id)}@{_domain(sender)}",
            message_id=first.message_id,
            sent_at=mailing.created_at.astimezone(UTC),
            language=first.language.value,
            list_id=_list_id(mailing),
            calendar=calendar_of(mailing, first.mailbox.address, links.link(first)),
        )


def render(kind: str, context: dict[str, Any]) -> dict[str, str]:
    """Subject, text and HTML of a kind of mail, in the language that is spoken now."""
    environment = _environment()
    subject, text, html = (
        environment.get_template(f"email/{kind}/{name}").render(context)
        for name in ("subject.txt", "body.txt", "body.html")
    )
    return {"subject": subject.strip(), "text": _tidy(text), "html": _inliner.inline(html)}


def message_id(row: OutboxRow) -> str:
    """The Message-ID of a row: always the same, and nothing can be read from it."""
    name = keyring().blind_index("message id", str(row.id)).hex()[:32]
    return f"<{name}@{_domain(current_app.config[Sender.NOTICES])}>"


def _context(rows: Sequence[OutboxRow]) -> dict[str, Any]:
    first = rows[0]
    people = [row.person for row in rows if row.person is not None]
    return {
        "about": first.mailing.about,
        "people": people,
        "names": _joined(people),
        "group": _group(first.mailing),
        "link": links.link(first),
        "base_url": current_app.config["BASE_URL"],
        "controller": current_app.config["CONTROLLER"],
        "language": first.language.value,
        "direction": language.direction(first.language),
    }


def _joined(people: Sequence[Person]) -> str:
    return format_list([person.name for person in people], locale=get_locale() or "sv") if people else ""


def _group(mailing: Mailing) -> Group | None:
    about = mailing.about
    if isinstance(about, Interest):
        return db.session.get(Group, about.building.group_id) if about.building.group_id else None
    found: Group | None = getattr(about, "group", None)
    return found


def _list_id(mailing: Mailing) -> str | None:
    """Opaque: a readable group name in a header is a leak."""
    about = mailing.about
    if not isinstance(about, Meeting | Notice):
        return None
    of = f"group {about.group_id}" if about.group_id else f"area {getattr(about, 'area_id', None)}"
    name = keyring().blind_index("list", of).hex()[:16]
    return f"<{name}.{_domain(current_app.config[Sender.NOTICES])}>"


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
