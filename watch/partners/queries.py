"""What partners see: own properties, their groups' numbers, their findings, their organisation's entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from watch.contacts.queries import in_order
from watch.extensions import db
from watch.meetings.queries.attendance import Sum, held_meetings, sum_of
from watch.models import (
    CLOSED,
    Area,
    Building,
    ContactPerson,
    ContactRole,
    ContactScope,
    Finding,
    FindingOwner,
    Group,
    GroupState,
    Landlord,
    Mailbox,
    Partner,
    Person,
    Property,
    Stairwell,
)
from watch.registers.queries.places import SignState, signs_at, state_of

YEAR = timedelta(days=365)  # of which meetings the sum is
ROLES = (ContactRole.LANDLORD, ContactRole.MUNICIPALITY)  # whose contact persons may have a page


@dataclass(frozen=True)
class Properties:
    """Own properties: a landlord's buildings in an area, or all of the area's for the municipality."""

    area: Area
    landlord: Landlord | None


def pages_of(person: Person) -> list[Partner]:
    """Return a person's current pages, by area and landlord."""
    wanted = (
        select(Partner)
        .join(Partner.area)
        .outerjoin(Partner.landlord)
        .where(Partner.person_id == person.id, Partner.is_current)
        .options(contains_eager(Partner.area), contains_eager(Partner.landlord))
        .order_by(Area.sort_key, Landlord.name, Partner.id)
    )
    return list(db.session.scalars(wanted))


def has_page(person_id: int) -> bool:
    """Return True if a person is a partner anywhere."""
    current = select(Partner.id).where(Partner.person_id == person_id, Partner.is_current)
    return db.session.scalar(current.limit(1)) is not None


def _buildings_of(page: Partner) -> Select[int]:
    """Return a select of the ids of the buildings that are a page's own properties."""
    own = select(Building.id).join(Property, Property.id == Building.property_id)
    own = own.where(Property.area_id == page.area_id)
    return own if page.landlord_id is None else own.where(Property.landlord_id == page.landlord_id)


def buildings_with_group(page: Partner) -> Sequence[int]:
    """Return the ids of the own buildings that have a group, by street and number."""
    own = select(Building.id).where(Building.id.in_(_buildings_of(page)), Building.group_id.is_not(None))
    return db.session.scalars(own.order_by(Building.sort_key, Building.id)).all()


def number_of_buildings(page: Partner) -> int:
    """Return how many buildings are a page's own properties."""
    return db.session.scalar(select(func.count()).select_from(_buildings_of(page).subquery())) or 0


def meetings_of(page: Partner, now: datetime) -> Sum:
    """Return the sum of the year's meetings of the groups in the own buildings; for an area, of all of it."""
    held = [each for each in held_meetings(page.area, now) if each.starts_at >= now - YEAR]
    if page.landlord_id is not None:
        own = set(db.session.scalars(_groups_of(page)))
        held = [each for each in held if own & each.groups.keys()]
    return sum_of(held)


def _groups_of(page: Partner) -> Select[int | None]:
    return select(Building.group_id).where(
        Building.id.in_(_buildings_of(page)), Building.group_id.is_not(None)
    )


def signs_of(buildings: Collection[int], today: date) -> dict[int, Counter[SignState]]:
    """Return how many signs of each state the buildings (ids) have."""
    found: dict[int, Counter[SignState]] = defaultdict(Counter)
    for sign in signs_at(buildings):
        found[sign.building_id][state_of(sign, today)] += 1
    return found


def finding_ids(pages: Collection[Partner]) -> Sequence[int]:
    """Return the ids of the findings that these partners see to: first the open ones, by their day."""
    is_closed = Finding.status.in_(CLOSED)
    day_of_open = case((is_closed, None), else_=Finding.due_on)
    wanted = select(Finding.id).where(_theirs(pages))
    in_order_of_need = is_closed, day_of_open.nulls_last(), Finding.changed_at.desc(), Finding.id.desc()
    return db.session.scalars(wanted.order_by(*in_order_of_need)).all()


def open_findings(pages: Collection[Partner]) -> int:
    """Return how many of these partners' findings are not closed."""
    is_open = _theirs(pages), Finding.status.not_in(CLOSED)
    return db.session.scalar(select(func.count(Finding.id)).where(*is_open)) or 0


def finding_of(pages: Collection[Partner], finding_id: int) -> Finding | None:
    """Return the finding of that id if it is one of these partners' to see to."""
    return db.session.scalar(select(Finding).where(Finding.id == finding_id, _theirs(pages)))


def _theirs(pages: Collection[Partner]) -> ColumnElement[bool]:
    living = or_(Finding.group_id.is_(None), Finding.group.has(Group.state != GroupState.CLOSED))
    return and_(or_(false(), *map(_is_of, pages)), Finding.removed_at.is_(None), living)


