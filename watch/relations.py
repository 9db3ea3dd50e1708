"""Relations between people and things: every role comes from them, and from a thing's position."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import CompoundSelect, Integer, case, literal, null, select, union_all

from watch.models import (
    Coordinator,
    Group,
    Membership,
    Officer,
    Partner,
    Person,
    coordinator_stairwell,
)
from watch.positions import Position
from watch.statements import prepared


class Role(StrEnum):
    """How a person is related to a thing."""

    MEMBER = "member"
    COORDINATOR = "coordinator"  # of this stairwell; of the group, for a thing of the whole group
    LEAD = "lead"
    GUEST = "guest"  # a member of another group that a meeting is also for
    GUEST_COORDINATOR = "guest coordinator"  # a coordinator of such a group
    INVITED_COORDINATOR = "invited coordinator"  # may say whether their group takes part, and change that
    OFFICER = "officer"
    PARTNER = "partner"  # sees counts of own properties, on pages of their own
    OWNER = "owner"  # sent it, called it, asked for it or decided it, and still works there


@dataclass
class Relations:
    """All relations of a person, loaded once for each request."""

    person_id: int | None = None
    member_of: set[int] = field(default_factory=set)
    leads: set[int] = field(default_factory=set)
    coordinates: dict[int, frozenset[int]] = field(default_factory=dict)  # empty set: the whole group
    officer_of: set[int] = field(default_factory=set)
    partner_of: set[int] = field(default_factory=set)  # areas in which they have own properties

    @property
    def has_role(self) -> bool:
        """True for a coordinator, officer or partner of anything. Their sign-ins have stricter rules."""
        return bool(self.leads or self.coordinates or self.officer_of or self.partner_of)

    def roles(self, position: Position) -> frozenset[Role]:
        """Return the person's roles to a thing at that position."""
        roles = set()
        if position.group_id in self.member_of:
            roles.add(Role.MEMBER)
        if position.group_id in self.leads:
            roles.add(Role.LEAD)
        if self._coordinates_at(position):
            roles.add(Role.COORDINATOR)
        if self._follows(position):
            roles.add(Role.OFFICER)
        if position.guests & (self.member_of | self.leads | set(self.coordinates)):
            roles.add(Role.GUEST)
        if position.guests & (self.leads | set(self.coordinates)):
            roles.add(Role.GUEST_COORDINATOR)
        if position.invited & (self.leads | set(self.coordinates)):
            roles.add(Role.INVITED_COORDINATOR)
        if position.owner_id is not None and position.owner_id == self.person_id and self._works_at(position):
            roles.add(Role.OWNER)
        return frozenset(roles)

    def _works_at(self, position: Position) -> bool:
        """Return True if the owner still has the role in which they did it, as coordinator or officer."""
        if position.group_id is not None:
            return position.group_id in self.coordinates
        return self._follows(position)

    def _follows(self, position: Position) -> bool:
        return position.area_id in self.officer_of and position.other_area_ids <= self.officer_of

    def _coordinates_at(self, position: Position) -> bool:
        stairwells = self.coordinates.get(position.group_id or 0)
        if stairwells is None:
            return False
        if not stairwells:  # the whole group
            return True
        if not position.stairwell_ids:
            return not position.is_somewhere
        return bool(position.stairwell_ids & stairwells)

    def knows_of(self, position: Position) -> bool:
        """Return True if the person belongs to the same group or area, and so may know of the thing."""
        areas = {position.area_id, *position.other_area_ids}
        here = Position(group_id=position.group_id, guests=position.guests, invited=position.invited)
        return bool(areas & self.officer_of or self.roles(here))

    def stairwells_in(self, group: Group) -> frozenset[int] | None:
        """Return the stairwells whose households a coordinator works with; None for the whole group."""
        if group.id in self.leads:
            return None
        return self.coordinates[group.id] or None

    def scopes_among(self, groups: Collection[int]) -> dict[int, frozenset[int] | None]:
        """Return those of these groups (ids) that they coordinate, with their stairwells (None: all)."""
        return {
            each: None if each in self.leads else self.coordinates[each] or None
            for each in groups
            if each in self.coordinates
        }

    def works_with_all_of(self, group: Group, stairwell_id: int | None) -> bool:
        """Return True if a coordinator works with every household of a stairwell (None: of the group).

        They see exact, current numbers. Everybody else sees last night's, in bands.
        """
        if group.id not in self.coordinates:
            return False
        stairwells = self.stairwells_in(group)
        return stairwells is None or stairwell_id in stairwells


def relations_of(person: Person) -> Relations:
    """Return a person's relations, by one statement, because every page needs them.

    An officer or partner never coordinates, whatever the rows say: police and landlords must not see who
    takes part.
    """
    relations = Relations(person.id)
    for role, place, stairwell in _roles_of(person.id):
        match role:
            case Role.MEMBER:
                relations.member_of.add(place)
            case Role.OFFICER:
                relations.officer_of.add(place)
            case Role.PARTNER:
                relations.partner_of.add(place)
            case _:
                known = relations.coordinates.get(place, frozenset())
                relations.coordinates[place] = known if stairwell is None else known | {stairwell}
                if role == Role.LEAD:
                    relations.leads.add(place)
    if relations.officer_of or relations.partner_of:
        relations.leads, relations.coordinates = set(), {}
    return relations


@prepared
def _roles_of(person_id: int) -> CompoundSelect[str, int, int | None]:
    """Return a select of role, group (or an officer's or partner's area) and stairwell, a row for each."""
    nowhere = null().cast(Integer)
    membership = select(literal(Role.MEMBER.value), Membership.group_id, nowhere).where(
        Membership.person_id == person_id, Membership.is_current
    )
    lead_or_not = case((Coordinator.is_lead, Role.LEAD.value), else_=Role.COORDINATOR.value)
    appointment = (
        select(lead_or_not, Coordinator.group_id, coordinator_stairwell.c.stairwell_id)
        .outerjoin(coordinator_stairwell, coordinator_stairwell.c.coordinator_id == Coordinator.id)
        .where(Coordinator.person_id == person_id, Coordinator.is_current)
    )
    office = select(literal(Role.OFFICER.value), Officer.area_id, nowhere).where(
        Officer.person_id == person_id, Officer.is_current
    )
    own_page = select(literal(Role.PARTNER.value), Partner.area_id, nowhere).where(
        Partner.person_id == person_id, Partner.is_current
    )
    return union_all(membership, appointment, office, own_page)
