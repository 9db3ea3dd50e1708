"""The state of each flat of a group, and counts of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, select, true
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import (
    AuditEntry,
    Building,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Letter,
    Mailbox,
    Membership,
    Person,
    Stairwell,
)
from watch.recipients import households_on_paper
from watch.statements import prepared


class FlatState(StrEnum):
    """The state of a flat in the picture of the building."""

    TAKES_PART = "takes_part"
    ON_PAPER = "on_paper"
    BOUNCED = "bounced"
    INVITED = "invited"
    WANTS_TO_JOIN = "wants_to_join"
    DECLINED = "declined"
    NOT_CONTACTED = "not_contacted"

    @property
    def is_lit(self) -> bool:
        """True if the household takes part, by mail or on paper."""
        return self in {FlatState.TAKES_PART, FlatState.ON_PAPER, FlatState.BOUNCED}


class FlatInHouse(NamedTuple):
    """A flat with the state of its household, without any person."""

    flat_id: int
    number: str
    stairwell_id: int
    stairwell_number: str
    address: str
    building_id: int
    household_id: int | None
    state: FlatState
    since: datetime | None = None  # when its household got that status

    @property
    def floor(self) -> int:
        """The floor: 0 is the entrance floor, negative numbers lie below it."""
        return int(self.number[:2]) - 10


@dataclass(frozen=True)
class Counts:
    """Counts of a group's flats by status, which add up to `flats`, and members without a known flat."""

    flats: int = 0
    takes_part: int = 0
    invited: int = 0
    wants_to_join: int = 0
    declined: int = 0
    not_contacted: int = 0
    without_flat: int = 0

    @property
    def asked(self) -> int:
        """The flats whose household knows of the group: invited, asking, answered or taking part."""
        return self.flats - self.not_contacted

    @property
    def group(self) -> int:
        """The group's number: the flats that take part, and members without a known flat."""
        return self.takes_part + self.without_flat


def households_of(place: Group | Stairwell, stairwells: Collection[int] | None = None) -> list[FlatInHouse]:
    """Return every flat of a group or stairwell with its state, in street order; one statement.

    `stairwells` limits a group to the stairwells that a coordinator works with.
    """
    of_stairwell, only_some = isinstance(place, Stairwell), stairwells is not None
    rows = _flats(place.id, stairwells or (), of_stairwell=of_stairwell, only_some=only_some)
    return [
        FlatInHouse(
            flat, number, stairwell, named, f"{street} {named}", building, household, _state(*how), since
        )
        for flat, number, stairwell, named, street, building, household, since, *how in rows
    ]


@prepared
def _flats(
    place_id: int, stairwells: Collection[int], *, of_stairwell: bool, only_some: bool
) -> Select[*tuple[Any, ...]]:
    members = _members_by_household(
        (Membership.stairwell_id if of_stairwell else Membership.group_id) == place_id
    )
    wanted = (
        select(
            Flat.id, Flat.number, Stairwell.id, Stairwell.number, Stairwell.street, Stairwell.building_id,
            Household.id, Household.status_at, Household.status, members.c.people, members.c.with_mail,
            members.c.bounced,
        )
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .outerjoin(Household, (Household.flat_id == Flat.id) & Household.is_current)
        .outerjoin(members, members.c.household_id == Household.id)
        .where((Stairwell.id if of_stairwell else Building.group_id) == place_id)
        .order_by(Stairwell.sort_key, Stairwell.id, Flat.number)
    )  # fmt: skip
    return wanted.where(Stairwell.id.in_(stairwells)) if only_some else wanted