def _is_of(page: Partner) -> ColumnElement[bool]:
    """Return the condition that a finding is left to a partner: by its owner, and by where it is."""
    if page.landlord_id is None:
        in_area = or_(Finding.area_id == page.area_id, Finding.group.has(Group.area_id == page.area_id))
        return and_(Finding.owner == FindingOwner.MUNICIPALITY, in_area)
    own = _buildings_of(page)
    others = select(Property.id).where(
        Property.area_id == page.area_id, Property.landlord_id != page.landlord_id
    )
    whole_place = or_(
        Finding.group_id.in_(_groups_of(page)), and_(Finding.area_id == page.area_id, ~others.exists())
    )
    here = or_(
        Finding.stairwell_id.in_(select(Stairwell.id).where(Stairwell.building_id.in_(own))),
        Finding.building_id.in_(own),
        and_(Finding.stairwell_id.is_(None), Finding.building_id.is_(None), whole_place),
    )
    return and_(Finding.owner == FindingOwner.LANDLORD, here)


def entries_of(pages: Collection[Partner]) -> list[ContactPerson]:
    """Return their organisation's own entries among the contact persons: the landlord's, or the area's."""
    landlords = {each.landlord_id for each in pages} - {None}
    areas = {each.area_id for each in pages if each.landlord_id is None}
    theirs = or_(
        and_(ContactPerson.role == ContactRole.LANDLORD, ContactPerson.landlord_id.in_(landlords)),
        and_(ContactPerson.role == ContactRole.MUNICIPALITY, ContactPerson.area_id.in_(areas)),
    )
    return in_order(db.session.scalars(select(ContactPerson).where(theirs, ContactPerson.is_current)))


def properties_for(card: Collection[ContactPerson], areas: Collection[int]) -> list[Properties]:
    """Return the own properties, in these areas, of whom a card of contact persons is about; maybe none.

    A landlord's are found by the landlord, or by a building of theirs, or by an area whose only landlord it
    is.
    """
    found: set[tuple[int, int | None]] = set()
    for contact in card:
        if contact.email and contact.role in ROLES:
            found |= _of_municipality(contact, areas) if _is_municipality(contact) else _of_landlord(contact)
    wanted = select(Area).where(Area.id.in_(areas)).order_by(Area.sort_key)
    landlords = {
        each.id: each
        for each in db.session.scalars(select(Landlord).where(Landlord.id.in_({each for _, each in found})))
    }
    return [
        Properties(area, landlords[landlord] if landlord else None)
        for area in db.session.scalars(wanted)
        for landlord in sorted((each for here, each in found if here == area.id), key=lambda each: each or 0)
    ]


def _is_municipality(contact: ContactPerson) -> bool:
    return contact.role is ContactRole.MUNICIPALITY


def _of_municipality(contact: ContactPerson, areas: Collection[int]) -> set[tuple[int, int | None]]:
    if contact.reach is ContactScope.EVERYWHERE:
        return {(each, None) for each in areas}
    return {(contact.area_id, None)} if contact.area_id else set()


def _of_landlord(contact: ContactPerson) -> set[tuple[int, int | None]]:
    owned = select(Property.area_id, Property.landlord_id).distinct()
    if contact.landlord_id:
        owned = owned.where(Property.landlord_id == contact.landlord_id)
    elif contact.building_id:
        owned = owned.join(Building).where(Building.id == contact.building_id)
    elif contact.area_id:
        owned = owned.where(Property.area_id == contact.area_id)
    else:
        return set()
    found: set[tuple[int, int | None]] = {(area, landlord) for area, landlord in db.session.execute(owned)}
    return set() if contact.area_id and len(found) > 1 else found


def given_in(areas: Collection[int]) -> list[Partner]:
    """Return the pages given in these areas, also those ended today, by area and landlord."""
    wanted = (
        select(Partner)
        .join(Partner.area)
        .outerjoin(Partner.landlord)
        .where(Partner.area_id.in_(areas))
        .options(
            contains_eager(Partner.area), contains_eager(Partner.landlord),
            joinedload(Partner.person).joinedload(Person.mailbox),
        )
        .order_by(Area.sort_key, Landlord.name, Partner.id)
    )  # fmt: skip
    return list(db.session.scalars(wanted))


def addresses_with_page(areas: Collection[int]) -> frozenset[str]:
    """Return the addresses whose readers have a page in these areas, in lower case."""
    current = select(Partner.person_id).where(Partner.area_id.in_(areas), Partner.is_current)
    boxes = select(Mailbox).where(Mailbox.id.in_(select(Person.mailbox_id).where(Person.id.in_(current))))
    return frozenset(each.address.casefold() for each in db.session.scalars(boxes))
