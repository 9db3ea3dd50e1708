"""Queries for contact persons: of a group, public, and those that an officer or a coordinator may edit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from watch.extensions import db
from watch.marks import mark
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
    Officer,
    Person,
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
    """Return contact persons of the group, its buildings, landlords and area, and of all, in this order.

    One that is for several of these is there once, as the nearest.
    """
    return once_each(in_order(_contacts_for(group.id, group.area_id).scalars()))


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
    return select(ContactPerson).where(theirs, ContactPerson.is_current)


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
    contacts = in_order(
        db.session.scalars(select(ContactPerson).where(reach, ContactPerson.is_current, *with_phone))
    )
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
    kept = select(ContactPerson).where(shown, ContactPerson.is_current)
    for contact in in_order(db.session.scalars(kept)):
        if contact.reach is ContactScope.EVERYWHERE:
            everywhere.contacts.append(contact)
        at = {contact.area_id} if contact.area_id else active_in.get(contact.landlord_id or 0, set())
        for area_id in at:
            areas[area_id].contacts.append(contact)
    for one in (*areas.values(), everywhere):
        one.contacts = once_each(one.contacts)
    return [one for one in [*areas.values(), everywhere] if one.contacts]


def editable_contacts(areas: Collection[int], *, removed: bool = False) -> Select[ContactPerson]:
    """Return a select of the contact persons that officers of these areas edit, with their places.

    These are the ones for everybody, for the areas, and for the landlords, buildings and groups in them; with
    `removed`, those that were taken away.
    """
    properties = select(Property.id).where(Property.area_id.in_(areas))
    theirs = or_(
        ContactPerson.reach == ContactScope.EVERYWHERE,
        ContactPerson.area_id.in_(areas),
        ContactPerson.landlord_id.in_(select(Property.landlord_id).where(Property.area_id.in_(areas))),
        ContactPerson.building_id.in_(select(Building.id).where(Building.property_id.in_(properties))),
        ContactPerson.group_id.in_(select(Group.id).where(Group.area_id.in_(areas))),
    )
    return select(ContactPerson).where(theirs, _is_removed(removed)).options(*_places())


def _is_removed(removed: bool) -> ColumnElement[bool]:
    return ContactPerson.removed_at.is_not(None) if removed else ContactPerson.removed_at.is_(None)


def _places() -> Iterable[ExecutableOption]:
    named = (ContactPerson.area, ContactPerson.landlord, ContactPerson.building, ContactPerson.group)
    return (joinedload(each) for each in named)


def kept_by(areas: Collection[int], *, removed: bool = False) -> list[ContactPerson]:
    """Return the contact persons that officers of these areas may edit, as a list ready to show."""
    return in_order(db.session.scalars(editable_contacts(areas, removed=removed)))


# What a group's coordinators publish. The police, the municipality and the landlord speak for themselves.
GROUPS_OWN = (ContactRole.GROUP, ContactRole.FAULT_REPORT, ContactRole.DISTURBANCE)


def kept_by_group(group: Group, *, removed: bool = False) -> list[ContactPerson]:
    """Return the contact persons of the group itself that its coordinators may edit."""
    own = ContactPerson.group_id == group.id, ContactPerson.role.in_(GROUPS_OWN), _is_removed(removed)
    return in_order(db.session.scalars(select(ContactPerson).where(*own).options(*_places())))


SHOWN = ("role", "organisation", "name", "phone", "email", "hours")
Card = list[ContactPerson]  # rows that differ only in whom they are for: the same person, shown once


def cards_of(contacts: Iterable[ContactPerson]) -> list[Card]:
    """Return the contacts in their order, those that differ only in whom they are for together.

    An officer of three areas is published three times, but kept as one. Of what was removed, those that were
    removed at once are together.
    """
    cards: dict[tuple[object, ...], Card] = {}
    for contact in contacts:
        cards.setdefault((contact.removed_at, *facts_of(contact)), []).append(contact)
    return list(cards.values())


def facts_of(contact: ContactPerson) -> tuple[object, ...]:
    """Return what a card shows of a contact person."""
    return tuple(getattr(contact, name) for name in SHOWN)


def once_each(contacts: Iterable[ContactPerson]) -> list[ContactPerson]:
    """Return the first contact of each card."""
    return [card[0] for card in cards_of(contacts)]


def urgency_of(card: Card) -> int:
    """Return 0 for a card whose person says that they are it no more, 1 for one they changed, else 2."""
    if any(each.resigned_at for each in card):
        return 0
    return 1 if any(each.corrected_at for each in card) else 2


def mark_of(contacts: Iterable[ContactPerson]) -> str:
    """Return a mark of what contacts show and whom they are for: another one once anything is changed."""
    told = sorted(
        (each.id, each.removed_at is None, each.whom, *map(str, facts_of(each))) for each in contacts
    )
    return mark(*told)


def elsewhere(card: Card) -> Card:
    """Return the rows of the same card that are not among these: an officer of another area keeps them."""
    like = ContactPerson.organisation == card[0].organisation, ContactPerson.role == card[0].role
    rows = select(ContactPerson).where(*like, ContactPerson.is_current).options(*_places())
    same = (each for each in db.session.scalars(rows) if facts_of(each) == facts_of(card[0]))
    return in_order(each for each in same if each not in card)


def keepers_of(contacts: Collection[ContactPerson]) -> Sequence[str]:
    """Return the names of the officers who may edit all of these contacts together, in the order of ids."""
    people = select(Person).where(Person.id.in_(_keepers_of(contacts)))
    return [each.name for each in db.session.scalars(people.order_by(Person.id))]


def keepers_to_tell(contacts: Collection[ContactPerson]) -> Select[int]:
    """Return a select of the ids of the officers who follow these contacts; of one for all areas, of all."""
    if any(each.reach is ContactScope.EVERYWHERE for each in contacts):
        return select(Officer.person_id).where(Officer.is_current)
    return _keepers_of(contacts)


def _keepers_of(contacts: Collection[ContactPerson]) -> Select[int]:
    areas = set[int]()
    for contact in contacts:
        place = contact.area_id or (contact.group and contact.group.area_id)
        areas.add(place or (contact.building.property.area_id if contact.building else 0))
    of_landlords = select(Property.area_id).where(
        Property.landlord_id.in_([each.landlord_id for each in contacts if each.landlord_id])
    )
    here = or_(Officer.area_id.in_(areas), Officer.area_id.in_(of_landlords))
    return select(Officer.person_id).where(here, Officer.is_current)


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


def stale(today: date) -> ColumnElement[bool]:
    """Return the same as a condition on ContactPerson."""
    return ContactPerson.checked_on < year_before(today)


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
