"""Ticking off papers: for whoever works with the flats."""

from tests.access import Expected
from tests.access.meetings import CALLERS, coordinators, of_stairwell_3

ENDPOINTS = {
    "handouts.tick_notice": Expected(
        post="/notices/{area_notice}/paper/ticks",
        anybody="login", stranger=404, waiting=404, member=404, coordinator=303, other_coordinator=303,
        lead=303, officer=404, other_officer=404, other_group=404,
    ),
    "handouts.tick_meeting": (
        Expected(post="/meetings/{meeting}/paper/ticks", **CALLERS, **coordinators(303)),
        Expected(post="/meetings/{stairwell_meeting}/paper/ticks", **CALLERS, **of_stairwell_3(303)),
    ),
    "handouts.tick_notes": Expected(
        post="/meetings/{held_meeting}/notes/paper/ticks", **CALLERS, **of_stairwell_3(303)
    ),
}  # fmt: skip
