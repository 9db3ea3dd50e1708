"""Who is what to what: the relations from which every role comes, and where a thing stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import CompoundSelect, Integer, case, literal, null, select, union_all

from watch.extensions import db
from watch.models import (
    Area,
    Building,
    ContactPerson,
    Coordinator,
    Flat,
    Group,
    Household,
    Invitation,
    JoinRequest,
    Knock,
    LetterPack,
    Meeting,
    Membership,
    Model,
    Notice,
    Officer,
    Person,
    Stairwell,
    coordinator_stairwell,
)


class Role(StrEnum):
    """How a person stands to a thing."""

    MEMBER = "member"
    COORDINATOR = "coordinator"  # of this stairwell; of the group, for a thing of the whole group
    LEAD = "lead"
    OFFICER = "officer"


@dataclass(frozen=True)
class Position:
    """Where a thing stands: what decides who is who to it."""

    area_id: int | None = None
    group_id: int | None = None
    stairwell_id: int | None = None


def position_of(thing: Model) -> Position:
    """The area, group and stairwell that a thing belongs to."""
    match thing:
        case Area():
            return Position(area_id=thing.id)
        case Group():
            return Position(thing.area_id, thing.id)
        case Building():
            return Position(thing.property.area_id, thing.group_id)
        case Stairwell():
            return Position(thing.building.property.area_id, thing.building.group_id, thing.id)
        case Flat():
            return position_of(thing.stairwell)
        case Household() | Knock():
            return position_of(thing.flat)
        case Membership():
            return Position(thing.group.area_id, thing.group_id, thing.stairwell_id)
        case JoinRequest():
            return _of_request(thing)
        case Invitation():
            flat = thing.flat
            return Position(thing.group.area_id, thing.group_id, flat.stairwell_id if flat else None)
        case Meeting() | Coordinator():
            return position_of(thing.group)
        case Notice() | LetterPack():
            return position_of(thing.group) if thing.group else Position(area_id=thing.area_id)
        case ContactPerson():
            if thing.group:
                return position_of(thing.group)
            return position_of(thing.building) if thing.building else Position(area_id=thing.area_id)
    raise TypeError(f"relations.position_of does not know where a {type(thing).__name__} stands")


def _of_request(request: JoinRequest) -> Position:
    """Nobody's until it is confirmed: what became of it would tell whose the address is."""
    if request.confirmed_at is None:
        return Position()
    stairwell = None if request.is_everybodys else request.stairwell_id
    return Position(request.group.area_id, request.group_id, stairwell)


@dataclass
class Relations:
    """All that a person is, loaded once a request: groups, coordination with its stairwells, areas."""

    member_of: set[int] = field(default_factory=set)
    leads: set[int] = field(default_factory=set)
    coordinates: dict[int, frozenset[int]] = field(default_factory=dict)  # empty set: the whole group
    officer_of: set[int] = field(default_factory=set)

    @property
    def has_role(self) -> bool:
        """Coordinator or officer of anything (trust.md: their sign-in is held to more)."""
        return bool(self.leads or self.coordinates or self.officer_of)

    def roles(self, position: Position) -> frozenset[Role]:
        """What the person is to something that stands there."""
        roles = set()
        if position.group_id in self.member_of:
            roles.add(Role.MEMBER)
        if position.group_id in self.leads:
            roles.add(Role.LEAD)
        stairwells = self.coordinates.get(position.group_id or 0)
        if stairwells is not None and (
            not stairwells or position.stairwell_id is None or position.stairwell_id in stairwells
        ):
            roles.add(Role.COORDINATOR)
        if position.area_id in self.officer_of:
            roles.add(Role.OFFICER)
        return frozenset(roles)

    def knows_of(self, position: Position) -> bool:
        """Belongs to the same group or area, and so may know that the thing exists."""
        return bool(self.roles(Position(position.area_id, position.group_id)))

    def stairwells_in(self, group: Group) -> frozenset[int] | None:
        """The stairwells whose households a coordinator works with; None for the whole group."""
        if group.id in self.leads:
            return None
        return self.coordinates[group.id] or None


def relations_of(person: Person) -> Relations:
    """What a person is, from the database: one statement, for every page begins with it.

    Whoever follows an area coordinates nothing, whatever the rows say: the police never see who takes part.
    """
    relations = Relations()
    for role, place, stairwell in db.session.execute(_roles_of(person)):
        match role:
            case Role.MEMBER:
                relations.member_of.add(place)
            case Role.OFFICER:
                relations.officer_of.add(place)
            case _:
                known = relations.coordinates.get(place, frozenset())
                relations.coordinates[place] = known if stairwell is None else known | {stairwell}
                if role == Role.LEAD:
                    relations.leads.add(place)
    if relations.officer_of:
        relations.leads, relations.coordinates = set(), {}
    return relations


def _roles_of(person: Person) -> CompoundSelect[str, int, int | None]:
    """Role, group (or an officer's area) and stairwell; a coordinator of several has a row for each."""
    nowhere = null().cast(Integer)
    membership = select(literal(Role.MEMBER.value), Membership.group_id, nowhere).where(
        Membership.person_id == person.id, Membership.left_at.is_(None)
    )
    lead_or_not = case((Coordinator.is_lead, Role.LEAD.value), else_=Role.COORDINATOR.value)
    appointment = (
        select(lead_or_not, Coordinator.group_id, coordinator_stairwell.c.stairwell_id)
        .outerjoin(coordinator_stairwell, coordinator_stairwell.c.coordinator_id == Coordinator.id)
        .where(
            Coordinator.person_id == person.id,
            Coordinator.accepted_at.is_not(None),
            Coordinator.ended_at.is_(None),
        )
    )
    office = select(literal(Role.OFFICER.value), Officer.area_id, nowhere).where(
        Officer.person_id == person.id, Officer.ended_at.is_(None)
    )
    return union_all(membership, appointment, office)
