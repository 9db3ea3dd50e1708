"""Compiles a mailing's mail once for each language, and renders it for each recipient."""

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
from watch.backing import backed_by
from watch.crypto import keyring
from watch.extensions import db
from watch.mail import message
from watch.mail.kinds import KINDS, FromAddress, Mail
from watch.mail.message import CompiledMail, Message, Placeholder
from watch.mail.types import Calendar, Claim, Envelope, Recipient
from watch.models import Area, Group, Interest, Language, Mailing, Meeting, Person, Purpose
from watch.models.mail import Parent

MOST_PREPARED = 500
SENDER_NAME = "Grannsamverkan"  # tells nothing about the group: others can read a lock screen
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Prepared:
    """The compiled mail of a mailing in one language, ready to be rendered for each recipient."""

    mail: CompiledMail
    kind: str
    language: Language
    sender: str

    def render_for(self, recipient: Recipient) -> Envelope:
        """Return one recipient's finished mail; a retry makes the same one. Raises message.UnsafeHeader."""
        address = message.address(recipient.address)
        bounces = f"bounce+{_token(recipient, Purpose.BOUNCE)}@{_domain(self.sender)}"
        return Envelope(bounces, address, self.mail.fill(self._values(recipient, address)))

    def _values(self, recipient: Recipient, address: str) -> Mapping[Placeholder, bytes]:
        placeholders, for_row = self.mail.placeholders, KINDS[self.kind].for_row
        values = {
            Placeholder.ADDRESS: address.encode(),
            Placeholder.MESSAGE: _name_of(recipient.nonce).encode(),
        }
        if Placeholder.LINK in placeholders and for_row:
            values[Placeholder.LINK] = _token(recipient, for_row).encode()
        if Placeholder.UNSUBSCRIBE in placeholders:
            values[Placeholder.UNSUBSCRIBE] = _token(recipient, Purpose.UNSUBSCRIBE).encode()
        if Placeholder.NAMES in placeholders:
            names = _joined(recipient.names, self.language)
            values[Placeholder.NAMES], values[Placeholder.NAMES_IN_HTML] = (
                names.encode(),
                escape(names).encode(),
            )
        return values


def prepare(mailing: Mailing, reading: Language, *, greets: bool, readers: tuple[Any, ...] = ()) -> Prepared:
    """Compile a mailing's mail in one language, with or without the recipients' names, for these readers.

    Raises whatever a template raises, and message.UnsafeHeader.
    """
    sender = current_app.config[KINDS[mailing.kind].sender]
    notices = _domain(current_app.config[FromAddress.NOTICES])
    is_listed = KINDS[mailing.kind].list_of is not None
    with language.speaking(reading):
        texts = render(mailing.kind, _context_of(mailing, reading, greets) | {"readers": readers})
        mail = Message(
            **texts,
            recipient=Placeholder.ADDRESS,
            sender=(SENDER_NAME, sender),
            envelope_sender=sender,
            message_id=f"<{Placeholder.MESSAGE}@{notices}>",
            sent_at=mailing.created_at.astimezone(UTC),
            language=reading.value,
            list_id=_list_id(mailing),
            unsubscribe=unsubscribe_address(Placeholder.UNSUBSCRIBE) if is_listed else None,
            calendar=_calendar(mailing),
        )
    return Prepared(CompiledMail(mail.as_bytes()), mailing.kind, reading, sender)


class Composer:
    """Makes the mails of claims. Each mailing is compiled once for each language and state of its subject."""

    def __init__(self) -> None:
        self.prepared: dict[tuple[Any, ...], Prepared | None] = {}

    def envelope_of(self, claim: Claim) -> Envelope | None:
        """Return the finished mail, or None if its rows are unreadable or compiling it failed before.

        Raises whatever a template raises, and message.UnsafeHeader. Ends the session's transaction.
        """
        prepared = self._prepared(claim)
        return prepared.render_for(claim.recipient) if prepared and claim.recipient else None

    def _prepared(self, claim: Claim) -> Prepared | None:
        """Return the compiled mail. One that failed to compile is not tried again for each reader."""
        greets = bool(claim.recipient and claim.recipient.names)
        find = KINDS[claim.kind].readers_of if claim.kind in KINDS else None
        readers = find(claim.ids) if find else ()
        key = claim.mailing_id, claim.revision, claim.language, greets, readers
        is_new = key not in self.prepared
        if is_new:
            if len(self.prepared) > MOST_PREPARED:
                self.prepared.clear()
            self.prepared[key] = None
            mailing = db.session.get_one(Mailing, claim.mailing_id)
            self.prepared[key] = prepare(mailing, claim.language, greets=greets, readers=readers)
        if is_new or find:
            db.session.rollback()  # nothing was changed; this frees SQLite's lock before mail is sent
        return self.prepared[key]


def render(kind: str, context: dict[str, Any]) -> dict[str, str]:
    """Return subject, text and HTML of a kind of mail, in the current language."""
    environment = _environment()
    subject, text, html = (
        environment.get_template(f"email/{kind}/{name}").render(context)
        for name in ("subject.txt", "body.txt", "body.html")
    )
    return {
        "subject": subject.strip(),
        "text": _tidy(text),
        "html": _inliner.inline(html).replace(Placeholder.NAMES, Placeholder.NAMES_IN_HTML),
    }


