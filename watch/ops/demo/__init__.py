"""Sample data: three areas, groups in different states, interest in Norrby, and people at example.org."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

from sqlalchemy import select

from watch.extensions import db
from watch.groups.service.recounting import recount_groups
from watch.models import Area, utcnow
from watch.ops.demo.cast import make_area_notice, make_cast, make_contacts, make_officers, make_partners
from watch.ops.demo.groups import GROUPS, INTERESTED, let_members_have_joined, make_group, make_interest
from watch.ops.demo.meetings import add_area_findings
from watch.ops.demo.outreach import add_outreach
from watch.ops.demo.overview import add_months, add_places
from watch.ops.demo.people import building_of
from watch.ops.demo.registers import add_registers
from watch.ops.demo.reports import add_report, add_what_a_report_tells
from watch.places import landlord_list
from watch.places.service import import_landlord_list

SAMPLE = Path(__file__).parent.parent / "sample" / "fastigheter-boras.csv"
SEED = 2019  # the same people at every start


def is_empty() -> bool:
    """Return True if the database holds no area."""
    return db.session.scalar(select(Area.id).limit(1)) is None


def seed() -> None:
    """Fill an empty database. Does not commit, and leaves no mail waiting."""
    import_landlord_list(landlord_list.read(SAMPLE.read_bytes()))
    db.session.flush()
    chance = random.Random(SEED)
    areas = {area.slug: area for area in db.session.scalars(select(Area))}
    for slug, groups in (("hassleholmen", 12), ("boda", 6), ("norrby", 15)):
        areas[slug].target_groups = groups
        areas[slug].target_by = date(utcnow().year + 1, 12, 31)
    officers = make_officers(areas)
    for sample in GROUPS:
        make_group(sample, officers[0], chance)
    make_cast()
    let_members_have_joined()
    for designation, count in INTERESTED.items():
        make_interest(building_of(designation), count, chance)
    make_contacts(areas)
    make_partners(areas["hassleholmen"])
    add_area_findings(areas["hassleholmen"])
    add_outreach(areas, officers[0])
    add_registers()
    make_area_notice(areas["hassleholmen"], officers[0])
    db.session.flush()
    recount_groups(utcnow())
    add_places(areas["hassleholmen"])
    add_what_a_report_tells(areas, officers[0])
    add_months()
    add_report(areas, officers[0])