def _members_by_household(here: ColumnElement[bool]) -> Subquery:
    """Return a subquery of each household's members: how many, with a mailbox, with a bouncing one."""
    return (
        select(
            Membership.household_id,
            func.count(Membership.id).label("people"),
            func.count(Person.mailbox_id).label("with_mail"),
            func.count(Mailbox.suppression).label("bounced"),
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(here, Membership.is_current)
        .group_by(Membership.household_id)
        .subquery()
    )


def _state(
    status: HouseholdStatus | None, people: int | None, with_mail: int | None, bounced: int | None
) -> FlatState:
    if status is not HouseholdStatus.TAKES_PART:
        return FlatState((status or HouseholdStatus.NOT_CONTACTED).value)
    if bounced:
        return FlatState.BOUNCED
    return FlatState.ON_PAPER if (with_mail or 0) < (people or 0) else FlatState.TAKES_PART


def sums(flats: Collection[FlatInHouse], without_flat: int = 0) -> Counts:
    """Count flats that have been read already."""
    states = [HouseholdStatus.TAKES_PART.value if flat.state.is_lit else flat.state.value for flat in flats]
    return Counts(
        flats=len(states),
        without_flat=without_flat,
        **{each.value: states.count(each.value) for each in HouseholdStatus},
    )


def counts_of_group(group_id: int) -> Counts:
    """Return the counts of a group's flats, by one statement, so that they add up."""

    def standing(status: HouseholdStatus) -> ColumnElement[int]:
        return func.count(case((Household.status == status, Household.id)))

    others = [status for status in HouseholdStatus if status is not HouseholdStatus.NOT_CONTACTED]
    without_flat = (
        select(func.count(Membership.id))
        .where(Membership.group_id == group_id, Membership.is_current, Membership.household_id.is_(None))
        .scalar_subquery()
    )
    row = db.session.execute(
        select(func.count(Flat.id), without_flat, *[standing(status) for status in others])
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .outerjoin(Household, (Household.flat_id == Flat.id) & Household.is_current)
        .where(Building.group_id == group_id)
    ).one()
    flats, hidden, *counted = row
    return Counts(
        flats=flats,
        without_flat=hidden,
        not_contacted=flats - sum(counted),
        **dict(zip([status.value for status in others], counted, strict=True)),
    )


def paper_households(
    group: Group, stairwell: Stairwell | None = None, *, wanting: ColumnElement[bool] | None = None
) -> Select[int]:
    """Return a select of the ids of households in which a member has no working address.

    `wanting` (a condition on Membership) leaves out members who declined, also on paper.
    """
    wanted = households_on_paper(Membership.group_id == group.id, true() if wanting is None else wanting)
    return wanted if stairwell is None else wanted.where(Membership.stairwell_id == stairwell.id)


def members_at(flat: FlatInHouse) -> list[Membership]:
    """Return the current members who live in this flat."""
    if flat.household_id is None:
        return []
    wanted = (
        select(Membership)
        .where(Membership.household_id == flat.household_id, Membership.is_current)
        .options(joinedload(Membership.person))
        .order_by(Membership.joined_at, Membership.id)
    )
    return list(db.session.scalars(wanted))


def last_look(reader: Person, place: Group | Stairwell) -> datetime | None:
    """Return when the reader last saw the picture; flats that joined since are new to them."""
    return _last_look(reader.id, place.__tablename__, place.id).scalar()


@prepared
def _last_look(reader_id: int, kind: str, place_id: int) -> Select[datetime | None]:
    return select(func.max(AuditEntry.at)).where(
        AuditEntry.by_id == reader_id,
        AuditEntry.what == "house-seen",
        AuditEntry.about_kind == kind,
        AuditEntry.about_id == place_id,
    )


def history_of(flat: Flat) -> list[tuple[datetime, str]]:
    """Return the events of a flat's households and letters, the latest first, without names."""
    wanted = (
        select(AuditEntry.at, AuditEntry.what)
        .where(
            AuditEntry.about_kind == Flat.__tablename__,
            AuditEntry.about_id == flat.id,
            AuditEntry.what.startswith("household-"),
        )
        .order_by(AuditEntry.id.desc())
        .limit(20)
    )
    letters = select(Letter.printed_at, literal("letter-printed")).where(Letter.flat_id == flat.id)
    found = [*db.session.execute(wanted), *db.session.execute(letters)]
    return sorted(((at, what) for at, what in found), key=lambda each: each[0], reverse=True)
