"""Which flats to visit, in walking order, and the last visit to each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Select, and_, func, or_, select
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
    RequestState,
    Stairwell,
    Visit,
)

INVITED_DAYS = 7  # a coordinator visits if an invitation is unanswered for this long
UNDO_FOR = timedelta(hours=1)
ANSWERED = timedelta(hours=12)  # a flat chosen by hand that has answered is not shown again for this long


@dataclass(frozen=True)
class FlatToVisit:
    """A flat on the visit list, with its household's status, its requests for a visit and its last visit."""

    flat: FlatInHouse
    visit_requests: Sequence[JoinRequest]
    last: Visit | None

    @property
    def kind(self) -> str:
        """The filter the flat belongs to: wish (a visit was requested), not_home, or the status."""
        if self.visit_requests:
            return "wish"
        return "not_home" if self.tried_at else self.flat.state.value

    @property
    def tried_at(self) -> datetime | None:
        """When the current household was last found not at home; None if the last visit ended otherwise."""
        last = self.last
        is_theirs = last is not None and last.household_id == self.flat.household_id
        return last.at if last and is_theirs and last.outcome is Outcome.NOT_HOME else None

    @property
    def last_id(self) -> int:
        """The visit that a new one follows; 0 if it is the first."""
        return self.last.id if self.last else 0

    @property
    def due_at(self) -> datetime | None:
        """When an invited household that has not answered is put on the list."""
        since = self.flat.since if self.flat.state is FlatState.INVITED else None
        return since + timedelta(days=INVITED_DAYS) if since else None

    def is_due(self, now: datetime) -> bool:
        """Return True for a requested visit, a household never contacted or an overdue invitation."""
        if self.visit_requests or self.flat.state is FlatState.NOT_CONTACTED:
            return True
        return self.due_at is not None and self.due_at < now

    def is_open(self, now: datetime) -> bool:
        """Return True if a flat chosen by hand is shown: it neither takes part nor has just answered."""
        has_answered = self.last and self.last.outcome is not Outcome.NOT_HOME
        is_new = bool(has_answered and self.last and self.last.at > now - ANSWERED)
        return bool(self.visit_requests) or not (self.flat.state.is_lit or is_new)


def flats_to_visit(group: Group, stairwells: Collection[int] | None = None) -> list[FlatToVisit]:
    """Return every flat of a group or of some of its stairwells, in order, in three statements."""
    flats = households_of(group, stairwells)
    asked = defaultdict[int | None, list[JoinRequest]](list)
    for each in waiting_requests(group, stairwells):
        if each.wants_visit:
            asked[each.flat_id].append(each)
    visits = {each.flat_id: each for each in db.session.scalars(_newest_visits(group))}
    return [FlatToVisit(flat, asked[flat.flat_id], visits.get(flat.flat_id)) for flat in flats]


def _newest_visits(group: Group) -> Select[Visit]:
    """Select the last visit that was not undone, for each flat of a group."""
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
        .options(
            joinedload(Visit.by),
            joinedload(Visit.household),
            joinedload(Visit.membership).joinedload(Membership.person),
        )
    )


def visiting_order(doors: Iterable[FlatToVisit], last: Visit | None) -> list[FlatToVisit]:
    """Sort each stairwell: requested visits first, then from the top floor down, those not at home last.

    The flat of the visit `last` keeps the place it had before that visit.
    """

    def place(door: FlatToVisit) -> tuple[bool, bool, int, str]:
        stays = last if last and last.flat_id == door.flat.flat_id else None
        asked = bool(door.visit_requests or (stays and stays.join_request_id))
        was_tried = bool(stays.after_id) if stays else door.tried_at is not None
        return not asked, was_tried, -door.flat.floor, door.flat.number

    stairwells = groupby(doors, key=lambda door: door.flat.stairwell_id)
    return [door for _stairwell, behind in stairwells for door in sorted(behind, key=place)]


def newest_visit(flat: Flat) -> Visit | None:
    """Return the last visit to a flat that was not undone."""
    wanted = select(Visit).where(Visit.flat_id == flat.id, Visit.undone_at.is_(None))
    return db.session.scalar(wanted.order_by(Visit.id.desc()).limit(1))


def requests_answered_by(visit: Visit) -> Sequence[JoinRequest]:
    """Return the requests for a visit that this visit has answered: its own, and others that it declined."""
    declined = and_(
        JoinRequest.flat_id == visit.flat_id, JoinRequest.wants_visit, JoinRequest.decided_at >= visit.at,
        JoinRequest.state == RequestState.DECLINED, JoinRequest.decided_by_id == visit.by_id,
    )  # fmt: skip
    is_no = visit.outcome in {Outcome.DECLINED, Outcome.MOVED}
    own = JoinRequest.id == visit.join_request_id
    return db.session.scalars(select(JoinRequest).where(or_(own, declined) if is_no else own)).all()


def can_take_back(visit: Visit, by: Person, now: datetime) -> bool:
    """Return True if the person recorded the visit themselves within the hour and nobody has left since.

    Only the newest visit to a flat can be taken back, and a move only while nobody else is known to live
    there; the service checks that.
    """
    if visit.by_id != by.id or visit.at <= now - UNDO_FOR:
        return False
    if visit.membership is not None and visit.membership.left_at is not None:
        return False
    return visit.outcome is Outcome.MOVED or visit.household.ended_at is None


def is_settled(visit: Visit, household_id: int | None) -> bool:
    """Return True if the visit recorded a move and the flat has a household (its id) again."""
    return visit.outcome is Outcome.MOVED and household_id is not None


def recent_visits(doors: Iterable[FlatToVisit], by: Person, now: datetime) -> list[FlatToVisit]:
    """Return the flats whose last visit the person can still take back, newest first."""
    fresh = [
        door
        for door in doors
        if door.last
        and can_take_back(door.last, by, now)
        and not is_settled(door.last, door.flat.household_id)
    ]
    return sorted(fresh, key=lambda door: door.last_id, reverse=True)
