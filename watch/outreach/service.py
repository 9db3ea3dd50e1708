"""Changes to the outreach log: written down, changed, taken away and brought back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.models import Area, ExportReason, OutreachEntry, OutreachKind, Person, utcnow
from watch.outreach.errors import ChangedMeanwhile
from watch.statements import changed

NEXT: Any = OutreachEntry.version + 1  # as the database counts it, whoever has written meanwhile


@dataclass(frozen=True)
class Plan:
    """What an entry says: when and where it was, who took part, and what came of it."""

    kind: OutreachKind
    day: date
    building_id: int | None
    place: str | None
    with_police: bool
    with_volunteers: bool
    with_landlord: bool
    with_municipality: bool
    people: int
    doors_knocked: int | None
    doors_opened: int | None
    left_material: bool
    material_count: int | None
    material_languages: str

    @property
    def values(self) -> dict[str, Any]:
        """The values by column."""
        return asdict(self)

    def is_of(self, entry: OutreachEntry) -> bool:
        """Return True if the entry says just this."""
        return all(getattr(entry, name) == value for name, value in self.values.items())


def add(area: Area, plan: Plan, *, by: Person, form_key: str | None = None) -> OutreachEntry:
    """Write down what was done in an area. The same form sent twice makes one entry."""
    known = select(OutreachEntry).where(
        OutreachEntry.form_key == form_key, OutreachEntry.form_key.is_not(None)
    )
    if found := db.session.scalar(known):
        return found
    entry = OutreachEntry(area=area, by_id=by.id, form_key=form_key, **plan.values)
    try:
        with db.session.begin_nested():
            db.session.add(entry)
    except IntegrityError:  # the same press, a moment earlier
        return db.session.scalars(known).one()
    audit.note("outreach-added", about=entry, by=by, area=area)
    return entry


def change(entry: OutreachEntry, plan: Plan, *, seen: int, by: Person) -> None:
    """Let an entry say something else; one that was taken away comes back.

    `seen` is its version when the form was shown. Raises ChangedMeanwhile if it has another one by now.
    """
    if plan.is_of(entry) and entry.is_current:
        return
    unchanged = update(OutreachEntry).where(OutreachEntry.id == entry.id, OutreachEntry.version == seen)
    values = plan.values | {"version": seen + 1, "changed_at": utcnow(), "removed_at": None}
    if not changed(unchanged.values(values)):
        db.session.refresh(entry)
        raise ChangedMeanwhile
    db.session.refresh(entry)
    audit.note("outreach-changed", about=entry, by=by, area=entry.area)


def remove(entry: OutreachEntry, *, by: Person) -> None:
    """Take away an entry. It counts in no sum from then on, and is erased after 30 days."""
    if entry.removed_at is None:
        entry.removed_at, entry.version = utcnow(), NEXT
        audit.note("outreach-removed", about=entry, by=by, area=entry.area)


def bring_back(entry: OutreachEntry, *, by: Person) -> None:
    """Undo taking an entry away."""
    if entry.removed_at is not None:
        entry.removed_at, entry.version = None, NEXT
        audit.note("outreach-brought-back", about=entry, by=by, area=entry.area)


def note_export(areas: list[Area], why: ExportReason, *, by: Person) -> None:
    """Write down that somebody took out entries of these areas, and why."""
    for area in areas:
        audit.note("outreach-exported", about=area, by=by, area=area, why=why)
