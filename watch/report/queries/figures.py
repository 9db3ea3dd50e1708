"""Counts what a report says: groups, meetings, outreach and findings of some areas in a period.

Each number is the one that the other pages show, read by their queries. With it comes that of the period
before. Nothing here is about a person: households are what overview and months show of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, or_, select

from watch.extensions import db
from watch.findings.queries import WITH_PLACE, of_area
from watch.language import local
from watch.meetings.queries.attendance import Held, held_meetings, sum_of
from watch.models import (
    OFFICERS_OWN,
    Area,
    Finding,
    FindingStatus,
    Group,
    GroupState,
    GroupTransition,
    MeetingKind,
    OutreachEntry,
    Spot,
    StepKind,
)
from watch.outreach import queries as outreach
from watch.report.period import Period
from watch.report.queries.places import Facts, places_of

Found = Finding | Row[Spot, FindingStatus, datetime]


class Step(NamedTuple):
    """A step of a group's life."""

    state: GroupState
    at: datetime
    kind: StepKind | None


def groups_of(areas: Sequence[Area], period: Period, now: datetime) -> list[Facts]:
    """Return for each area how many groups were started and closed, and in which state they were at the end.

    Then come its houses, properties and households.
    """
    steps, places = _steps_in(areas), places_of(areas, period, now)
    return [
        {
            "area": area.name,
            "target": area.target_groups,
            "target_by": area.target_by.isoformat() if area.target_by else None,
            "started": _twice(period, lambda each, here=steps[area.id]: _started(here, each)),
            "closed": _twice(period, lambda each, here=steps[area.id]: _closed(here, each)),
            **{
                state.value: _twice(
                    period, lambda each, s=state, here=steps[area.id]: _in_state(here, s, each)
                )
                for state in (GroupState.ACTIVE, GroupState.STARTING, GroupState.DORMANT)
            },
            **places[area.id],
        }
        for area in areas
    ]


def _twice(period: Period, count: Any) -> Facts:
    return {"now": count(period), "before": count(period.before)}


