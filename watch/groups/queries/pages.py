"""What the pages of a group show; each part takes one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import joinedload, outerjoin, selectinload

from watch.extensions import db
from watch.groups.queries.answered import alone_at_home, answer_of
from watch.models import (
    GROUPS_IN_ORDER,
    Building,
    Coordinator,
    Flat,
    Group,
    Mailbox,
    Meeting,
    MeetingAnswer,
    MeetingAudience,
    MeetingPart,
    Membership,
    Person,
    Property,
    Stairwell,
    coordinator_stairwell,
)
from watch.statements import prepared


@dataclass(frozen=True)
class Facts:
    """A group's property designation and number of flats."""

    property: str | None
    flats: int


@dataclass(frozen=True)
class Coming:
    """A meeting that has not ended, and the answer that counts for the person.

    Of a household's answer, `alone` is how many there have answered for themselves.
    """

    meeting: Meeting
    answer: MeetingAnswer | None
    alone: int


def facts_of(group: Group) -> Facts:
    """Return the property designation and number of flats of a group."""
    return Facts(*_facts(group.id).one())


@prepared
def _facts(group_id: int) -> Select[str | None, int]:
    return _select_facts(group_id)


def _select_facts(group_id: int) -> Select[str | None, int]:
    flats = (
        select(func.count(Flat.id))
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group_id, Flat.gone_at.is_(None))
    )
    designation = (
        select(func.min(Property.designation))
        .join(Building, Building.property_id == Property.id)
        .where(Building.group_id == group_id)
    )
    return select(designation.scalar_subquery(), flats.scalar_subquery())


def facts_and_next_meeting(
    group: Group, person: Person, now: datetime, *, all_stairwells: bool
) -> tuple[Facts, Coming | None]:
    """Return the head of the group's page, by one statement. `coming_meetings` says whose meetings."""
    everywhere = [group.id] if all_stairwells else []
    row = _facts_and_next(group.id, person.id, [group.id], now, everywhere).unique().one()
    designation, flats, meeting, answer, alone = row
    return Facts(designation, flats), Coming(meeting, answer, alone) if meeting else None


@prepared
def _facts_and_next(
    group_id: int, person_id: int, group_ids: Collection[int], now: datetime, all_stairwells: Collection[int]
) -> Select[str | None, int, Meeting | None, MeetingAnswer | None, int]:
    shown = _is_coming(person_id, group_ids, now, all_stairwells)
    return (
        _select_facts(group_id)
        .add_columns(Meeting, MeetingAnswer, alone_at_home())
        .select_from(
            outerjoin(outerjoin(Group, Meeting, shown), MeetingAnswer, answer_of(person_id, Meeting.id))
        )
        .where(Group.id == group_id)
        .options(joinedload(Meeting.parts))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(1)
    )


def coming_meetings(
    person: Person, group_ids: Collection[int], now: datetime, *, all_stairwells: Collection[int] = ()
) -> list[Coming]:
    """Return meetings that have not ended, the next one first; one statement.

    A stairwell's meeting is shown to those who live there, and in the groups of `all_stairwells`.
    """
    return [Coming(*row) for row in _coming(person.id, group_ids, now, all_stairwells)]


@prepared
def _coming(
    person_id: int, group_ids: Collection[int], now: datetime, all_stairwells: Collection[int]
) -> Select[Meeting, MeetingAnswer | None, int]:
    return (
        select(Meeting, MeetingAnswer, alone_at_home())
        .outerjoin(MeetingAnswer, answer_of(person_id, Meeting.id))
        .where(_is_coming(person_id, group_ids, now, all_stairwells))
        .options(selectinload(Meeting.parts))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(20)
    )


def _is_coming(
    person_id: int, group_ids: Collection[int], now: datetime, all_stairwells: Collection[int]
) -> ColumnElement[bool]:
    lives_there = select(Membership.stairwell_id).where(
        Membership.person_id == person_id,
        Membership.is_current,
        Membership.group_id.in_(group_ids),
        Membership.stairwell_id.is_not(None),
    )
    of_theirs = Meeting.has_part(
        MeetingPart.group_id.in_(group_ids),
        or_(
            MeetingPart.stairwell_id.is_(None),
            MeetingPart.stairwell_id.in_(lives_there),
            MeetingPart.group_id.in_(all_stairwells),
        ),
    )
    is_for = or_(of_theirs, _is_of_place(person_id, group_ids))
    return and_(is_for, Meeting.ends_at > now, Meeting.is_on)


