"""Which groups people can ask to join, and from which stairwells."""

from __future__ import annotations

from watch.extensions import db
from watch.groups.queries.members import coordinators_for
from watch.models import (
    Building,
    Group,
    GroupState,
    Stairwell,
)

OPEN_TO_JOIN = frozenset({GroupState.STARTING, GroupState.ACTIVE})
# Officers wake a resting group by letters too. Until it is woken their codes lead to showing interest.
HAS_LETTERS = OPEN_TO_JOIN | {GroupState.DORMANT}


def group_to_join(stairwell: Stairwell, *, by_letter: bool = False) -> Group | None:
    """Return the group that residents of this stairwell can ask to join, or None.

    It must be open, and have a coordinator who would be told. A letter needs none.
    """
    if stairwell.building.group_id is None:
        return None
    group = db.session.get_one(Group, stairwell.building.group_id)
    is_open = group.state in OPEN_TO_JOIN and (by_letter or coordinators_for(stairwell))
    return group if is_open else None


def joinable_stairwells(building: Building) -> list[Stairwell]:
    """Return the stairwells of a building whose residents can ask to join its group."""
    return [stairwell for stairwell in building.stairwells if group_to_join(stairwell)]