def address_of(mailing: Mailing, token: str) -> str | None:
    """Return the absolute URL of the mail's button, or None if it has none.

    `token` ends the URL if each row has its own (`for_row`).
    """
    mail = KINDS[mailing.kind]
    if mail.link is None:
        return None
    return f"{current_app.config['BASE_URL']}{mail.link(mailing.about)}{token if mail.for_row else ''}"


def unsubscribe_address(token: str) -> str:
    """Return the URL of the page where a reader chooses mails without signing in."""
    return f"{current_app.config['BASE_URL']}/u/{token}"


def message_id(nonce: bytes) -> str:
    """Return the stable Message-ID of the message whose head row has this nonce. It reveals nothing."""
    return f"<{_name_of(nonce)}@{_domain(current_app.config[FromAddress.NOTICES])}>"


def _name_of(nonce: bytes) -> str:
    return tokens.identifier(Purpose.MESSAGE_ID, nonce)


def trial_of(mail: Mail[Any], about: Parent, *, to: Person, link: str) -> dict[str, str]:
    """Return subject, text and HTML of a mail as this person would get it, about a row that is only drafted.

    It says that it is a trial. `link`, a path on this site, is where its button leads.
    """
    base = current_app.config["BASE_URL"]
    with language.speaking(to.language):
        choices = f"{base}/me/settings" if _offers_choices(mail) else None
        context = _context(about, to.language, names=to.name, link=f"{base}{link}", unsubscribe=choices)
        return render(mail.kind, context | {"is_trial": True})


def _context_of(mailing: Mailing, reading: Language, greets: bool) -> dict[str, Any]:
    offers_choices = _offers_choices(KINDS[mailing.kind])
    return _context(
        mailing.about,
        reading,
        names=Placeholder.NAMES.value if greets else "",
        link=address_of(mailing, Placeholder.LINK),
        unsubscribe=unsubscribe_address(Placeholder.UNSUBSCRIBE) if offers_choices else None,
    ) | {
        "change": mailing.meeting_change,
        "next_meeting": mailing.meeting_in_welcome,
        "area": _area(mailing),
    }


def _offers_choices(mail: Mail[Any]) -> bool:
    return mail.offers_choices or mail.list_of is not None


def _context(
    about: Parent, reading: Language, *, names: str, link: str | None, unsubscribe: str | None
) -> dict[str, Any]:
    return {
        "about": about,
        "is_trial": False,
        "names": names,
        "group": _group(about),
        "readers_group": _readers_group(about),
        "area": getattr(about, "area", None),
        "link": link,
        "unsubscribe": unsubscribe,
        "base_url": current_app.config["BASE_URL"],
        "partners": backed_by(_landlords(about)),
        "controller": current_app.config["CONTROLLER"],
        "language": reading.value,
        "direction": language.direction(reading),
    }


def _token(recipient: Recipient, purpose: Purpose) -> str:
    """Return the token that ends a link or the bounce address of this message."""
    return tokens.token_of(purpose, recipient.row, recipient.nonce)


def _joined(names: Sequence[str], reading: Language) -> str:
    return names[0] if len(names) == 1 else format_list(list(names), locale=Locale(reading.value))


def _calendar(mailing: Mailing) -> Calendar | None:
    make = KINDS[mailing.kind].calendar
    entry = make(mailing) if make else None
    return Calendar(entry.to_ical().decode(), str(entry["method"])) if entry else None


def _group(about: Parent) -> Group | None:
    if isinstance(about, Interest):
        return db.session.get(Group, about.building.group_id) if about.building.group_id else None
    found: Group | None = getattr(about, "group", None)
    return found


def _readers_group(about: Parent) -> Group | None:
    """Return the group that all readers are in, or None if it is a meeting to which others are asked too."""
    group, parts = _group(about), about.parts if isinstance(about, Meeting) else []
    return group if group and all(each.group_id == group.id for each in parts) else None


def _area(mailing: Mailing) -> Area | None:
    """Return the area whose list a mailing belongs to, if it is an area's."""
    list_of = KINDS[mailing.kind].list_of
    of = list_of(mailing) if list_of else None
    return of if isinstance(of, Area) else None


def _landlords(about: Parent) -> list[str]:
    """Return the landlords of the houses that a mail is about."""
    group = _group(about)
    return [each.property.landlord.name for each in group.buildings] if group else []


def _list_id(mailing: Mailing) -> str | None:
    """Return an opaque List-Id, because a readable name would reveal the group in a header.

    A group's meetings are a list of their own beside its notices.
    """
    list_of = KINDS[mailing.kind].list_of
    if list_of is None:
        return None
    of = list_of(mailing)
    of_whom = f"{'area' if isinstance(of, Area) else 'group'} {of.id}"
    facts = f"{of_whom} meetings" if mailing.meeting_id else of_whom
    name = keyring().blind_index("list", facts).hex()[:16]
    return f"<{name}.{_domain(current_app.config[FromAddress.NOTICES])}>"


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _tidy(text: str) -> str:
    """Remove what the templates' blocks leave: spaces at line ends and more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _environment() -> Environment:
    """Return the pages' templates, but with StrictUndefined: a missing value stops the mail."""
    extensions = current_app.extensions
    if "mail templates" not in extensions:
        extensions["mail templates"] = current_app.jinja_env.overlay(undefined=StrictUndefined)
    environment: Environment = extensions["mail templates"]
    return environment
