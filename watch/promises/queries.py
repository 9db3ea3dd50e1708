"""Reads promises and planned operations: those of an area or a period, in an order that does not change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.models import Area, Operation, Promise, PromiseState
from watch.searching import is_found

Row = TypeVar("Row", Promise, Operation)


@dataclass(frozen=True)
class Filter:
    """What is wanted: of an area, with a text, in a state, and for a period that it has a day of."""

    text: str = ""
    area_id: int | None = None
    state: PromiseState | None = None
    since: date | None = None
    until: date | None = None


def promises_of(areas: Collection[int], wanted: Filter) -> list[int]:
    """Return the ids of the promises in some of these areas (ids), the latest period first."""
    places = {wanted.area_id} & set(areas) if wanted.area_id else set(areas)
    here = Promise.areas.any(Area.id.in_(places))
    return _ids(Promise, [Promise.is_current, here, *_in_state(wanted.state)], wanted)


def published_promises(wanted: Filter) -> list[int]:
    """Return the ids of the promises that everybody may read, the latest period first."""
    here = [Promise.areas.any(Area.id == wanted.area_id)] if wanted.area_id else []
    return _ids(Promise, [Promise.is_public, *here], wanted)


def operations_of(areas: Collection[int], wanted: Filter) -> list[int]:
    """Return the ids of the planned operations in these areas (ids), the latest period first."""
    places = {wanted.area_id} & set(areas) if wanted.area_id else set(areas)
    return _ids(Operation, [Operation.is_current, Operation.area_id.in_(places)], wanted)


def removed_promises(areas: Collection[int]) -> list[Promise]:
    """Return the promises that were taken away, of these areas (ids) and no others, the latest first."""
    here, elsewhere = Promise.areas.any(Area.id.in_(areas)), Promise.areas.any(Area.id.not_in(areas))
    return _removed(Promise, here & ~elsewhere)


def removed_operations(areas: Collection[int]) -> list[Operation]:
    """Return the planned operations in these areas (ids) that were taken away, the latest first."""
    return _removed(Operation, Operation.area_id.in_(areas))


def _removed(model: type[Row], here: ColumnElement[bool]) -> list[Row]:
    wanted = select(model).where(model.removed_at.is_not(None), here)
    return list(db.session.scalars(wanted.order_by(model.removed_at.desc(), model.id.desc())))


def _in_state(state: PromiseState | None) -> Iterator[ColumnElement[bool]]:
    match state:
        case PromiseState.DRAFT:
            yield Promise.published_at.is_(None)
        case PromiseState.PUBLISHED:
            yield Promise.published_at.is_not(None) & Promise.followed_up_at.is_(None)
        case PromiseState.FOLLOWED_UP:
            yield Promise.published_at.is_not(None) & Promise.followed_up_at.is_not(None)


def _ids(model: type[Row], conditions: list[Any], wanted: Filter) -> list[int]:
    rows = select(model.id, model.text).where(*conditions)
    if wanted.since:
        rows = rows.where(model.ends >= wanted.since)
    if wanted.until:
        rows = rows.where(model.begins <= wanted.until)
    found = db.session.execute(rows.order_by(model.begins.desc(), model.ends.desc(), model.id.desc()))
    return [number for number, text in found if not wanted.text or is_found(wanted.text, text)]


def promises_by_id(ids: Sequence[int]) -> list[Promise]:
    """Return these promises in this order, with their areas."""
    wanted = select(Promise).where(Promise.id.in_(ids)).options(selectinload(Promise.areas))
    found = {each.id: each for each in db.session.scalars(wanted)}
    return [found[each] for each in ids if each in found]


def operations_by_id(ids: Sequence[int]) -> list[Operation]:
    """Return these operations in this order, with their area."""
    wanted = select(Operation).where(Operation.id.in_(ids)).options(joinedload(Operation.area))
    found = {each.id: each for each in db.session.scalars(wanted)}
    return [found[each] for each in ids if each in found]


def number_of(operations: Collection[int]) -> int:
    """Return how many operations these rows (ids) tell of, together."""
    numbers = db.session.scalars(select(Operation.number).where(Operation.id.in_(operations)))
    return sum(numbers)


def all_areas() -> Sequence[Area]:
    """Return every area in Swedish order."""
    return db.session.scalars(select(Area).order_by(Area.sort_key)).all()
