"""The first steps of a new lead, and which tasks were set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.sql import func

from watch.extensions import db
from watch.models import (
    Building,
    Coordinator,
    Group,
    Interest,
    Letter,
    Mailing,
    Meeting,
    Person,
    SetAside,
    Task,
)

SHOWN_FOR = timedelta(days=60)  # after a lead accepted


@dataclass(frozen=True)
class FirstSteps:
    """Which first steps a new lead has done, and how many interested neighbours were told of the group.

    `is_new` is true if the reader became the lead within 60 days.
    """

    posters: bool
    letters: bool
    gathering: bool
    told: int
    is_new: bool

    @property
    def are_done(self) -> bool:
        """True if all three steps are done."""
        return self.posters and self.letters and self.gathering


def set_aside_in(group: Group) -> set[Task]:
    """Return the tasks that the group's lead has ticked or set aside."""
    return set(db.session.scalars(select(SetAside.task).where(SetAside.group_id == group.id)))


def first_steps_of(group: Group, tasks: set[Task], reader: Person, now: datetime) -> FirstSteps:
    """Return the first steps of a group; `tasks` are those set aside. One statement."""
    lately = select(Coordinator.id).where(
        Coordinator.group_id == group.id,
        Coordinator.person_id == reader.id,
        Coordinator.is_lead,
        Coordinator.is_current,
        Coordinator.accepted_at > now - SHOWN_FOR,
    )
    letters = select(Letter.id).where(Letter.group_id == group.id, Letter.delivered_at.is_not(None))
    of_group = Meeting.counts_for([group.id])
    gathering = select(Meeting.id).where(of_group, Meeting.is_on)
    told = (
        select(func.count(Mailing.id))
        .join(Interest, Interest.id == Mailing.interest_id)
        .join(Building, Building.id == Interest.building_id)
        .where(Building.group_id == group.id, Mailing.kind == "group-started")
    )
    asked = letters.exists(), gathering.exists(), told.scalar_subquery(), lately.exists()
    row = db.session.execute(select(*asked)).one()
    return FirstSteps(Task.POSTERS in tasks, *row)
