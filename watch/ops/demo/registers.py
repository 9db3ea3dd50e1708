"""Sample signs of buildings whose group is active, and coordinators who were taught."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from watch.extensions import db
from watch.language import local
from watch.models import Building, Coordinator, Group, GroupState, SignSpot, WatchSign, utcnow

SIGNS = (  # days since it was ordered, put up and checked, and whether it is worn
    (400, 380, 20, False),
    (400, 380, None, False),
    (400, 370, 30, True),
    (12, None, None, False),
)
TAUGHT = 3  # of so many coordinators all but one


def add_registers() -> None:
    """Add signs at the stairwells of active groups, in turn, and days of training."""
    today = local(utcnow()).date()
    active = select(Building).join(Group, Group.id == Building.group_id)
    houses = db.session.scalars(
        active.where(Group.state == GroupState.ACTIVE).order_by(Building.sort_key)
    ).all()
    stairwells = [each for house in houses[:3] for each in house.stairwells[:3]]
    for place, stairwell in enumerate(stairwells):
        ordered, up, checked, is_worn = SIGNS[place % len(SIGNS)]
        db.session.add(
            WatchSign(
                building=stairwell.building, stairwell=stairwell, is_worn=is_worn,
                spot=(SignSpot.ENTRANCE, SignSpot.FACADE)[place % 2],
                ordered_on=today - timedelta(days=ordered),
                up_on=today - timedelta(days=up) if up else None,
                checked_on=today - timedelta(days=checked) if checked else None,
            )
        )  # fmt: skip
    current = select(Coordinator).where(Coordinator.is_current).order_by(Coordinator.id)
    for place, each in enumerate(db.session.scalars(current)):
        if place % TAUGHT:
            each.trained_on = today - timedelta(days=90)
