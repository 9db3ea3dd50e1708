"""Which flats to visit, in the order one walks, and what came of the last visit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.groups.queries.households import FlatInHouse, FlatState, households_of
from watch.joining.queries.asking import waiting_requests
from watch.models import (
    Building,
    Flat,
    Group,
    JoinRequest,
    Membership,
    Outcome,
    Person,
    Stairwell,
    Visit,
)

INVITED_DAYS = 7  # so long has somebody who was invited to answer before a coordinator visits
UNDO_FOR = timedelta(hours=1)
ANSWERED = timedelta(hours=12)  # so long a door that was chosen and has answered is not shown again


@dataclass(frozen=True)
class FlatToVisit:
    """A flat's door: how its household stands, who asked for a visit, and the last visit of all."""

    flat: FlatInHouse
    visit_request: JoinRequest | None
    last: Visit | None

    @property
    def kind(self) -> str:
        """The filter it falls under: wish (asked for a visit), not_home, or how its household stands."""
        if self.visit_request is not None:
            return "wish"
        return "not_home" if self.tried_at else self.flat.state.value

    @property
    def tried_at(self) -> datetime | None:
        """When nobody of this household was at home the last time."""
        last = self.last
        is_theirs = last is not None and last.household_id == self.flat.household_id
        return last.at if last and is_theirs and last.outcome is Outcome.NOT_HOME else None

    @property
    def last_id(self) -> int:
        """What a new visit follows; 0 where it is the first."""
        return self.last.id if self.last else 0

    @property
    def due_at(self) -> datetime | None:
        """When a household that was invited, and does not answer, comes onto the list."""
        since = self.flat.since if self.flat.state is FlatState.INVITED else None
        return since + timedelta(days=INVITED_DAYS) if since else None

    def is_due(self, now: datetime) -> bool:
        """Somebody asked for a visit, never contacted, or invited long enough ago without an answer."""
        if self.visit_request is not None or self.flat.state is FlatState.NOT_CONTACTED:
            return True
        return self.due_at is not None and self.due_at < now

    def is_open(self, now: datetime) -> bool:
        """Chosen by hand: not taking part, and not just answered."""
        has_answered = self.last and self.last.outcome is not Outcome.NOT_HOME
        is_new = bool(has_answered and self.last and self.last.at > now - ANSWERED)
        return self.visit_request is not None or not (self.flat.state.is_lit or is_new)


def flats_to_visit(group: Group, stairwells: Collection[int] | None = None) -> list[FlatToVisit]:
    """Every door of a group (or of some of its stairwells), stairwell by stairwell (three statements)."""
    flats = households_of(group, stairwells)
    visit_requests = {each.flat_id: each for each in waiting_requests(group, stairwells) if each.wants_visit}
    visits = {each.flat_id: each for each in db.session.scalars(_newest_visits(group))}
    return [FlatToVisit(flat, visit_requests.get(flat.flat_id), visits.get(flat.flat_id)) for flat in flats]


def _newest_visits(group: Group) -> Select[Visit]:
    """The last visit at each door of a group that was not undone."""
    newest = (
        select(func.max(Visit.id))
        .join(Flat, Flat.id == Visit.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group.id, Visit.undone_at.is_(None))
        .group_by(Visit.flat_id)
    )
    return (
        select(Visit)
        .where(Visit.id.in_(newest))
        .options(joinedload(Visit.by), joinedload(Visit.membership).joinedload(Membership.person))
    )


def visiting_order(doors: Iterable[FlatToVisit], last: Visit | None) -> list[FlatToVisit]:
    """Stairwell by stairwell: who asked for a visit, then from the top floor down, those not at home last.

    The door that was just pressed stays where it was.
    """

    def place(door: FlatToVisit) -> tuple[bool, bool, int, str]:
        stays = last if last and last.flat_id == door.flat.flat_id else None
        asked = door.visit_request is not None or bool(stays and stays.join_request_id)
        was_tried = bool(stays.after_id) if stays else door.tried_at is not None
        return not asked, was_tried, -door.flat.floor, door.flat.number

    stairwells = groupby(doors, key=lambda door: door.flat.stairwell_id)
    return [door for _stairwell, behind in stairwells for door in sorted(behind, key=place)]


def newest_visit(flat: Flat) -> Visit | None:
    """The last visit at a door that was not undone."""
    wanted = select(Visit).where(Visit.flat_id == flat.id, Visit.undone_at.is_(None))
    return db.session.scalar(wanted.order_by(Visit.id.desc()).limit(1))


def can_take_back(visit: Visit, by: Person, now: datetime) -> bool:
    """Their own press within the hour; where a newer one stands at the door, that comes first."""
    return visit.by_id == by.id and visit.at > now - UNDO_FOR


def recent_visits(doors: Iterable[FlatToVisit], by: Person, now: datetime) -> list[FlatToVisit]:
    """The doors where somebody's own press can still be taken back, the newest first."""
    fresh = [door for door in doors if door.last and can_take_back(door.last, by, now)]
    return sorted(fresh, key=lambda door: door.last_id, reverse=True)
