"""What partners see: own properties, their groups' numbers, their findings, their own entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from watch.contacts.queries import in_order
from watch.extensions import db
from watch.findings.queries import IS_SHOWN
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


def given_with(page: Partner) -> list[Partner]:
    """Return the current pages that were given by the same press, by area and landlord."""
    return [each for each in pages_of(page.person) if each.assigned_at == page.assigned_at]


def _buildings_of(pages: Collection[Partner]) -> Select[int]:
    """Return a select of the ids of the buildings that are these pages' own properties."""
    own = select(Building.id).join(Property, Property.id == Building.property_id)
    return own.where(_are_of(pages))


def _are_of(pages: Collection[Partner]) -> ColumnElement[bool]:
    """Return the condition that properties are these pages' own."""
    landlords = [each for each in pages if each.landlord_id is not None]
    whole = Property.area_id.in_({each.area_id for each in pages if each.landlord_id is None})
    each_landlord = (
        and_(Property.area_id == each.area_id, Property.landlord_id == each.landlord_id) for each in landlords
    )
    return or_(whole, *each_landlord)


def buildings_with_group(page: Partner) -> Sequence[int]:
    """Return the ids of the own buildings that have a group, by street and number; closed ones are none."""
    own = select(Building.id).join(Group, Group.id == Building.group_id)
    own = own.where(Building.id.in_(_buildings_of([page])), Group.state != GroupState.CLOSED)
    return db.session.scalars(own.order_by(Building.sort_key, Building.id)).all()


def number_of_buildings(page: Partner) -> int:
    """Return how many buildings are a page's own properties."""
    return db.session.scalar(select(func.count()).select_from(_buildings_of([page]).subquery())) or 0


def meetings_of(page: Partner, now: datetime) -> Sum:
    """Return the sum of the year's meetings of the groups in the own buildings; for an area, of all of it."""
    held = [each for each in held_meetings(page.area, now) if each.starts_at >= now - YEAR]
    if page.landlord_id is not None:
        own = set(db.session.scalars(_groups_of([page])))
        held = [each for each in held if own & each.groups.keys()]
    return sum_of(held)


def _groups_of(pages: Collection[Partner]) -> Select[int | None]:
    return select(Building.group_id).where(
        Building.id.in_(_buildings_of(pages)), Building.group_id.is_not(None)
    )


def shared_groups(buildings: Collection[int]) -> dict[int, str]:
    """Return the name of the group of each building (id) whose group has several: its numbers are theirs."""
    several = select(Building.group_id).group_by(Building.group_id).having(func.count() > 1)
    named = select(Building.id, Group.name).join(Group, Group.id == Building.group_id)
    rows = db.session.execute(named.where(Building.id.in_(buildings), Group.id.in_(several)))
    return dict(rows.all())


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
    """Return the condition that a finding is left to these partners: by its owner, and by where it is."""
    living = or_(Finding.group_id.is_(None), Finding.group.has(Group.state != GroupState.CLOSED))
    areas = {each.area_id for each in pages if each.landlord_id is None}
    in_areas = or_(Finding.area_id.in_(areas), Finding.group.has(Group.area_id.in_(areas)))
    landlords = [each for each in pages if each.landlord_id is not None]
    left_to_them = or_(
        and_(Finding.owner == FindingOwner.MUNICIPALITY, in_areas),
        and_(Finding.owner == FindingOwner.LANDLORD, _is_at(landlords)),
    )
    return and_(left_to_them, IS_SHOWN, living)


def _is_at(pages: Collection[Partner]) -> ColumnElement[bool]:
    """Return the condition that a finding is at a landlord's buildings. A whole place has only theirs.

    A whole group is the buildings that it had when the finding was written, not those that came later.
    """
    own = _buildings_of(pages)
    was_there = or_(Building.grouped_at.is_(None), Building.grouped_at <= Finding.created_at)
    then = select(Building.id).where(Building.group_id == Finding.group_id, was_there)
    areas_with_others = select(Property.area_id).where(not_(_are_of(pages)))
    whole_place = or_(
        and_(then.where(Building.id.in_(own)).exists(), ~then.where(Building.id.not_in(own)).exists()),
        and_(
            Finding.area_id.in_({each.area_id for each in pages}), Finding.area_id.not_in(areas_with_others)
        ),
    )
    return or_(
        Finding.stairwell_id.in_(select(Stairwell.id).where(Stairwell.building_id.in_(own))),
        Finding.building_id.in_(own),
        and_(Finding.stairwell_id.is_(None), Finding.building_id.is_(None), whole_place),
    )


def entries_of(person: Person) -> list[ContactPerson]:
    """Return the person's own entries among the contact persons: the cards with the person's address.

    Those of colleagues, successors and other organisations are theirs or the officers' to correct.
    """
    mailbox = person.mailbox
    return [each for each in _entries() if mailbox and _key(each.email) == _key(mailbox.address)]


def addresses_of_entries() -> frozenset[str]:
    """Return the addresses, in lower case, of those among the contact persons who may have a page."""
    return frozenset(_key(each.email) for each in _entries())


def _entries() -> list[ContactPerson]:
    with_address = ContactPerson.role.in_(ROLES), ContactPerson.email.is_not(None)
    return in_order(db.session.scalars(select(ContactPerson).where(*with_address, ContactPerson.is_current)))


def _key(address: str | None) -> str:
    return (address or "").casefold()


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


def left_to_give(card: Collection[ContactPerson], areas: Collection[int]) -> list[Properties]:
    """Return the own properties in these areas of which a card's reader has no page."""
    (address,) = {_key(each.email) for each in card}
    theirs = [each for each in given_in(areas) if each.ended_at is None and address_of(each) == address]
    has = {(each.area_id, each.landlord_id) for each in theirs}
    wanted = properties_for(card, areas)
    return [each for each in wanted if (each.area.id, each.landlord.id if each.landlord else None) not in has]


def address_of(page: Partner) -> str:
    """Return the address of whoever has a page, in lower case; empty if they have none."""
    return _key(page.person.mailbox.address if page.person.mailbox else None)


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
    return frozenset(_key(each.address) for each in db.session.scalars(boxes))
