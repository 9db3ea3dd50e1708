"""Labels for contact persons."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from watch import language
from watch.backing import backed_by
from watch.contacts.queries import TO_ASK, Backing, contacts_for
from watch.models import ContactPerson, ContactRole, ContactScope, Group

ROLES = {
    ContactRole.POLICE: _l("Kommunpolis"),
    ContactRole.MUNICIPALITY: _l("Kommunen"),
    ContactRole.LANDLORD: _l("Fastighetsägare"),
    ContactRole.FAULT_REPORT: _l("Felanmälan"),
    ContactRole.DISTURBANCE: _l("Störningsjour"),
    ContactRole.GROUP: _l("Gruppen"),
}
EVERYWHERE: Any = _l("Alla områden")
TARGETS: dict[ContactScope, Any] = {  # the kinds of those a contact may be for
    ContactScope.EVERYWHERE: EVERYWHERE,
    ContactScope.AREA: _l("Områden"),
    ContactScope.LANDLORD: _l("Fastighetsägare"),
    ContactScope.GROUP: _l("Grupper"),
    ContactScope.BUILDING: _l("Hus"),
}


def whom_said(contact: ContactPerson) -> str:
    """Return for whom a contact is published: "Norrby"."""
    places = (contact.group, contact.landlord, contact.area)
    named = next((each.name for each in places if each), str(EVERYWHERE))
    return contact.building.address if contact.building else named


def whom_to_ask(contact: ContactPerson | None) -> str:
    """Return "Frågor: Kommunpolis, 033-12 34 56." in the current language, or nothing."""
    if contact is None or contact.phone is None:
        return ""
    number = language.readable_phone(contact.phone).replace(" ", "\u00a0")  # on one line
    phone = language.left_to_right(number)
    return str(_l("Frågor: %(role)s, %(phone)s.", role=ROLES[contact.role], phone=phone))


def backing_words(backing: Backing) -> str:
    """Return who stands behind a group and whom to ask, for a sheet that anybody may see."""
    return f"{backed_by([backing.landlord])} {whom_to_ask(backing.contact)}".strip()


def group_backing_words(group: Group) -> str:
    """Return the same for the group's own people, who also see contact persons of group and building."""
    landlords = [each.property.landlord.name for each in group.buildings]
    to_ask = (each for each in contacts_for(group) if each.role in TO_ASK and each.phone)
    return f"{backed_by(landlords)} {whom_to_ask(next(to_ask, None))}".strip()
