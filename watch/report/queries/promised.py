"""Reads what was promised in public in some areas, and the planned operations of the police there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.models import Area, Operation, Promise
from watch.report.period import Period


def promises_of(areas: Sequence[Area], period: Period) -> list[dict[str, Any]]:
    """Return the published promises in one of the areas for some of the period, each beside its outcome."""
    here = Promise.areas.any(Area.id.in_([each.id for each in areas]))
    wanted = select(Promise).where(
        Promise.is_public, here, Promise.begins <= period.until, Promise.ends >= period.since
    )
    in_order = wanted.order_by(Promise.begins, Promise.id).options(selectinload(Promise.areas))
    return [_promise(each) for each in db.session.scalars(in_order)]


def _promise(promise: Promise) -> dict[str, Any]:
    names = ("text", "other_parties", "target", "unit", "outcome_number", "outcome", "source")
    return {name: getattr(promise, name) for name in names} | {
        "areas": [each.name for each in promise.areas],
        "begins": promise.begins.isoformat(),
        "ends": promise.ends.isoformat(),
        "parties": [each.value for each in promise.parties],
        "result": promise.result.value if promise.result else None,
    }


def operations_of(areas: Sequence[Area], period: Period) -> dict[str, Any]:
    """Return the planned operations that began in the period, and how many they were, before too."""
    here = Operation.area_id.in_([each.id for each in areas])
    began = Operation.begins.between(period.before.since, period.until)
    wanted = select(Operation).where(Operation.is_current, here, began).options(joinedload(Operation.area))
    found = db.session.scalars(wanted.order_by(Operation.begins, Operation.id)).all()
    inside, earlier = ([each for each in found if some.has(each.begins)] for some in (period, period.before))
    return {
        "total": {
            name: sum(each.number for each in some) for name, some in (("now", inside), ("before", earlier))
        },
        "one_by_one": [
            {
                "area": each.area.name, "begins": each.begins.isoformat(), "ends": each.ends.isoformat(),
                "number": each.number, "text": each.text,
            }
            for each in inside
        ],
    }  # fmt: skip