def _is_of_place(person_id: int, group_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that an officer has called a group's building, its area or its coordinators."""
    buildings = select(Building.id).where(Building.group_id.in_(group_ids))
    areas = select(Group.area_id).where(Group.id.in_(group_ids))
    led = areas.join(Coordinator, Coordinator.group_id == Group.id)
    led = led.where(Coordinator.is_current, Coordinator.person_id == person_id)
    return or_(
        Meeting.building_id.in_(buildings),
        and_(Meeting.audience == MeetingAudience.EVERYBODY, Meeting.area_id.in_(areas)),
        and_(Meeting.audience == MeetingAudience.COORDINATORS, Meeting.area_id.in_(led)),
    )


@dataclass(frozen=True)
class Neighbour:
    """A member or coordinator, with the contact details that neighbours may see."""

    id: int
    name: str
    shows_name: bool
    email: str | None
    phone: str | None


@dataclass
class CoordinatorLine:
    """A coordinator as neighbours see them; without stairwells, of the whole group."""

    person: Neighbour
    is_lead: bool
    stairwells: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PeopleOfGroup:
    """The people whom a reader of the group's page may see."""

    coordinators: list[CoordinatorLine]
    neighbours: list[Neighbour]


def people_of(group: Group, *, neighbours: bool) -> PeopleOfGroup:
    """Return the coordinators and, if asked for, the neighbours who chose to be seen; one statement."""
    lines: dict[int, CoordinatorLine] = {}
    seen_people: dict[int, Neighbour] = {}
    for coordinator, is_lead, stairwell, *person in _people(group.id, neighbours=neighbours):
        if coordinator is None:
            seen_people[person[0]] = Neighbour(*person)
            continue
        line = lines.setdefault(coordinator, CoordinatorLine(Neighbour(*person), is_lead))
        if stairwell is not None:
            line.stairwells.append(stairwell)
    return PeopleOfGroup(list(lines.values()), list(seen_people.values()))


@prepared
def _people(group_id: int, *, neighbours: bool) -> Select[*tuple[Any, ...]]:
    """Return a select of coordinators and, with `neighbours`, of members who chose to be seen."""
    is_member = (Membership.group_id == group_id) & Membership.is_current
    coordinates = (Coordinator.group_id == group_id) & Coordinator.is_current
    shows_anything = or_(Person.shows_name, Person.shows_email, Person.shows_phone)
    is_seen = and_(Membership.id.is_not(None), shows_anything) if neighbours else false()
    # The ids limit the outer joins to people of this group.
    here = select(Membership.person_id).where(is_member)
    here_too = select(Coordinator.person_id).where(Coordinator.group_id == group_id)
    return (
        select(
            Coordinator.id, Coordinator.is_lead, Stairwell.number, Person.id, Person.name, Person.shows_name,
            case((Person.shows_email, Mailbox.address)), case((Person.shows_phone, Person.phone)),
        )
        .select_from(Person)
        .outerjoin(Membership, (Membership.person_id == Person.id) & is_member)
        .outerjoin(Coordinator, (Coordinator.person_id == Person.id) & coordinates)
        .outerjoin(coordinator_stairwell, coordinator_stairwell.c.coordinator_id == Coordinator.id)
        .outerjoin(Stairwell, Stairwell.id == coordinator_stairwell.c.stairwell_id)
        .outerjoin(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(Person.id.in_(here.union(here_too)), or_(Coordinator.id.is_not(None), is_seen))
        .order_by(Coordinator.is_lead.desc(), Coordinator.id, Stairwell.sort_key)
    )  # fmt: skip


def groups_of(person: Person) -> Sequence[Group]:
    """Return the groups that a person is a member or coordinator of, by name, with their areas."""
    return _groups(person.id).scalars().all()


@prepared
def _groups(person_id: int) -> Select[Group]:
    member = select(Membership.group_id).where(Membership.person_id == person_id, Membership.is_current)
    coordinates = select(Coordinator.group_id).where(
        Coordinator.person_id == person_id, Coordinator.is_current
    )
    return (
        select(Group)
        .where(or_(Group.id.in_(member), Group.id.in_(coordinates)))
        .options(joinedload(Group.area))
        .order_by(GROUPS_IN_ORDER)
    )


def flats_in(building: Building) -> int:
    """Return the number of flats of a building; gone ones do not count."""
    flats = select(func.count(Flat.id)).join(Stairwell, Stairwell.id == Flat.stairwell_id)
    here = Stairwell.building_id == building.id, Flat.gone_at.is_(None)
    return db.session.scalar(flats.where(*here)) or 0
