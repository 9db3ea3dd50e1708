"""A group's own contact persons beside those of the police, the municipality and the landlord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from watch.contacts.queries import GROUPS_OWN, Card, contacts_for
from watch.extensions import db
from watch.models import ContactPerson, ContactRole, ContactScope, Group, Officer, Person
from watch.titles import claims_office, is_taken_for, names_police

MOST_OWN = 2  # of the group's own contacts on its page
USUALLY = 4  # contacts on a group's page, unless more are needed
NEEDED = (ContactRole.DISTURBANCE, ContactRole.FAULT_REPORT, ContactRole.POLICE)


def first_to_call(contacts: Sequence[ContactPerson]) -> list[ContactPerson]:
    """Return the few contacts that a group's page shows, in the order of `contacts_for`.

    The group's own never push out the police, the disturbance line and the fault report of the area.
    """
    own = [each for each in contacts if _is_own(each)]
    others = [each for each in contacts if each not in own]
    needed = (next((each for each in others if each.role is role), None) for role in NEEDED)
    chosen = [*own[:MOST_OWN], *filter(None, needed)]
    more = [each for each in others if each not in chosen]
    chosen += more[: max(0, USUALLY - len(chosen))]
    return [each for each in contacts if each in chosen]


def _is_own(contact: ContactPerson) -> bool:
    return contact.reach is ContactScope.GROUP and contact.role in GROUPS_OWN


def is_anothers_organisation(group: Group, organisation: str) -> bool:
    """Return True if the group's own contact would be taken for police, municipality or landlord."""
    known = (each.organisation for each in _trusted(group))
    return claims_office(organisation) or any(is_taken_for(organisation, each) for each in known)


def is_anothers_name(group: Group, name: str) -> bool:
    """Return True if the group's own contact would be taken for an officer or another's contact."""
    here = Officer.area_id == group.area_id, Officer.is_current
    officers = select(Person.name).join(Officer, Officer.person_id == Person.id).where(*here)
    known = (*db.session.scalars(officers), *(each.name for each in _trusted(group) if each.name))
    return claims_office(name, of_person=True) or any(is_taken_for(name, each) for each in known)


def is_anothers_title(card: Card, name: str) -> bool:
    """Return True if a contact that corrects its card would be taken for somebody else by this name.

    The police's own may be called what they are.
    """
    contact = card[0]
    if contact.role is ContactRole.POLICE:
        return False
    if contact.group and _is_own(contact):
        return is_anothers_name(contact.group, name)
    return claims_office(name, of_person=True)


def leads_to_police(hours: str) -> bool:
    """Return True if a line of hours says to call the police or an emergency number."""
    return names_police(hours)


def _trusted(group: Group) -> Iterator[ContactPerson]:
    """Yield the contacts of those who speak for themselves: police, municipality, landlord."""
    return (each for each in contacts_for(group) if each.role not in GROUPS_OWN)
