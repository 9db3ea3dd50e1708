"""Queries for contact persons: of a group, public, and those that an officer may edit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import (
    GROUPS_IN_ORDER,
    Area,
    Building,
    ContactPerson,
    ContactRole,
    ContactScope,
    Group,
    GroupState,
    Landlord,
    Property,
)
from watch.statements import prepared

NEAREST_FIRST = tuple(ContactScope)
# Within the same scope: first what most people look for when something is broken or loud.
USUAL_FIRST = (
    ContactRole.GROUP,
    ContactRole.DISTURBANCE,
    ContactRole.FAULT_REPORT,
    ContactRole.LANDLORD,
    ContactRole.POLICE,
    ContactRole.MUNICIPALITY,
)


def contacts_for(group: Group) -> list[ContactPerson]:
    """Return contact persons of the group, its buildings, landlords and area, and of all, in this order."""
    return in_order(_contacts_for(group.id, group.area_id).scalars())


@prepared
def _contacts_for(group_id: int, area_id: int) -> Select[ContactPerson]:
    buildings = select(Building.id).where(Building.group_id == group_id)
    landlords = select(Property.landlord_id).join(Building).where(Building.group_id == group_id)
    theirs = or_(
        ContactPerson.group_id == group_id,
        ContactPerson.building_id.in_(buildings),
        ContactPerson.landlord_id.in_(landlords),
        ContactPerson.area_id == area_id,
        ContactPerson.reach == ContactScope.EVERYWHERE,
    )
    return select(ContactPerson).where(theirs)


TO_ASK = (ContactRole.GROUP, ContactRole.POLICE, ContactRole.MUNICIPALITY, ContactRole.LANDLORD)


@dataclass(frozen=True)
class Backing:
    """Who stands behind a group in a building: the landlord, and whom to ask by phone, if anybody."""

    landlord: str
    contact: ContactPerson | None


def backing_of(buildings: Collection[Building]) -> dict[int, Backing]:
    """Return what a sheet that anybody may see says, by building; two statements.

    The contact person is the nearest one with a phone; those of a group or a building are for residents only.
    """
    properties = {each.property_id: each.property for each in buildings}
    with_phone = ContactPerson.phone.is_not(None), ContactPerson.role.in_(TO_ASK)
    reach = or_(
        ContactPerson.landlord_id.in_({each.landlord_id for each in properties.values()}),
        ContactPerson.area_id.in_({each.area_id for each in properties.values()}),
        ContactPerson.reach == ContactScope.EVERYWHERE,
    )
    contacts = in_order(db.session.scalars(select(ContactPerson).where(reach, *with_phone)))
    return {
        each.id: Backing(
            each.property.landlord.name,
            next((one for one in contacts if _is_for(one, each.property)), None),
        )
        for each in buildings
    }


def _is_for(contact: ContactPerson, of: Property) -> bool:
    return contact.landlord_id in (None, of.landlord_id) and contact.area_id in (None, of.area_id)


@dataclass
class AreaContacts:
    """The public contact persons of an area; with `area` None, those for all areas."""

    area: Area | None
    contacts: list[ContactPerson] = field(default_factory=list)


def public_contacts() -> list[AreaContacts]:
    """Return the contact persons that anybody may see, by area, and last those for all areas.

    Contact persons of a group or a building are left out: only its residents see them.
    """
    areas = {area.id: AreaContacts(area) for area in db.session.scalars(select(Area).order_by(Area.sort_key))}
    everywhere = AreaContacts(None)
    active_in: dict[int, set[int]] = {}
    for landlord_id, area_id in db.session.execute(select(Property.landlord_id, Property.area_id).distinct()):
        active_in.setdefault(landlord_id, set()).add(area_id)
    shown = ContactPerson.reach.in_([ContactScope.AREA, ContactScope.LANDLORD, ContactScope.EVERYWHERE])
    for contact in in_order(db.session.scalars(select(ContactPerson).where(shown))):
        if contact.reach is ContactScope.EVERYWHERE:
            everywhere.contacts.append(contact)
        at = {contact.area_id} if contact.area_id else active_in.get(contact.landlord_id or 0, set())
        for area_id in at:
            areas[area_id].contacts.append(contact)
    return [one for one in [*areas.values(), everywhere] if one.contacts]


def editable_contacts(areas: Collection[int]) -> Select[ContactPerson]:
    """Return a select of the contact persons that officers of these areas edit, with their places.

    These are the ones for everybody, for the areas, and for the landlords, buildings and groups in them.
    """
    properties = select(Property.id).where(Property.area_id.in_(areas))
    theirs = or_(
        ContactPerson.reach == ContactScope.EVERYWHERE,
        ContactPerson.area_id.in_(areas),
        ContactPerson.landlord_id.in_(select(Property.landlord_id).where(Property.area_id.in_(areas))),
        ContactPerson.building_id.in_(select(Building.id).where(Building.property_id.in_(properties))),
        ContactPerson.group_id.in_(select(Group.id).where(Group.area_id.in_(areas))),
    )
    named = (ContactPerson.area, ContactPerson.landlord, ContactPerson.building, ContactPerson.group)
    return select(ContactPerson).where(theirs).options(*(joinedload(each) for each in named))


def kept_by(areas: Collection[int]) -> list[ContactPerson]:
    """Return the contact persons that officers of these areas may edit, as a list ready to show."""
    return in_order(db.session.scalars(editable_contacts(areas)))


SHOWN = ("role", "organisation", "name", "phone", "email", "hours")


def cards_of(contacts: Iterable[ContactPerson]) -> list[list[ContactPerson]]:
    """Return the contacts in their order, those that differ only in whom they are for together.

    An officer of three areas is published three times, but kept as one.
    """
    cards: dict[tuple[object, ...], list[ContactPerson]] = {}
    for contact in contacts:
        cards.setdefault(tuple(getattr(contact, name) for name in SHOWN), []).append(contact)
    return list(cards.values())


@dataclass(frozen=True)
class Targets:
    """The places an officer may publish a contact person for."""

    areas: Sequence[Area]
    landlords: Sequence[Landlord]
    buildings: Sequence[Building]
    groups: Sequence[Group]


def targets_in(areas: Collection[int]) -> Targets:
    """Return the areas and the landlords, buildings and groups inside them. Closed groups are left out."""
    properties = select(Property.id).where(Property.area_id.in_(areas))
    landlords = select(Property.landlord_id).where(Property.area_id.in_(areas))
    open_groups = Group.area_id.in_(areas) & (Group.state != GroupState.CLOSED)
    return Targets(
        db.session.scalars(select(Area).where(Area.id.in_(areas)).order_by(Area.sort_key)).all(),
        db.session.scalars(select(Landlord).where(Landlord.id.in_(landlords)).order_by(Landlord.name)).all(),
        db.session.scalars(
            select(Building).where(Building.property_id.in_(properties)).order_by(Building.sort_key)
        ).all(),
        db.session.scalars(select(Group).where(open_groups).order_by(GROUPS_IN_ORDER)).all(),
    )


def is_stale(contact: ContactPerson, today: date) -> bool:
    """Return True if the contact has not been checked for 12 months."""
    return contact.checked_on < year_before(today)


def year_before(today: date) -> date:
    """Return the same day a year earlier; for 29 February, the 28th."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)


def in_order(contacts: Iterable[ContactPerson]) -> list[ContactPerson]:
    """Return contact persons the nearest first, and of the same scope those that most people look for."""

    def place(contact: ContactPerson) -> tuple[int, int, str, int]:
        nearness = NEAREST_FIRST.index(contact.reach)
        return nearness, USUAL_FIRST.index(contact.role), contact.organisation.casefold(), contact.id

    return sorted(contacts, key=place)
