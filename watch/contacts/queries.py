"""Contact persons: the nearest first, for a group, for everybody, and those an officer keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import (
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

NEAREST_FIRST = tuple(ContactScope)
# What most people look for when something is broken or loud, then who can be asked.
USUAL_FIRST = (
    ContactRole.GROUP,
    ContactRole.DISTURBANCE,
    ContactRole.FAULT_REPORT,
    ContactRole.LANDLORD,
    ContactRole.POLICE,
    ContactRole.MUNICIPALITY,
)


def contacts_for(group: Group) -> list[ContactPerson]:
    """Contact persons of a group: its own, its buildings', their landlords', its area's, everybody's."""
    buildings = select(Building.id).where(Building.group_id == group.id)
    landlords = select(Property.landlord_id).join(Building).where(Building.group_id == group.id)
    theirs = or_(
        ContactPerson.group_id == group.id,
        ContactPerson.building_id.in_(buildings),
        ContactPerson.landlord_id.in_(landlords),
        ContactPerson.area_id == group.area_id,
        ContactPerson.reach == ContactScope.EVERYWHERE,
    )
    return _in_order(db.session.scalars(_contacts(theirs)))


@dataclass
class AreaContacts:
    """The public contact persons of an area; without an area, those for all."""

    area: Area | None
    contacts: list[ContactPerson] = field(default_factory=list)


def public_contacts() -> list[AreaContacts]:
    """Contact persons anybody may see, by area: the area's and its landlords'; then those for all.

    A group's and a building's own are for those who live there.
    """
    areas = {area.id: AreaContacts(area) for area in db.session.scalars(select(Area).order_by(Area.sort_key))}
    everywhere = AreaContacts(None)
    active_in: dict[int, set[int]] = {}
    for landlord_id, area_id in db.session.execute(select(Property.landlord_id, Property.area_id).distinct()):
        active_in.setdefault(landlord_id, set()).add(area_id)
    shown = ContactPerson.reach.in_([ContactScope.AREA, ContactScope.LANDLORD, ContactScope.EVERYWHERE])
    for contact in _in_order(db.session.scalars(_contacts(shown))):
        if contact.reach is ContactScope.EVERYWHERE:
            everywhere.contacts.append(contact)
        at = {contact.area_id} if contact.area_id else active_in.get(contact.landlord_id or 0, set())
        for area_id in at:
            areas[area_id].contacts.append(contact)
    return [one for one in [*areas.values(), everywhere] if one.contacts]


def editable_contacts(areas: Collection[int]) -> Select[ContactPerson]:
    """Contact persons that officers of these areas keep.

    Everybody's, the areas', and those of landlords, buildings and groups in them; never another area's.
    """
    properties = select(Property.id).where(Property.area_id.in_(areas))
    theirs = or_(
        ContactPerson.reach == ContactScope.EVERYWHERE,
        ContactPerson.area_id.in_(areas),
        ContactPerson.landlord_id.in_(select(Property.landlord_id).where(Property.area_id.in_(areas))),
        ContactPerson.building_id.in_(select(Building.id).where(Building.property_id.in_(properties))),
        ContactPerson.group_id.in_(select(Group.id).where(Group.area_id.in_(areas))),
    )
    return _contacts(theirs)


def kept_by(areas: Collection[int]) -> list[ContactPerson]:
    """The same as a list, the nearest first."""
    return _in_order(db.session.scalars(editable_contacts(areas)))


@dataclass(frozen=True)
class Targets:
    """For whom an officer's contact person can be."""

    areas: Sequence[Area]
    landlords: Sequence[Landlord]
    buildings: Sequence[Building]
    groups: Sequence[Group]


def targets_in(areas: Collection[int]) -> Targets:
    """Areas, landlords, buildings and groups inside these areas."""
    properties = select(Property.id).where(Property.area_id.in_(areas))
    landlords = select(Property.landlord_id).where(Property.area_id.in_(areas))
    open_groups = Group.area_id.in_(areas) & (Group.state != GroupState.CLOSED)
    return Targets(
        db.session.scalars(select(Area).where(Area.id.in_(areas)).order_by(Area.sort_key)).all(),
        db.session.scalars(select(Landlord).where(Landlord.id.in_(landlords)).order_by(Landlord.name)).all(),
        db.session.scalars(
            select(Building).where(Building.property_id.in_(properties)).order_by(Building.sort_key)
        ).all(),
        db.session.scalars(select(Group).where(open_groups).order_by(Group.name)).all(),
    )


def is_stale(contact: ContactPerson, today: date) -> bool:
    """Not checked for 12 months."""
    return contact.checked_on < year_before(today)


def year_before(today: date) -> date:
    """The same day a year ago; 28 February for the 29th."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)


def _contacts(which: ColumnElement[bool]) -> Select[ContactPerson]:
    """With whom they are for, in one statement."""
    named = (ContactPerson.area, ContactPerson.landlord, ContactPerson.building, ContactPerson.group)
    return select(ContactPerson).where(which).options(*(joinedload(each) for each in named))


def _in_order(contacts: Iterable[ContactPerson]) -> list[ContactPerson]:
    def place(contact: ContactPerson) -> tuple[int, int, str, int]:
        nearness = NEAREST_FIRST.index(contact.reach)
        return nearness, USUAL_FIRST.index(contact.role), contact.organisation.casefold(), contact.id

    return sorted(contacts, key=place)
