"""How many came to the meetings of a group or an area: the only source of page, plot and CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    func,
    null,
    or_,
    select,
    union,
    union_all,
)

from watch.extensions import db
from watch.groups.queries.areas import number_of_flats
from watch.language import local
from watch.lifecycle.queries import QUIET_AFTER
from watch.models import (
    GROUPS_IN_ORDER,
    Area,
    Building,
    Counting,
    Flat,
    Group,
    GroupState,
    Meeting,
    MeetingAudience,
    MeetingKind,
    MeetingPart,
    MeetingTally,
    PartState,
)

Key = TypeVar("Key")


@dataclass(frozen=True)
class Tally:
    """How many households knew of a meeting, and what they answered. `people` were announced."""

    asked: int
    yes: int
    maybe: int
    no: int
    people: int


@dataclass(frozen=True)
class Held:
    """A meeting that is over. `groups` of the place took part, each with its stairwells (None: all of it).

    There are none if it was for an area or for those interested in a building.

    `tally` is None if nobody was called, or the answers were erased before they were counted.
    """

    id: int
    audience: MeetingAudience
    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    counting: Counting
    head_count: int | None
    groups: dict[int, frozenset[int | None]]
    tally: Tally | None

    @property
    def year(self) -> int:
        """The year in which it began in Sweden."""
        return local(self.starts_at).year

    @property
    def share(self) -> float | None:
        """How many came for each one announced; it is more than 1 if more came. None if unknown."""
        if self.head_count is None or self.tally is None or not self.tally.people:
            return None
        return self.head_count / self.tally.people


@dataclass(frozen=True)
class Sum:
    """The sum of several meetings: `counted` of them were counted, and `came` people came to those.

    A number is None if it is known of none of them.
    """

    meetings: int
    counted: int
    came: int | None
    asked: int | None
    yes: int | None


@dataclass(frozen=True)
class Attendance:
    """How many meetings there were, how many of them were counted, and how many people came to those."""

    meetings: int = 0
    counted: int = 0
    came: int = 0


@dataclass(frozen=True)
class GroupSum:
    """The sum of a group's meetings. With `is_quiet` it has had none for 12 months."""

    group: Group
    sum: Sum
    last: datetime | None
    is_quiet: bool


def held_meetings(place: Group | Area, now: datetime) -> list[Held]:
    """Return the meetings of a group or an area that are over and were not cancelled, the latest first.

    A joint one is there once, and not at all if none of its groups was there. Three statements.
    """
    columns = (
        Meeting.id, Meeting.audience, Meeting.kind, Meeting.starts_at, Meeting.ends_at, Meeting.counting,
        Meeting.head_count,
    )  # fmt: skip
    wanted = select(*columns).where(_is_held(place, now))
    parts, tallies = _parts(place, now), _tallies(place, now)
    rows = db.session.execute(wanted.order_by(Meeting.starts_at.desc(), Meeting.id.desc()))
    return [Held(*row, groups=parts.get(row.id, {}), tally=tallies.get(row.id)) for row in rows]


def _is_held(place: Group | Area, now: datetime) -> ColumnElement[bool]:
    is_here = Meeting.counts_for(_groups(place))
    if isinstance(place, Area):
        is_here = or_(is_here, and_(Meeting.area_id == place.id, Meeting.is_of_somebody()))
    return and_(is_here, Meeting.is_on, Meeting.ends_at <= now)


def _groups(place: Group | Area) -> Select[int]:
    is_here = Group.id == place.id if isinstance(place, Group) else Group.area_id == place.id
    return select(Group.id).where(is_here)


def _parts(place: Group | Area, now: datetime) -> dict[int, dict[int, frozenset[int | None]]]:
    wanted = select(MeetingPart.meeting_id, MeetingPart.group_id, MeetingPart.stairwell_id)
    wanted = wanted.join(Meeting, Meeting.id == MeetingPart.meeting_id).where(
        _is_held(place, now),
        MeetingPart.group_id.in_(_groups(place)),
        MeetingPart.state == PartState.TAKES_PART,
    )
    found: dict[int, dict[int, frozenset[int | None]]] = defaultdict(dict)
    began = select(Meeting.id, Building.group_id, null()).join(Building, Building.id == Meeting.building_id)
    began = began.where(_is_held(place, now), Building.group_id.in_(_groups(place)))
    rows: Iterable[Any] = db.session.execute(union_all(wanted, began))
    for meeting, group, stairwell in rows:
        found[meeting][group] = found[meeting].get(group, frozenset()) | {stairwell}
    return found


