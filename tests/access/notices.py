"""Who may what with notices."""

from tests.access import Expected

WRITERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403,
    "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
# An area is known to its officers only.
OFFICERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip


def coordinators(status: int) -> dict[str, int]:
    """All of the group's coordinators alike: they may write to the group."""
    return {"coordinator": status, "other_coordinator": status, "lead": status}


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
    # The officer was no party to what a coordinator wrote to the group.
    "notices.show": Expected(
        get="/notices/{notice}",
        anybody="login", stranger=404, waiting=404, member=200, coordinator=200, other_coordinator=200,
        lead=200, officer=404, other_officer=404, other_group=404,
    ),
    "notices.report": Expected(
        get="/notices/{notice}/report",
        anybody="login", stranger=404, waiting=404, member=403, coordinator=200, other_coordinator=200,
        lead=200, officer=403, other_officer=404, other_group=404,
    ),
    "notices.ask_stop": Expected(
        get="/notices/{notice}/stop",
        anybody="login", stranger=404, waiting=404, member=403, coordinator=303, other_coordinator=303,
        lead=303, officer=403, other_officer=404, other_group=404,
    ),
    "notices.stop": Expected(
        post="/notices/{notice}/stop",
        anybody="login", stranger=404, waiting=404, member=403, coordinator=303, other_coordinator=303,
        lead=303, officer=403, other_officer=404, other_group=404,
    ),
    # Which flats: for those who work with them, of notices to their group and its area.
    "notices.paper": Expected(
        get="/notices/{area_notice}/paper",
        anybody="login", stranger=404, waiting=404, member=404, coordinator=200, other_coordinator=200,
        lead=200, officer=404, other_officer=404, other_group=404,
    ),
}  # fmt: skip
