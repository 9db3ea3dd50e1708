"""Mailboxes, people, and signing in by mailed link."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch.crypto import keyring
from watch.extensions import db
from watch.models import Language, Mailbox, Person


def mailbox_at(address: str) -> Mailbox:
    """The mailbox of an address, made where it is new; two who come at once get the same one."""
    index = keyring().blind_index("address", address)
    known = select(Mailbox).where(Mailbox.address_index == index)
    if mailbox := db.session.scalar(known):
        return mailbox
    try:
        with db.session.begin_nested():
            mailbox = Mailbox(address=address, address_index=index)
            db.session.add(mailbox)
        return mailbox
    except IntegrityError:
        return db.session.scalars(known).one()


def person_at(mailbox: Mailbox, name: str, language: Language) -> Person:
    """The person of that name on that mailbox, made where new; several people may share a mailbox."""
    sharing = db.session.scalars(select(Person).where(Person.mailbox_id == mailbox.id))
    for person in sharing:
        if person.name.casefold() == name.casefold():
            return person
    person = Person(name=name, mailbox=mailbox, language=language)
    db.session.add(person)
    return person
