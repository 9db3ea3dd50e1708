"""What officers follow: sums of their areas, what needs them, and an area's buildings one by one."""

from watch.followup.queries.buildings import (
    BuildingRow,
    BuildingState,
    Filter,
    Page,
    buildings_of,
    landlords_in,
)
from watch.followup.queries.counts import AreaCounts, areas_side_by_side
from watch.followup.queries.needs import Need, Reason, what_needs_somebody

__all__ = [
    "AreaCounts",
    "BuildingRow",
    "BuildingState",
    "Filter",
    "Need",
    "Page",
    "Reason",
    "areas_side_by_side",
    "buildings_of",
    "landlords_in",
    "what_needs_somebody",
]
