"""Changes to mailboxes, and to what people say about themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.crypto import keyring
from watch.extensions import db
from watch.models import (
    Language,
    Mailbox,
    Person,
    Suppression,
    utcnow,
)
from watch.names import is_same_name
from watch.statements import upsert


def mailbox_at(address: str) -> Mailbox:
    """Return the mailbox of an address, made where new. Two requests at once get the same one."""
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
    """Return the person with that name at the mailbox, made where new. Several people may share a mailbox."""
    sharing = db.session.scalars(select(Person).where(Person.mailbox_id == mailbox.id))
    for person in sharing:
        if is_same_name(person.name, name):
            return person
    person = Person(name=name, mailbox=mailbox, language=language)
    db.session.add(person)
    return person


def person_for_asking(mailbox: Mailbox, name: str, language: Language) -> Person:
    """Return the same as `person_at`, by the same statements for all: response time tells nothing."""
    sharing = db.session.scalars(select(Person).where(Person.mailbox_id == mailbox.id)).all()
    known = next((person for person in sharing if is_same_name(person.name, name)), None)
    wanted = {Person.name: name, Person.mailbox_id: mailbox.id, Person.language: language}
    values = (literal(value, column.type) for column, value in wanted.items())
    new = insert(Person).from_select(list(wanted), select(*values).where(literal(known is None)))
    made = db.session.scalars(new.returning(Person)).one_or_none()
    person = known or made
    assert person is not None
    return person


def mailbox_for_asking(address: str) -> Mailbox:
    """Return the mailbox of an address, made where new, locked; one statement, so time tells nothing."""
    index = keyring().blind_index("address", address)
    new = upsert(Mailbox).values(address=address, address_index=index)
    locked = new.on_conflict_do_update(
        index_elements=[Mailbox.address_index], set_={"address_index": new.excluded.address_index}
    )
    mailbox: Mailbox = db.session.scalars(locked.returning(Mailbox)).one()
    return mailbox


def confirm_address(person: Person) -> None:
    """Record that the person reads the address: they pressed a link that was mailed to it."""
    person.address_confirmed_at = utcnow()
    works_again(person.mailbox, by=person)


def works_again(mailbox: Mailbox | None, *, by: Person | None) -> bool:
    """Let mail go to an address that bounced; return False if none was stopped. What bounced stays known.

    `by` is the owner, who pressed a mailed link, or whoever says so: a coordinator, or the operator (None).
    """
    if mailbox is None or mailbox.suppression is not Suppression.BOUNCED:
        return False
    mailbox.suppression = mailbox.suppressed_at = None
    audit.note("address-works", about=mailbox, by=by)
    return True


def save_settings(person: Person, **changes: Any) -> None:
    """Save what a person changes of their own name, language, phone and what neighbours may see."""
    for name, answer in changes.items():
        setattr(person, name, answer if isinstance(answer, bool) else answer or None)