def _steps_in(areas: Sequence[Area]) -> Mapping[int, list[list[Step]]]:
    """Return by area the dated states of each of its groups, the oldest first."""
    wanted = (
        select(Group.area_id, Group.id, GroupTransition.state, GroupTransition.at, GroupTransition.kind)
        .join(GroupTransition, GroupTransition.group_id == Group.id)
        .where(Group.area_id.in_([each.id for each in areas]))
        .order_by(GroupTransition.at, GroupTransition.id)
    )
    found: dict[int, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for area_id, group_id, state, at, kind in db.session.execute(wanted):
        found[area_id][group_id].append(Step(state, at, kind))
    return defaultdict(list, {area_id: list(groups.values()) for area_id, groups in found.items()})


def _started(groups: Iterable[list[Step]], period: Period) -> int:
    return sum(any(period.has(local(at).date()) for at in _starts(steps)) for steps in groups)


def _starts(steps: list[Step]) -> list[datetime]:
    """Return when a group started. A second step with the same state says what else changed in it.

    One whose closing was taken back has not started again. Nor has the group of a building which was in
    another one, before it is active by steps of its own, or begins anew.
    """
    before = [None, *(each.state for each in steps)]
    turns = [step for step, last in zip(steps, before, strict=False) if step.state is not last]
    new = [each for each in turns if each.kind is not StepKind.REOPENED]
    if not any(each.kind is StepKind.CAME_FROM for each in steps):
        return [each.at for each in new if each.state is GroupState.STARTING]
    came, *later = new
    begun = [each for each in later if each.state in {GroupState.STARTING, GroupState.ACTIVE}]
    own = begun[:1] if came.state is GroupState.STARTING else []
    return [each.at for each in begun if each.state is GroupState.STARTING or each in own]


def _closed(groups: Iterable[list[Step]], period: Period) -> int:
    ends = (_last(steps, period) for steps in groups)
    return sum(
        end is not None
        and end.state is GroupState.CLOSED
        and end.kind is not StepKind.MERGED
        and period.has(local(end.at).date())
        for end in ends
    )


def _in_state(groups: Iterable[list[Step]], state: GroupState, period: Period) -> int:
    ends = (_last(steps, period) for steps in groups)
    return sum(end is not None and end.state is state for end in ends)


def _last(steps: list[Step], period: Period) -> Step | None:
    """Return the state in which a group was when the period was over; None if it did not exist."""
    return next((step for step in reversed(steps) if step.at < period.end), None)


def meetings_of(areas: Sequence[Area], period: Period, now: datetime) -> Facts:
    """Return the meetings one by one, and their sums by kind. A joint one is there once, in all its areas."""
    found: dict[int, tuple[Held, list[str]]] = {}
    whose: dict[int, set[int]] = defaultdict(set)  # the groups of each meeting
    for area in areas:
        for held in held_meetings(area, now):
            found.setdefault(held.id, (held, []))[1].append(area.name)
            whose[held.id] |= held.groups.keys()
    in_order = sorted(found.values(), key=lambda each: (each[0].starts_at, each[0].id))
    kinds = [kind for kind in FIRST_KINDS if any(held.kind is kind for held, _areas in in_order)]
    inside, earlier = (
        [(held, names) for held, names in in_order if each.has(local(held.starts_at).date())]
        for each in (period, period.before)
    )
    sums: list[Facts] = [
        {"kind": kind.value} | _sums_of([h for h, _a in inside if h.kind is kind],
                                        [h for h, _a in earlier if h.kind is kind])
        for kind in kinds
    ]  # fmt: skip
    return {
        "by_kind": [each for each in sums if each["meetings"] != {"now": 0, "before": 0}],
        "total": _sums_of([held for held, _areas in inside], [held for held, _areas in earlier]),
        "one_by_one": [each for kind in kinds for each in _one_by_one(in_order, kind, whose, period)],
    }


FIRST_KINDS = (
    MeetingKind.CITIZENS, MeetingKind.START, MeetingKind.STAIRWELL, MeetingKind.ANNUAL, MeetingKind.JOINT,
    MeetingKind.SAFETY_WALK, MeetingKind.COORDINATORS,
)  # fmt: skip


def _sums_of(inside: Iterable[Held], earlier: Iterable[Held]) -> Facts:
    now, before = sum_of(inside), sum_of(earlier)
    names = ("meetings", "counted", "came")
    return {name: {"now": getattr(now, name), "before": getattr(before, name)} for name in names}


def _one_by_one(
    in_order: Sequence[tuple[Held, list[str]]],
    kind: MeetingKind,
    whose: Mapping[int, set[int]],
    period: Period,
) -> list[Facts]:
    """Return the meetings of a kind in the period. `more` came than to the one before, of the same groups or
    areas, even if that one was before the period.
    """
    told: list[Facts] = []
    last: dict[object, int] = {}  # how many came, by groups and areas
    for held, names in in_order:
        if held.kind is not kind:
            continue
        day, came = local(held.starts_at).date(), held.head_count
        whom = frozenset(whose[held.id]), tuple(names)
        more = came - last[whom] if came is not None and whom in last else None
        fact = {
            "day": day.isoformat(), "kind": kind.value, "areas": names,
            "counting": held.counting.value, "came": came, "more": more,
        }  # fmt: skip
        told += [fact] if period.has(day) else []
        if came is not None:
            last[whom] = came
    return told


OUTREACH = ("door_knockings", "doors_knocked", "doors_opened", "on_site", "material")


def outreach_of(areas: Sequence[Area], period: Period) -> Facts:
    """Return the sums of the outreach log, and how many buildings were knocked at."""
    sums = {"now": period, "before": period.before}
    ids = [area.id for area in areas]
    totals = {
        name: outreach.sum_of(outreach.entries_in(ids, outreach.Filter(since=each.since, until=each.until)))
        for name, each in sums.items()
    }
    found: Facts = {key: {name: getattr(total, key) for name, total in totals.items()} for key in OUTREACH}
    return found | {"buildings": {name: _buildings_visited(ids, each) for name, each in sums.items()}}


def _buildings_visited(areas: Sequence[int], period: Period) -> int:
    visited = select(func.count(OutreachEntry.building_id.distinct())).where(
        OutreachEntry.area_id.in_(areas),
        OutreachEntry.is_current,
        OutreachEntry.day.between(period.since, period.until),
    )
    return db.session.scalar(visited) or 0


def findings_of(areas: Sequence[Area], period: Period) -> Facts:
    """Return what was found by kind and what came of it, and the areas' own measures one by one.

    An area's findings are those of its list: its own, and what its groups left to police and municipality.
    They count also where their words are erased. What the groups see to themselves or with their landlord
    is not theirs to read, so it is only counted.
    """
    wanted = select(Finding).where(or_(*map(of_area, areas)), Finding.removed_at.is_(None))
    found = db.session.scalars(wanted.order_by(Finding.created_at, Finding.id).options(*WITH_PLACE)).all()
    inside = [finding for finding in found if period.has(_day_of(finding))]
    return _counted(found, period) | {
        "measures": [_measure(each) for each in inside if each.area],
        "of_groups": _counted(_seen_to_by_groups(areas), period),
    }


def _seen_to_by_groups(areas: Sequence[Area]) -> Sequence[Found]:
    groups = select(Group.id).where(Group.area_id.in_([area.id for area in areas]))
    wanted = select(Finding.spot, Finding.status, Finding.created_at)
    wanted = wanted.where(Finding.group_id.in_(groups), Finding.owner.not_in(OFFICERS_OWN))
    return db.session.execute(wanted.where(Finding.removed_at.is_(None))).all()


def _counted(found: Sequence[Found], period: Period) -> Facts:
    inside, earlier = (
        [finding for finding in found if each.has(_day_of(finding))] for each in (period, period.before)
    )
    kinds = [spot for spot in Spot if any(each.spot is spot for each in (*inside, *earlier))]
    return {
        "by_kind": [
            {"spot": spot.value} | _outcomes(_at(spot, inside), _at(spot, earlier)) for spot in kinds
        ],
        "total": _outcomes(inside, earlier),
    }


def _day_of(finding: Found) -> date:
    return local(finding.created_at).date()


def _at(spot: Spot, found: Sequence[Found]) -> list[Found]:
    return [each for each in found if each.spot is spot]


def _outcomes(inside: Sequence[Found], earlier: Sequence[Found]) -> Facts:
    by_status = Counter(each.status for each in inside)
    became = {status.value: by_status[status] for status in FindingStatus}
    return {"found": {"now": len(inside), "before": len(earlier)}} | became


def _measure(finding: Finding) -> Facts:
    place = finding.stairwell or finding.building
    return {
        "day": _day_of(finding).isoformat(),
        "spot": finding.spot.value,
        "place": place.address if place else None,
        "area": finding.area.name if finding.area else None,
        "what": finding.what or None,  # None where it is erased
        "owner": finding.owner.value,
        "status": finding.status.value,
        "outcome": finding.outcome,
    }
