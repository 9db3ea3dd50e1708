"""Names of people that a text should not tell: each reader is asked about those only whom they know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, false, or_, select, true

from watch.extensions import db
from watch.models import Coordinator, Group, Membership, Person
from watch.recipients import Scopes


def members_near(scopes: Scopes) -> Sequence[str]:
    """Return the names of members that the coordinator of these stairwells knows, but not of coordinators.

    Those are the members of the stairwells, also those whose flat is not known, and others of the group who
    show neighbours their name. One statement.
    """
    shows_name = Person.shows_name & Membership.household_id.is_not(None)
    here = [
        and_(
            Membership.group_id == group_id,
            true() if some is None else or_(Membership.stairwell_id.in_(some), shows_name),
        )
        for group_id, some in scopes.items()
    ]
    of_member = Coordinator.person_id == Person.id, Coordinator.group_id == Membership.group_id
    coordinates = select(Coordinator.id).where(*of_member, Coordinator.is_current)
    wanted = select(Person.name).join(Membership, Membership.person_id == Person.id)
    known = Membership.is_current, ~coordinates.exists()
    return db.session.scalars(wanted.where(or_(false(), *here), *known)).all()


def coordinators_in(area_id: int) -> Sequence[str]:
    """Return the names of the coordinators in an area, whom its officers know."""
    wanted = select(Person.name).join(Coordinator, Coordinator.person_id == Person.id)
    here = Coordinator.group_id.in_(select(Group.id).where(Group.area_id == area_id))
    return db.session.scalars(wanted.where(here, Coordinator.is_current).distinct()).all()
