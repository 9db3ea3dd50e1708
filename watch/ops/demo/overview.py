"""Sample coordinates of one area's buildings, and the months before, so that map and plots have something."""

from __future__ import annotations

from itertools import groupby
from math import sin

from sqlalchemy import select

from watch.extensions import db
from watch.followup.service.months import count_months
from watch.models import FEW, Area, AreaMonth, utcnow
from watch.outreach.queries import buildings_of

NORTH, EAST = 6_399_100, 378_900  # somewhere in Borås
WITH_HOUSEHOLDS = 13  # months, counted from now


def add_places(area: Area) -> None:
    """Set invented coordinates: the streets lie side by side, slightly bent."""
    houses = [(each.stairwells[0].street, each) for each in buildings_of(area)]
    for line, (_street, along) in enumerate(groupby(houses, key=lambda each: each[0])):
        for place, (_name, building) in enumerate(along):
            for port, stairwell in enumerate(building.stairwells):
                stairwell.north = NORTH - 130 * line + round(50 * sin(place * 0.7 + line)) - 8 * port
                stairwell.east = EAST + 75 * place + 30 * (line % 3) + 12 * port


def add_months() -> None:
    """Count the months, and let the households of the last year grow to what they are now."""
    count_months(utcnow())
    for area in db.session.scalars(select(Area)):
        latest_first = select(AreaMonth).where(AreaMonth.area_id == area.id).order_by(AreaMonth.month.desc())
        rows = db.session.scalars(latest_first.limit(WITH_HOUSEHOLDS)).all()
        for ago, row in enumerate(rows):
            then = round((rows[0].taking_part or 0) * (1 - ago / len(rows) * 0.7))
            row.taking_part, row.flats = then if then >= FEW else 0, rows[0].flats
