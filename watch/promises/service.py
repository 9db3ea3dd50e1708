"""Changes to promises and planned operations: written, changed, published, followed up, and taken away."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.models import Area, Operation, Person, Promise, PromiseResult, utcnow
from watch.promises.errors import ChangedMeanwhile, NotBegun, NotPublished
from watch.promises.period import has_begun
from watch.statements import changed

Row = TypeVar("Row", Promise, Operation)


@dataclass(frozen=True)
class Wording:
    """What a promise says: for which period, who answers for it, and what is to be reached."""

    begins: date
    ends: date
    text: str
    by_police: bool
    by_municipality: bool
    by_landlord: bool
    by_groups: bool
    other_parties: str
    target: int | None
    unit: str


@dataclass(frozen=True)
class FollowUp:
    """What became of a promise."""

    result: PromiseResult
    outcome_number: int | None
    outcome: str
    source: str


@dataclass(frozen=True)
class Plan:
    """What is said of planned operations."""

    area_id: int
    begins: date
    ends: date
    number: int
    text: str


def add(areas: list[Area], wording: Wording, *, by: Person, form_key: str | None = None) -> Promise:
    """Write a draft of a promise for some areas. The same form sent twice makes one."""
    promise, is_new = _add(Promise(areas=areas, by_id=by.id, form_key=form_key, **asdict(wording)))
    if is_new:
        _note("promise-added", promise, by)
    return promise


def change(promise: Promise, areas: list[Area], wording: Wording, *, seen: int, by: Person) -> None:
    """Let a promise say something else; one that was taken away comes back.

    `seen` is its version when the form was shown. Raises ChangedMeanwhile if it has another one by now, and
    NotBegun if it is followed up and would begin later than today.
    """
    if _says(promise, wording) and set(promise.areas) == set(areas) and promise.is_current:
        return
    if promise.result and not has_begun(wording.begins):
        raise NotBegun
    before = set(promise.areas)
    _write(promise, asdict(wording) | {"worded_at": utcnow(), "removed_at": None}, seen, by)
    promise.areas = areas
    _note("promise-changed", promise, by, beside=before)


def follow_up(promise: Promise, said: FollowUp, *, seen: int, by: Person) -> None:
    """Say what became of a promise, or correct it.

    Raises NotPublished, NotBegun before its period, and ChangedMeanwhile as `change`.
    """
    if promise.published_at is None:
        raise NotPublished
    if not has_begun(promise.begins):
        raise NotBegun
    if not _says(promise, said):
        _write(promise, asdict(said) | {"followed_up_at": utcnow()}, seen, by)
        _note("promise-followed-up", promise, by)


def publish(promise: Promise, *, seen: int, by: Person) -> None:
    """Let everybody read a promise, in the words that the publisher has seen; else ChangedMeanwhile."""
    if not promise.is_public:
        _write(promise, {"published_at": utcnow(), "removed_at": None}, seen, by)
        _note("promise-published", promise, by)


def take_back(promise: Promise, *, by: Person) -> None:
    """Let nobody but officers read a promise any more. What became of it stays written."""
    if promise.published_at is not None:
        _write(promise, {"published_at": None}, promise.version, by)
        _note("promise-taken-back", promise, by)


def remove(promise: Promise, *, by: Person) -> None:
    """Take away a promise. It is erased after 30 days."""
    if promise.removed_at is None:
        _write(promise, {"removed_at": utcnow()}, promise.version, by)
        _note("promise-removed", promise, by)


def bring_back(promise: Promise, *, by: Person) -> None:
    """Undo taking a promise away: it is what it was, also for the public."""
    if promise.removed_at is not None:
        _write(promise, {"removed_at": None}, promise.version, by)
        _note("promise-brought-back", promise, by)


def add_operation(plan: Plan, *, by: Person, form_key: str | None = None) -> Operation:
    """Write down planned operations. The same form sent twice makes one row."""
    operation, is_new = _add(Operation(by_id=by.id, form_key=form_key, **asdict(plan)))
    if is_new:
        _note("operation-added", operation, by)
    return operation


def change_operation(operation: Operation, plan: Plan, *, seen: int, by: Person) -> None:
    """Let planned operations say something else, as `change` does of a promise."""
    if _says(operation, plan) and operation.is_current:
        return
    before = {operation.area}
    _write(operation, asdict(plan) | {"changed_at": utcnow(), "removed_at": None}, seen, by)
    _note("operation-changed", operation, by, beside=before)


def remove_operation(operation: Operation, *, by: Person) -> None:
    """Take away planned operations. They are erased after 30 days."""
    if operation.removed_at is None:
        _write(operation, {"removed_at": utcnow()}, operation.version, by)
        _note("operation-removed", operation, by)


def bring_back_operation(operation: Operation, *, by: Person) -> None:
    """Undo taking planned operations away."""
    if operation.removed_at is not None:
        _write(operation, {"removed_at": None}, operation.version, by)
        _note("operation-brought-back", operation, by)


def _add(row: Row) -> tuple[Row, bool]:
    """Store a row, or return the one that the same form has made, and whether it is new."""
    model = type(row)
    known = select(model).where(model.form_key == row.form_key, model.form_key.is_not(None))
    with db.session.no_autoflush:
        found = db.session.scalar(known)
    if found:
        return found, False
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the same press, a moment earlier
        return db.session.scalars(known).one(), False
    return row, True


def _says(row: Promise | Operation, said: Wording | FollowUp | Plan) -> bool:
    return all(getattr(row, name) == value for name, value in asdict(said).items())


def _write(row: Promise | Operation, values: dict[str, Any], seen: int, by: Person) -> None:
    """Write values into a row that still has the version that was seen, else raise ChangedMeanwhile."""
    model = type(row)
    unchanged = update(model).where(model.id == row.id, model.version == seen)
    if not changed(unchanged.values(values | {"version": seen + 1, "by_id": by.id})):
        db.session.refresh(row)
        raise ChangedMeanwhile
    db.session.refresh(row)


def _note(what: str, row: Promise | Operation, by: Person, *, beside: set[Area] | None = None) -> None:
    """Write the act into the trail of each area, also of those that it was about `beside` these."""
    now = row.areas if isinstance(row, Promise) else [row.area]
    for area in sorted({*now, *(beside or ())}, key=lambda each: each.id):
        audit.note(what, about=row, by=by, area=area)
