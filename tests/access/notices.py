"""Writing, reading, following and stopping notices."""

from tests.access import Expected

WRITERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403,
    "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
# Only the officers of an area may know of it.
OFFICERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip


def coordinators(status: int) -> dict[str, int]:
    """Return the same for all coordinators of the group: they may write to the group."""
    return {"coordinator": status, "other_coordinator": status, "lead": status}


def of_stairwell_3(status: int) -> dict[str, int]:
    """Return what a stairwell's notice is: for its coordinators and the lead to follow."""
    return {"coordinator": status, "other_coordinator": 403, "lead": status}


IN_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "officer": 404, "other_officer": 404,
    "other_group": 404,
}  # fmt: skip
LEADS = {"coordinator": 403, "other_coordinator": 403, "lead": 303}
BENGTS = {"coordinator": 303, "other_coordinator": 403, "whole_house": 403, "lead": 303}

ENDPOINTS = {
    "notices.index": Expected(
        get="/groups/{group}/notices",
        anybody="login", stranger=404, waiting=404, member=200, coordinator=200, other_coordinator=200,
        lead=200, officer=200, other_officer=404, other_group=404,
    ),
    "notices.new": Expected(get="/groups/{group}/notices/new", **WRITERS, **coordinators(200)),
    "notices.back_to_new": Expected(get="/groups/{group}/notices/preview", **WRITERS, **coordinators(303)),
    "notices.preview": Expected(post="/groups/{group}/notices/preview", **WRITERS, **coordinators(422)),
    "notices.send": Expected(post="/groups/{group}/notices", **WRITERS, **coordinators(422)),
    "notices.area_index": Expected(get="/areas/{area}/notices", **OFFICERS, officer=200),
    "notices.area_new": Expected(get="/areas/{area}/notices/new", **OFFICERS, officer=200),
    "notices.area_preview": Expected(post="/areas/{area}/notices/preview", **OFFICERS, officer=422),
    "notices.area_send": Expected(post="/areas/{area}/notices", **OFFICERS, officer=422),
    # An officer is not a recipient of a coordinator's notice to the group, and does not see it.
    "notices.show": (
        Expected(get="/notices/{notice}", **IN_GROUP, member=200, **coordinators(200)),
        Expected(get="/notices/{stairwell_notice}", **IN_GROUP, member=200, **coordinators(200)),
        Expected(
            get="/notices/{area_notice}", **(IN_GROUP | {"officer": 200}), member=200, **coordinators(200)
        ),
    ),
    "notices.sheet": (
        Expected(get="/notices/{notice}/sheet.pdf", **IN_GROUP, member=200, **coordinators(200)),
        Expected(
            get="/notices/{area_notice}/sheet.pdf",
            **(IN_GROUP | {"officer": 200}),
            member=200,
            **coordinators(200),
        ),
    ),
    # Progress is for the sender, the coordinators of the recipients, and the lead.
    "notices.report": (
        Expected(get="/notices/{notice}/report", **IN_GROUP, member=403, **coordinators(200)),
        Expected(get="/notices/{stairwell_notice}/report", **IN_GROUP, member=403, **of_stairwell_3(200)),
        Expected(get="/notices/{area_notice}/report", **OFFICERS, officer=200),
    ),
    # Only sender and lead may stop it. Amina sent the one to the group, Bengt the one to stairwell 3.
    "notices.ask_stop": (
        Expected(get="/notices/{notice}/stop", **IN_GROUP, member=403, **LEADS),
        Expected(get="/notices/{stairwell_notice}/stop", **IN_GROUP, member=403, **BENGTS),
        Expected(get="/notices/{area_notice}/stop", **OFFICERS, officer=303),
    ),
    "notices.stop": (
        Expected(post="/notices/{notice}/stop", **IN_GROUP, member=403, **LEADS),
        Expected(post="/notices/{stairwell_notice}/stop", **IN_GROUP, member=403, **BENGTS),
        Expected(post="/notices/{area_notice}/stop", **OFFICERS, officer=303),
    ),
    # Flats are for those who work with them, of notices to their group and its area.
    "notices.paper": Expected(
        get="/notices/{area_notice}/paper",
        anybody="login", stranger=404, waiting=404, member=404, coordinator=200, other_coordinator=200,
        lead=200, officer=404, other_officer=404, other_group=404,
    ),
}  # fmt: skip
