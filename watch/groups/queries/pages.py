"""What the pages of a group show, each part in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, outerjoin

from watch.extensions import db
from watch.models import (
    Area,
    Building,
    Coordinator,
    Flat,
    Group,
    Meeting,
    MeetingAnswer,
    Membership,
    Person,
    Property,
    Stairwell,
    coordinator_stairwell,
)


@dataclass(frozen=True)
class Facts:
    """Where a group is and how large: its area, its property's designation, its flats."""

    area: Area
    property: str | None
    flats: int


@dataclass(frozen=True)
class Coming:
    """A meeting that has not ended, and what the person answered."""

    meeting: Meeting
    answer: MeetingAnswer | None


def facts_of(group: Group) -> Facts:
    """Area, property and number of flats of a group."""
    return Facts(*db.session.execute(_facts(group)).one())


def _facts(group: Group) -> Select[Area, str | None, int]:
    flats = (
        select(func.count(Flat.id))
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group.id)
    )
    designation = (
        select(func.min(Property.designation))
        .join(Building, Building.property_id == Property.id)
        .where(Building.group_id == group.id)
    )
    return select(Area, designation.scalar_subquery(), flats.scalar_subquery()).where(
        Area.id == group.area_id
    )


def facts_and_next_meeting(
    group: Group, person: Person, now: datetime, *, all_stairwells: bool
) -> tuple[Facts, Coming | None]:
    """What the group's page begins with, in one statement; see `coming_meetings` for whose meetings."""
    shown = _is_coming(person, [group.id], now, [group.id] if all_stairwells else [])
    area, designation, flats, meeting, answer = db.session.execute(
        _facts(group)
        .add_columns(Meeting, MeetingAnswer)
        .select_from(outerjoin(outerjoin(Area, Meeting, shown), MeetingAnswer, _answer_of(person)))
        .options(joinedload(Meeting.stairwell))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(1)
    ).one()
    return Facts(area, designation, flats), Coming(meeting, answer) if meeting else None


def coming_meetings(
    person: Person, group_ids: Collection[int], now: datetime, *, all_stairwells: Collection[int] = ()
) -> list[Coming]:
    """Meetings that have not ended, the next one first; one statement.

    A stairwell's gathering is shown to those who live there, and in the groups of `all_stairwells`.
    """
    wanted = (
        select(Meeting, MeetingAnswer)
        .outerjoin(MeetingAnswer, _answer_of(person))
        .where(_is_coming(person, group_ids, now, all_stairwells))
        .options(joinedload(Meeting.stairwell))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(20)
    )
    return [Coming(meeting, answer) for meeting, answer in db.session.execute(wanted)]


def _answer_of(person: Person) -> ColumnElement[bool]:
    return and_(MeetingAnswer.meeting_id == Meeting.id, MeetingAnswer.person_id == person.id)


def _is_coming(
    person: Person, group_ids: Collection[int], now: datetime, all_stairwells: Collection[int]
) -> ColumnElement[bool]:
    lives_there = select(Membership.stairwell_id).where(
        Membership.person_id == person.id,
        Membership.is_current,
        Membership.group_id.in_(group_ids),
        Membership.stairwell_id.is_not(None),
    )
    return and_(
        Meeting.group_id.in_(group_ids),
        Meeting.ends_at > now,
        Meeting.cancelled_at.is_(None),
        or_(
            Meeting.stairwell_id.is_(None),
            Meeting.stairwell_id.in_(lives_there),
            Meeting.group_id.in_(all_stairwells),
        ),
    )


@dataclass
class CoordinatorLine:
    """A coordinator as neighbours meet them; without stairwells for the whole house."""

    person: Person
    is_lead: bool
    stairwells: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PeopleOfGroup:
    """Whom a reader of the group's page may meet."""

    coordinators: list[CoordinatorLine]
    neighbours: list[Person]


def people_of(group: Group, *, neighbours: bool) -> PeopleOfGroup:
    """The coordinators, and the neighbours who chose to be seen (none unless asked for); one statement."""
    rows = db.session.execute(
        select(Person, Coordinator.id, Coordinator.is_lead, Stairwell.number)
        .select_from(Person)
        .outerjoin(Membership, _is_member(group))
        .outerjoin(Coordinator, _coordinates(group))
        .outerjoin(coordinator_stairwell, coordinator_stairwell.c.coordinator_id == Coordinator.id)
        .outerjoin(Stairwell, Stairwell.id == coordinator_stairwell.c.stairwell_id)
        .outerjoin(Person.mailbox)
        .options(contains_eager(Person.mailbox))
        .where(Person.id.in_(_ids_in(group)), or_(Coordinator.id.is_not(None), _seen(neighbours)))
        .order_by(Coordinator.is_lead.desc(), Coordinator.id, Stairwell.sort_key)
    )
    lines: dict[int, CoordinatorLine] = {}
    seen_people: dict[int, Person] = {}
    for person, coordinator, is_lead, stairwell in rows:
        if coordinator is None:
            seen_people[person.id] = person
            continue
        line = lines.setdefault(coordinator, CoordinatorLine(person, is_lead))
        if stairwell is not None:
            line.stairwells.append(stairwell)
    return PeopleOfGroup(list(lines.values()), list(seen_people.values()))


def _ids_in(group: Group) -> CompoundSelect[int]:
    """Ids of members and coordinators, so that nobody else's row is looked at."""
    members = select(Membership.person_id).where(Membership.group_id == group.id, Membership.is_current)
    return members.union(select(Coordinator.person_id).where(Coordinator.group_id == group.id))


def _seen(neighbours: bool) -> ColumnElement[bool]:
    """A member who chose to be seen, where the reader may see neighbours at all."""
    if not neighbours:
        return false()
    return and_(Membership.id.is_not(None), or_(Person.shows_name, Person.shows_email, Person.shows_phone))


def _is_member(group: Group) -> ColumnElement[bool]:
    return and_(Membership.person_id == Person.id, Membership.group_id == group.id, Membership.is_current)


def _coordinates(group: Group) -> ColumnElement[bool]:
    return and_(Coordinator.person_id == Person.id, Coordinator.group_id == group.id, Coordinator.is_current)


def groups_of(person: Person) -> Sequence[Group]:
    """The groups that a person takes part in or coordinates, by name, with their areas."""
    member = select(Membership.group_id).where(Membership.person_id == person.id, Membership.is_current)
    coordinates = select(Coordinator.group_id).where(
        Coordinator.person_id == person.id, Coordinator.is_current
    )
    wanted = (
        select(Group)
        .where(or_(Group.id.in_(member), Group.id.in_(coordinates)))
        .options(joinedload(Group.area))
        .order_by(Group.name)
    )
    return db.session.scalars(wanted).all()


def flats_in(building: Building) -> int:
    """How many flats a building has."""
    flats = select(func.count(Flat.id)).join(Stairwell, Stairwell.id == Flat.stairwell_id)
    return db.session.scalar(flats.where(Stairwell.building_id == building.id)) or 0
