"""Counts are for officers, in their own areas."""

from __future__ import annotations

from tests.access import Expected

ENDPOINTS = {
    "followup.overview": Expected(
        get="/overview",
        anybody="login", stranger=403, waiting=403, member=403,
        coordinator=403, other_coordinator=403, lead=403,
        officer=200, other_officer=200, other_group=403,
    ),
    "followup.groups": Expected(
        get="/overview/groups",
        anybody="login", stranger=403, waiting=403, member=403,
        coordinator=403, other_coordinator=403, lead=403,
        officer=200, other_officer=200, other_group=403,
    ),
    "followup.area_map": Expected(
        get="/areas/{area}/map",
        anybody="login", stranger=404, waiting=404, member=404,
        coordinator=404, other_coordinator=404, lead=404,
        officer=200, other_officer=404, other_group=404,
    ),
    "followup.area_months": Expected(
        get="/areas/{area}/months",
        anybody="login", stranger=404, waiting=404, member=404,
        coordinator=404, other_coordinator=404, lead=404,
        officer=200, other_officer=404, other_group=404,
    ),
    "followup.area": Expected(
        get="/areas/{area}",
        anybody="login", stranger=404, waiting=404, member=404,
        coordinator=404, other_coordinator=404, lead=404,
        officer=200, other_officer=404, other_group=404,
    ),
}  # fmt: skip
