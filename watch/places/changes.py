"""What a landlord's new list changes: places that are new, changed, gone, and back again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from watch.extensions import db
from watch.models import Area, Building, Flat, Landlord, Model, Property, Stairwell, utcnow
from watch.places.addresses import swedish_sort_key
from watch.places.landlord_list import FlatRow

AT_ONCE = 1000  # rows of a statement
COORDINATES = ("north", "east")
TRACKED: Mapping[type[Any], Sequence[str]] = {  # what of each kind is said when it changes
    Area: ("name",),
    Landlord: ("name",),
    Property: ("designation", "landlord"),
    Building: ("name", "property", "address"),
    Stairwell: ("street", "postcode", "city", "building", *COORDINATES),
}


@dataclass(frozen=True)
class Change:
    """A value that the list changes: of what, where, from what and to what."""

    what: str
    where: str
    old: str
    new: str


@dataclass(frozen=True)
class Imported:
    """The number of new places of each kind, and what else the list changes.

    `new_names` are those of new properties and landlords. `added`, `gone` and `back` have the flats' numbers
    by the address of their stairwell.
    """

    areas: int = 0
    landlords: int = 0
    properties: int = 0
    buildings: int = 0
    stairwells: int = 0
    flats: int = 0
    new_names: list[str] = field(default_factory=list, compare=False)
    changed: list[Change] = field(default_factory=list, compare=False)
    added: dict[str, list[str]] = field(default_factory=dict, compare=False)
    gone: dict[str, list[str]] = field(default_factory=dict, compare=False)
    back: dict[str, list[str]] = field(default_factory=dict, compare=False)

    def is_nothing(self) -> bool:
        """Return True if the list says what was known already."""
        return self == Imported() and not (self.changed or self.gone or self.back)


def changes_in(session: Session) -> Iterator[Change]:
    """Yield what has been changed of known places and is not flushed yet."""
    for row in session.dirty:
        for name in TRACKED.get(type(row), ()):
            history = inspect(row).attrs[name].history
            old, new = [*history.deleted, ""][0], [*history.added, ""][0]  # a new building had no name yet
            if new and old != new and (old or name in COORDINATES):
                yield Change(f"{type(row).__name__} {name}", _name(row), _name(old), _name(new))


def _name(value: Any) -> str:
    """Return what a place is called, as it was before the list."""
    match value:
        case Property():
            return _before(value, "designation")
        case Stairwell():
            return f"{_before(value, 'street')} {value.number}"
        case Building():
            return _before(value, "address") or _before(value, "name")
        case Area() | Landlord():
            return _before(value, "name")
    return str(value or "–")


def _before(row: Model, name: str) -> str:
    history = inspect(row).attrs[name].history
    return str((history.deleted or [getattr(row, name)])[0])


Key = tuple[int, str]  # a stairwell's id and a flat's number


def mark_gone(listed: Collection[Key], landlords: Collection[int], areas: Collection[int]) -> list[Flat]:
    """Mark the flats of these landlords in these areas that are not listed, and return those newly marked.

    Nothing is erased: who lives in such a flat stays.
    """
    ours = (
        select(Flat)
        .join(Flat.stairwell)
        .join(Stairwell.building)
        .join(Building.property)
        .where(Property.landlord_id.in_(landlords), Property.area_id.in_(areas), Flat.gone_at.is_(None))
    )
    known = set(listed)
    gone = [flat for flat in db.session.scalars(ours) if (flat.stairwell_id, flat.number) not in known]
    _set(gone, utcnow())
    return gone


def mark_back(listed: Collection[Key]) -> list[Flat]:
    """Take the mark off the flats that are listed again, and return them."""
    known = set(listed)
    marked = db.session.scalars(select(Flat).where(Flat.gone_at.is_not(None)))
    back = [flat for flat in marked if (flat.stairwell_id, flat.number) in known]
    _set(back, None)
    return back


def _set(flats: Sequence[Flat], gone_at: datetime | None) -> None:
    for start in range(0, len(flats), AT_ONCE):
        ids = [flat.id for flat in flats[start : start + AT_ONCE]]
        db.session.execute(update(Flat).where(Flat.id.in_(ids)).values(gone_at=gone_at))


def by_address(flats: Collection[tuple[Stairwell, str]]) -> dict[str, list[str]]:
    """Return flats' numbers by the address of their stairwell, in street order."""
    ordered = sorted(flats, key=lambda each: (swedish_sort_key(each[0].address), each[1]))
    found: dict[str, list[str]] = {}
    for stairwell, number in ordered:
        found.setdefault(stairwell.address, []).append(number)
    return found


def save_flats(
    rows: Sequence[FlatRow], stairwells: Mapping[int, Stairwell], progress: Callable[[int], None]
) -> tuple[list[tuple[Stairwell, str]], list[Change]]:
    """Insert and update flats, a thousand rows a statement. Return the new ones and the changed numbers."""
    known = {
        (stairwell_id, number): (flat_id, landlord_number)
        for flat_id, stairwell_id, number, landlord_number in db.session.execute(
            select(Flat.id, Flat.stairwell_id, Flat.number, Flat.landlord_number)
        )
    }
    new: list[tuple[Stairwell, str]] = []
    renumbered: list[Change] = []
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        added, changed = [], []
        for row in part:
            stairwell = stairwells[row.row]
            flat_id, own = known.get((stairwell.id, row.flat), (None, None))
            if flat_id is None:
                own = row.landlord_number
                added.append({"stairwell_id": stairwell.id, "number": row.flat, "landlord_number": own})
                new.append((stairwell, row.flat))
            elif row.landlord_number and row.landlord_number != own:
                changed.append({"id": flat_id, "landlord_number": row.landlord_number})
                renumbered.append(_renumbered(row, own))
        if added:
            db.session.execute(insert(Flat), added)
        if changed:
            db.session.execute(update(Flat), changed)
        progress(len(part))
    return new, renumbered


def _renumbered(row: FlatRow, old: str | None) -> Change:
    where = f"{row.street} {row.number}, {row.flat}"
    return Change("Flat landlord_number", where, old or "–", row.landlord_number or "–")
