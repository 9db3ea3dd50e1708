"""Queries for the door of a meeting: who may be ticked there, and how many have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from watch.extensions import db
from watch.meetings.queries.coming import is_for_member
from watch.models import (
    Building,
    CheckinLink,
    Flat,
    Household,
    Meeting,
    MeetingPress,
    Membership,
    Person,
    Stairwell,
)

OPENS_BEFORE = timedelta(hours=2)
CLOSES_AFTER = timedelta(hours=24)
LENT_BEFORE = timedelta(hours=1)
LENT_AFTER = timedelta(hours=3)
Row = tuple[int | None, int | None]  # ids of a flat and a person; (None, None): a number only
MOST_HEADS = 1000  # the largest head count of a meeting
MOST_LENT_HEADS = 200  # that one lent link can add
Scopes = Mapping[int, frozenset[int] | None]  # a coordinator's groups, each with stairwells (None: all)


@dataclass(frozen=True)
class FlatAtDoor:
    """A flat, and how many have come from it."""

    id: int
    number: str
    heads: int


@dataclass(frozen=True)
class StairwellAtDoor:
    """A stairwell with its flats: all of them, because who takes part is nothing for the door."""

    stairwell: Stairwell
    flats: list[FlatAtDoor]

    @property
    def heads(self) -> int:
        """How many have come from here."""
        return sum(each.heads for each in self.flats)


@dataclass(frozen=True)
class NameAtDoor:
    """A member who shows their name to neighbours; `heads` is 1 if they have come."""

    id: int
    name: str
    address: str
    flat: str
    heads: int


@dataclass(frozen=True)
class Door:
    """The door of a meeting. `heads` have come, `others` of them were counted as a number only.

    `elsewhere` were counted at rows that this door does not show: by name, or in other stairwells. A lent
    link shows `others` and flats by its own presses only; `is_full` if it can add no more.
    """

    heads: int
    others: int
    elsewhere: int
    names: list[NameAtDoor]
    stairwells: list[StairwellAtDoor]
    is_full: bool


def is_checkin_open(meeting: Meeting, now: datetime) -> bool:
    """Return True from two hours before a called meeting until a day after it."""
    is_time = meeting.starts_at - OPENS_BEFORE <= now < meeting.ends_at + CLOSES_AFTER
    return meeting.is_on and is_time


def is_link_open(link: CheckinLink, now: datetime) -> bool:
    """Return True from an hour before the meeting until three hours after it, unless it was ended."""
    meeting = link.meeting
    is_time = meeting.starts_at - LENT_BEFORE <= now < meeting.ends_at + LENT_AFTER
    return link.is_current and meeting.is_on and is_time


def heads_at(meeting: Meeting, link: CheckinLink | None = None) -> int:
    """Return how many have come by the presses, of all or of a link.

    A – may have come before its +, so it is never below 0.
    """
    pressed = select(func.sum(MeetingPress.heads)).where(MeetingPress.meeting_id == meeting.id, _by(link))
    return max(0, db.session.scalar(pressed) or 0)


def heads_by_row(meeting: Meeting, link: CheckinLink | None = None) -> dict[Row, int]:
    """Return how many have come by flat, by person and as a number; with a link by its presses only."""
    row = MeetingPress.flat_id, MeetingPress.person_id
    wanted = select(*row, func.sum(MeetingPress.heads)).where(
        MeetingPress.meeting_id == meeting.id, _by(link)
    )
    return {(flat, person): heads for flat, person, heads in db.session.execute(wanted.group_by(*row))}


def _by(link: CheckinLink | None) -> ColumnElement[bool]:
    return MeetingPress.link_id == link.id if link else true()


def was_pressed(meeting: Meeting) -> bool:
    """Return True if anybody has counted at the door."""
    pressed = select(MeetingPress.id).where(MeetingPress.meeting_id == meeting.id)
    return db.session.scalar(pressed.limit(1)) is not None


def door_of(meeting: Meeting, scopes: Scopes, link: CheckinLink | None = None) -> Door:
    """Return the door for somebody who works with these stairwells; eight statements at most.

    Whoever was lent a link sees no names, and not from which flats others have counted somebody.
    """
    stairwells = _stairwells(meeting, scopes, link)
    names = [] if link else names_at_door(meeting, scopes)
    total, others = heads_at(meeting), max(0, heads_by_row(meeting, link).get((None, None), 0))
    known = sum(each.heads for each in stairwells) + sum(each.heads for each in names)
    is_full = link is not None and heads_at(meeting, link) >= MOST_LENT_HEADS
    return Door(total, others, max(0, total - others - known), names, stairwells, is_full)


def names_at_door(meeting: Meeting, scopes: Scopes) -> list[NameAtDoor]:
    """Return the members in these stairwells who show their name, in the order of their flats.

    Who has no known flat, as a hidden member, is not among them.
    """
    wanted = (
        select(Person.id, Person.name, Stairwell, Flat.number)
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Household, Household.id == Membership.household_id)
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Membership.is_current, is_for_member(meeting), Person.shows_name, _in_scope(meeting, scopes))
        .order_by(Stairwell.sort_key, Flat.number, Person.id)
    )
    ticked = _heads_by(meeting, MeetingPress.person_id)
    rows = db.session.execute(wanted)
    return [
        NameAtDoor(number, name, stairwell.address, flat, ticked.get(number, 0))
        for number, name, stairwell, flat in rows
    ]


def _stairwells(meeting: Meeting, scopes: Scopes, link: CheckinLink | None = None) -> list[StairwellAtDoor]:
    wanted = (
        select(Flat)
        .join(Flat.stairwell)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Flat.gone_at.is_(None), _in_scope(meeting, scopes))
        .options(contains_eager(Flat.stairwell))
        .order_by(Stairwell.sort_key, Stairwell.id, Flat.number)
    )
    came = _heads_by(meeting, MeetingPress.flat_id, link)
    return [
        StairwellAtDoor(stairwell, [FlatAtDoor(each.id, each.number, came.get(each.id, 0)) for each in flats])
        for stairwell, flats in groupby(db.session.scalars(wanted), key=lambda flat: flat.stairwell)
    ]


def flat_ids_at_door(meeting: Meeting, scopes: Scopes) -> set[int]:
    """Return the ids of the flats in these stairwells."""
    return {flat.id for each in _stairwells(meeting, scopes) for flat in each.flats}


def _in_scope(meeting: Meeting, scopes: Scopes) -> ColumnElement[bool]:
    """Return the condition on Stairwell and Building that the meeting is for it and it is in these scopes."""
    parts = [each for each in meeting.parts if each.takes_part and each.group_id in scopes]
    return or_(false(), *(_of_part(each.group_id, each.stairwell_id, scopes) for each in parts))


def _of_part(group_id: int, stairwell_id: int | None, scopes: Scopes) -> ColumnElement[bool]:
    only = scopes[group_id]
    conditions = [Building.group_id == group_id]
    if stairwell_id is not None:
        conditions.append(Stairwell.id == stairwell_id)
    if only is not None:
        conditions.append(Stairwell.id.in_(only))
    return and_(*conditions)


def _heads_by(
    meeting: Meeting, column: InstrumentedAttribute[int | None], link: CheckinLink | None = None
) -> dict[int, int]:
    """Return how many have come by flat or by person; never below 0."""
    wanted = (
        select(column, func.sum(MeetingPress.heads))
        .where(MeetingPress.meeting_id == meeting.id, column.is_not(None), _by(link))
        .group_by(column)
    )
    return {number: max(0, heads) for number, heads in db.session.execute(wanted) if number is not None}


def open_links(meeting: Meeting) -> list[CheckinLink]:
    """Return the links to the door that nobody has ended."""
    wanted = select(CheckinLink).where(CheckinLink.meeting_id == meeting.id, CheckinLink.is_current)
    return list(db.session.scalars(wanted.order_by(CheckinLink.id)))
