"""Signing in by a mailed link, and signing out."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, literal, select, true, update

from watch import audit, tokens
from watch.accounts import queries
from watch.accounts.errors import (
    AskedElsewhere,
)
from watch.accounts.mails import SIGN_IN, SIGN_IN_UNKNOWN
from watch.accounts.service.people import mailbox_for_asking, works_again
from watch.crypto import keyring
from watch.errors import LinkExpired
from watch.extensions import db
from watch.mail import outbox
from watch.models import (
    Language,
    LeftOut,
    Mailing,
    Person,
    Purpose,
    SignIn,
    SignInLink,
    utcnow,
)
from watch.relations import relations_of
from watch.statements import changed


def ask_for_link(address: str, *, browser: str, language: Language, is_withheld: bool = False) -> SignInLink:
    """Mail a sign-in link to the address; to an unknown address, once a day, how to join.

    A new link ends the earlier ones that the same browser asked for, never another browser's.

    The same statements run for every address, so that response time tells nothing about it: a mail that must
    not leave (withheld by the daily limit, or a stranger's second) is queued already expired.
    """
    mailbox = mailbox_for_asking(address)
    asks = keyring().blind_index("browser", browser)
    mine = SignInLink.browser_index == asks  # anybody can ask for a link, and must not end the owner's
    end_links(mailbox.id, mine & literal(not is_withheld))
    link = SignInLink(
        mailbox=mailbox,
        browser_index=asks,
        expires_at=_link_expires_at(),
    )
    db.session.add(link)
    known = queries.language_at(mailbox.id)
    told_today = queries.was_told_today(mailbox.id, SIGN_IN_UNKNOWN.kind)
    outbox.queue(
        SIGN_IN if known else SIGN_IN_UNKNOWN,
        to=mailbox,
        about=link,
        language=known or language,
        not_after=utcnow() if is_withheld or (told_today and not known) else link.expires_at,
    )
    return link


def end_links(mailbox_id: int | None, which: ColumnElement[bool] | None = None) -> None:
    """End a mailbox's open links, or those that `which` selects, and stop their queued mails.

    The number of statements is the same however many links there are.
    """
    if mailbox_id is None:
        return
    wanted = queries.open_links(mailbox_id).with_only_columns(SignInLink.id)
    ending = db.session.scalars(wanted if which is None else wanted.where(which)).all()
    db.session.execute(update(SignInLink).where(SignInLink.id.in_(ending)).values(ended_at=utcnow()))
    mails = select(Mailing.id).where(Mailing.sign_in_link_id.in_(ending))
    outbox.stop(true(), mailings=mails, why=LeftOut.OVER)


def mark_of(address: str) -> str:
    """Return the keyed hash of an address that a browser stores after a sign-in."""
    return keyring().blind_index("signed in here", address).hex()


def operator_link(person: Person) -> str:
    """Return a link that signs the person in once, in any browser. The operator hands it over."""
    link = SignInLink(person_id=person.id, expires_at=_link_expires_at())
    db.session.add(link)
    audit.note("sign-in-link-printed", about=person, by=None)
    return f"{current_app.config['BASE_URL']}/login/{tokens.make(Purpose.SIGN_IN, link)}"


def _link_expires_at() -> datetime:
    return utcnow() + timedelta(minutes=current_app.config["SIGN_IN_LINK_MINUTES"])


def sign_in(link: SignInLink, person: Person, *, browser: str, device: str) -> SignIn:
    """Use up the link and sign the person in. The same press within a minute gives the same sign-in again.

    Raises AskedElsewhere, after which the link still works in the browser that asked for it, and LinkExpired
    if the link has been used meanwhile.
    """
    if link.browser_index is not None and relations_of(person).has_role and not _asked_here(link, browser):
        raise AskedElsewhere
    name = name_of_press(link, person, browser)
    if not _use_up(link):
        return _of_same_press(name)
    works_again(link.mailbox, by=person)
    sign_in = SignIn(id=name, person=person, device=device)
    db.session.add(sign_in)
    audit.note("signed-in", about=person, by=person)
    return sign_in


def link_to_press(token: str, *, browser: str) -> SignInLink:
    """Return the open sign-in link of a token, or one that this browser has used less than a minute ago.

    Raises BadToken and LinkExpired, before anybody learns who shares the mailbox.
    """
    link = tokens.row_of(Purpose.SIGN_IN, SignInLink, token)
    if link.ended_at and link.ended_at > utcnow() - queries.PRESSED_AGAIN:
        names = [name_of_press(link, person, browser) for person in queries.people_for(link)]
        if any(queries.running_sign_in(name).scalar() for name in names):
            return link
    return queries.link_of(token)


def name_of_press(link: SignInLink, person: Person, browser: str) -> str:
    """Return the id of the sign-in that the link gives this person in this browser. It cannot be guessed."""
    pressed = f"{link.id} {link.nonce.hex()} {person.id} {browser}"
    return base64.urlsafe_b64encode(keyring().blind_index("sign-in", pressed)).decode().rstrip("=")


def _of_same_press(name: str) -> SignIn:
    known = queries.running_sign_in(name).scalar()
    if known is None or known.created_at <= utcnow() - queries.PRESSED_AGAIN:
        raise LinkExpired
    return known


def _asked_here(link: SignInLink, browser: str) -> bool:
    return keyring().blind_index("browser", browser) == link.browser_index


def _use_up(link: SignInLink) -> bool:
    now = utcnow()
    unused = SignInLink.id == link.id, SignInLink.ended_at.is_(None), SignInLink.expires_at > now
    return changed(update(SignInLink).where(*unused).values(ended_at=now)) == 1


def sign_out(sign_in: SignIn) -> None:
    """End a sign-in. The next request with it is anonymous, in every process."""
    sign_in.ended_at = sign_in.ended_at or utcnow()


def end_sign_ins(person: Person) -> None:
    """End every sign-in of a person, as when they get a role: its sign-in asks for more than a member's."""
    for sign_in in queries.sign_ins_of(person):
        sign_out(sign_in)


def sign_out_everywhere(person: Person) -> None:
    """End every sign-in of a person and the open links of the mailbox, as after losing a phone."""
    end_sign_ins(person)
    end_links(person.mailbox_id)
    audit.note("signed-out-everywhere", about=person, by=person)
