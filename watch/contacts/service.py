"""Changes to contact persons. Each change leaves an audit entry."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from watch import audit
from watch.contacts.entry import Entry
from watch.extensions import db
from watch.models import Area, ContactPerson, ContactScope, Person


def publish_contact(entry: Entry, *, by: Person, today: date) -> ContactPerson:
    """Publish a contact person, marked as checked today. The same one published again today stays one."""
    contact = ContactPerson()
    _write(contact, entry, today)
    today_too = select(ContactPerson).where(ContactPerson.checked_on == today)
    if same := next(
        (each for each in db.session.scalars(today_too) if _facts(each) == _facts(contact)), None
    ):
        return same
    db.session.add(contact)
    _note("contact-published", contact, by)
    return contact


def change_contact(contact: ContactPerson, entry: Entry, *, by: Person, today: date) -> None:
    """Change a contact person and mark it as checked today."""
    _write(contact, entry, today)
    if db.session.is_modified(contact):
        _note("contact-changed", contact, by)


def change_details(
    contact: ContactPerson, *, name: str | None, phone: str | None, hours: str | None, by: Person, today: date
) -> None:
    """Change whom to ask for, phone and hours, and mark the contact person as checked today."""
    contact.name, contact.phone, contact.hours = name or None, phone or None, hours or None
    contact.checked_on = today
    if db.session.is_modified(contact):
        _note("contact-changed", contact, by)


def check_contact(contact: ContactPerson, *, by: Person, today: date) -> None:
    """Mark a contact person as checked today."""
    if contact.checked_on != today:
        contact.checked_on = today
        _note("contact-checked", contact, by)


def remove_contact(contact: ContactPerson, *, by: Person) -> None:
    """Delete a contact person."""
    _note("contact-removed", contact, by)
    db.session.delete(contact)


def _write(contact: ContactPerson, entry: Entry, today: date) -> None:
    for name in ("role", "organisation", "name", "phone", "email", "hours", "reach"):
        setattr(contact, name, getattr(entry, name) or None)
    for reach in (ContactScope.GROUP, ContactScope.BUILDING, ContactScope.LANDLORD, ContactScope.AREA):
        setattr(contact, f"{reach.value}_id", entry.target_id if reach is entry.reach else None)
    contact.checked_on = today


def _facts(contact: ContactPerson) -> list[object]:
    return [getattr(contact, column.key) for column in ContactPerson.__table__.columns if column.key != "id"]


def _note(what: str, contact: ContactPerson, by: Person) -> None:
    area = db.session.get(Area, contact.area_id) if contact.area_id else None
    audit.note(what, about=contact, by=by, area=area)
