"""What one can know of a group: its households, members and coordinators, and what its pages show."""

from watch.groups.queries.households import (
    Counts,
    FlatInHouse,
    FlatState,
    counts_of_group,
    history_of,
    households_of,
    members_at,
    paper_households,
    sums,
)
from watch.groups.queries.members import (
    active_member_ids,
    active_membership,
    coordinators_for,
    coordinators_of,
    members_of,
    refusals_to,
)
from watch.groups.queries.pages import (
    Coming,
    Facts,
    coming_meetings,
    facts_and_next_meeting,
    facts_of,
    first_interest,
    flats_in,
    groups_of,
    people_of,
)
from watch.groups.queries.stairwells import StairwellInHouse, stairwells_in, stairwells_of

__all__ = [
    "Coming",
    "Counts",
    "Facts",
    "FlatInHouse",
    "FlatState",
    "StairwellInHouse",
    "active_member_ids",
    "active_membership",
    "coming_meetings",
    "coordinators_for",
    "coordinators_of",
    "counts_of_group",
    "facts_and_next_meeting",
    "facts_of",
    "first_interest",
    "flats_in",
    "groups_of",
    "history_of",
    "households_of",
    "members_at",
    "members_of",
    "paper_households",
    "people_of",
    "refusals_to",
    "stairwells_in",
    "stairwells_of",
    "sums",
]
