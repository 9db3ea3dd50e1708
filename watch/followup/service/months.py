"""Counts each area's numbers of a month, every night, so that the past does not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from watch.extensions import db
from watch.followup.queries.counts import areas_side_by_side
from watch.followup.queries.months import groups_by_state, groups_by_state_at, month_before, span_of
from watch.language import local
from watch.meetings.queries.attendance import Attendance, sums_of_areas
from watch.models import Area, AreaMonth, GroupState

COUNT_AT = time(2, 45)  # after last night's households are counted
LOOKED_BACK = 24  # months before the first count, of which groups and meetings are known


def count_months(now: datetime) -> None:
    """Count yesterday's month of every area; the night after its last day is the last that counts it.

    Its meetings are counted for one more month, because who came is often written down afterwards. Months in
    which nobody counted are filled in from the dated steps of groups: nobody knows their households any more.
    """
    month = (local(now) - timedelta(days=1)).date().replace(day=1)
    areas = db.session.scalars(select(Area.id)).all()
    known = {(each.area_id, each.month): each for each in db.session.scalars(select(AreaMonth))}
    _fill_in(areas, month, known, now)
    states = groups_by_state()
    for counts in areas_side_by_side(areas, now):
        area_id = counts.area.id
        row = known.setdefault((area_id, month), AreaMonth(area_id=area_id, month=month))
        _set_states(row, states.get(area_id, Counter()))
        row.taking_part, row.flats, row.counted_at = counts.taking_part, counts.flats, now
    for each in (month, month_before(month)):
        _set_meetings([row for row in known.values() if row.month == each], each, now)
    db.session.add_all(known.values())
    db.session.flush()


def _fill_in(
    areas: Iterable[int], month: date, known: dict[tuple[int, date], AreaMonth], now: datetime
) -> None:
    """Add the months before this one in which nobody counted, back to an area's first group or meeting.

    A month in which an area had neither waits until it is known that an earlier one had.
    """
    waiting: dict[int, list[AreaMonth]] = {each: [] for each in areas}
    earlier = month
    for _ in range(LOOKED_BACK):
        earlier = month_before(earlier)
        counted = [each for each in waiting if (each, earlier) in known]
        _know([row for each in counted for row in waiting.pop(each)], known)
        if not waiting:
            return
        states = groups_by_state_at(span_of(earlier)[1])
        rows = [AreaMonth(area_id=area_id, month=earlier, counted_at=now) for area_id in waiting]
        _set_meetings(rows, earlier, now)
        for row in rows:
            _set_states(row, states.get(row.area_id, Counter()))
            waiting[row.area_id].append(row)
            if states.get(row.area_id) or row.meetings:
                _know(waiting[row.area_id], known)
                waiting[row.area_id] = []


def _know(rows: Iterable[AreaMonth], known: dict[tuple[int, date], AreaMonth]) -> None:
    known.update({(row.area_id, row.month): row for row in rows})


def _set_states(row: AreaMonth, states: Counter[GroupState]) -> None:
    for state in GroupState:
        setattr(row, state.value, states[state])


def _set_meetings(rows: list[AreaMonth], month: date, now: datetime) -> None:
    sums = sums_of_areas(*span_of(month), now) if rows else {}
    for row in rows:
        sum_of_area = sums.get(row.area_id, Attendance())
        row.meetings, row.counted, row.came = sum_of_area.meetings, sum_of_area.counted, sum_of_area.came
