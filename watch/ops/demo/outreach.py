"""Sample doors knocked on and visits on site, of the last year and the year before."""

from __future__ import annotations

from datetime import timedelta

from watch.extensions import db
from watch.language import local
from watch.models import Area, OutreachEntry, OutreachKind, Person, utcnow
from watch.outreach.queries import buildings_of

KNOCKED = (  # area, days ago, the place of the building in the list, people, doors knocked and opened, copies
    ("hassleholmen", 9, 0, 6, 42, 26, 42),
    ("hassleholmen", 23, 2, 5, 44, 22, 44),
    ("boda", 41, 1, 4, 24, 11, None),
    ("hassleholmen", 210, 4, 6, 32, 17, 30),
    ("boda", 260, 0, 5, 12, 7, 12),
    ("norrby", 302, 1, 8, 50, 21, 50),
    ("hassleholmen", 430, 1, 4, 30, 12, None),
)
ON_SITE = (("hassleholmen", 16, "Hässlehuset", 5, 60), ("norrby", 33, "Norrbyhuset", 4, 45),
           ("boda", 120, "Torget", 3, None))  # fmt: skip


def add_outreach(areas: dict[str, Area], officer: Person) -> None:
    """Add entries of the outreach log."""
    for slug, days, place, people, knocked, opened, copies in KNOCKED:
        area = areas[slug]
        entry = _entry(area, days, people, copies, officer)
        entry.kind, entry.building_id = OutreachKind.DOOR_KNOCKING, buildings_of(area)[place].id
        entry.doors_knocked, entry.doors_opened, entry.with_volunteers = knocked, opened, True
        db.session.add(entry)
    for slug, days, where, people, copies in ON_SITE:
        entry = _entry(areas[slug], days, people, copies, officer)
        entry.kind, entry.place, entry.with_municipality = OutreachKind.ON_SITE, where, True
        db.session.add(entry)


def _entry(area: Area, days: int, people: int, copies: int | None, officer: Person) -> OutreachEntry:
    return OutreachEntry(
        area_id=area.id,
        day=local(utcnow() - timedelta(days=days)).date(),
        people=people,
        with_police=True,
        left_material=copies is not None,
        material_count=copies,
        material_languages="sv ar so" if copies else "",
        by_id=officer.id,
    )