def _tallies(place: Group | Area, now: datetime) -> dict[int, Tally]:
    """Return what the answers of this place came to, by meeting; of a joint one only its groups count."""
    is_here: ColumnElement[bool] = MeetingTally.group_id.in_(_groups(place))
    if isinstance(place, Area):
        is_here = or_(is_here, MeetingTally.group_id.is_(None))
    wanted = select(MeetingTally).join(Meeting, Meeting.id == MeetingTally.meeting_id)
    found: dict[int, list[MeetingTally]] = defaultdict(list)
    for tally in db.session.scalars(wanted.where(_is_held(place, now), is_here)):
        found[tally.meeting_id].append(tally)
    return {
        meeting: Tally(*(sum(getattr(each, name) for each in of_groups) for name in Tally.__annotations__))
        for meeting, of_groups in found.items()
    }


def flats_of(held: Iterable[Held]) -> dict[int, int]:
    """Return, by meeting, the flats of the groups or stairwells that it was for; two statements.

    Meetings for an area, or for those interested in a building, are left out.
    """
    parts = {each.id: each.groups for each in held if each.groups}
    groups = {group for whom in parts.values() for group in whom}
    stairwells = {one for whom in parts.values() for some in whom.values() for one in some if one is not None}
    of_stairwell = select(Flat.stairwell_id, func.count()).where(
        Flat.stairwell_id.in_(stairwells), Flat.gone_at.is_(None)
    )
    by_group = flats_by_group(groups)
    by_stairwell: dict[int, int] = dict(db.session.execute(of_stairwell.group_by(Flat.stairwell_id)).all())
    return {
        meeting: sum(
            by_group.get(group, 0) if None in some else sum(by_stairwell.get(one or 0, 0) for one in some)
            for group, some in whom.items()
        )
        for meeting, whom in parts.items()
    }


def flats_by_group(groups: Collection[int]) -> dict[int, int]:
    """Return how many flats each of these groups (ids) has; one statement."""
    wanted = select(Group.id, number_of_flats()).where(Group.id.in_(groups))
    return dict(db.session.execute(wanted).all())


def sum_of(held: Iterable[Held]) -> Sum:
    """Return the sum of meetings; what is not known of one adds nothing."""
    meetings = list(held)
    counts = [each.head_count for each in meetings if each.head_count is not None]
    tallies = [each.tally for each in meetings if each.tally]
    return Sum(
        len(meetings),
        len(counts),
        sum(counts) if counts else None,
        sum(each.asked for each in tallies) if tallies else None,
        sum(each.yes for each in tallies) if tallies else None,
    )


def sums_by(held: Iterable[Held], key: Callable[[Held], Key]) -> dict[Key, Sum]:
    """Return the sums of the meetings that share a key, in the order in which the keys come."""
    parted: dict[Key, list[Held]] = defaultdict(list)
    for each in held:
        parted[key(each)].append(each)
    return {key: sum_of(alike) for key, alike in parted.items()}


def is_quiet(group: Group, held: Sequence[Held], now: datetime) -> bool:
    """Return True if a group that is not closed has had no meeting for 12 months."""
    last = max((each.ends_at for each in held), default=group.started_at)
    return group.state is not GroupState.CLOSED and last < now - QUIET_AFTER


def sums_of_areas(since: datetime, until: datetime, now: datetime) -> dict[int, Attendance]:
    """Return, by area, the meetings that began in a time and are over; a joint one counts once in each area.

    They are those of `held_meetings`, for all areas in one statement. Areas without any are left out.
    """
    taking_part = select(Group.area_id, MeetingPart.meeting_id).join(Group, Group.id == MeetingPart.group_id)
    began = select(Group.area_id, Meeting.id).select_from(Meeting).join(Building).join(Group)
    called = select(Meeting.area_id, Meeting.id).where(Meeting.area_id.is_not(None), Meeting.is_of_somebody())
    # a union has no pair twice
    where = union(taking_part.where(MeetingPart.state == PartState.TAKES_PART), began, called).subquery()
    came = func.coalesce(func.sum(Meeting.head_count), 0)
    wanted = (
        select(where.c.area_id, func.count(), func.count(Meeting.head_count), cast(came, Integer))
        .join(Meeting, Meeting.id == where.c.meeting_id)
        .where(Meeting.is_on, Meeting.starts_at >= since, Meeting.starts_at < until, Meeting.ends_at <= now)
        .group_by(where.c.area_id)
    )
    return {area: Attendance(*sums) for area, *sums in db.session.execute(wanted)}


def sums_of_groups(area: Area, held: Sequence[Held], now: datetime) -> list[GroupSum]:
    """Return the sums of an area's groups; a joint meeting counts for each of them. One statement."""
    parted: dict[int, list[Held]] = defaultdict(list)
    for each in held:
        for group_id in each.groups:
            parted[group_id].append(each)
    groups = db.session.scalars(select(Group).where(Group.area_id == area.id).order_by(GROUPS_IN_ORDER))
    return [
        GroupSum(
            group, sum_of(parted[group.id]),
            max((each.starts_at for each in parted[group.id]), default=None),
            is_quiet(group, parted[group.id], now),
        )
        for group in groups
        if group.state is not GroupState.CLOSED or parted[group.id]
    ]  # fmt: skip
