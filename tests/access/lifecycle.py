"""Only officers start groups, in their own areas."""

from tests.access import Expected

IN_AREA = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403,
    "coordinator": 403, "other_coordinator": 403, "lead": 403,
    "other_officer": 404, "other_group": 404,
}  # fmt: skip
NOT_AN_OFFICER = dict.fromkeys(
    ("stranger", "waiting", "member", "coordinator", "other_coordinator", "lead", "other_group"), 403
)
NO_GROUP_YET = dict.fromkeys(
    ("stranger", "waiting", "member", "coordinator", "other_coordinator", "lead", "other_officer",
     "other_group"), 404,
)  # fmt: skip

ENDPOINTS = {
    "lifecycle.new": Expected(
        get="/groups/new?building={empty_house}",
        anybody="login", **NOT_AN_OFFICER, officer=200, other_officer=404,
    ),
    "lifecycle.back_to_new": Expected(
        get="/buildings/{empty_house}/group", anybody="login", **NO_GROUP_YET, officer=303
    ),
    "lifecycle.create": Expected(
        post="/buildings/{empty_house}/group", anybody="login", **NO_GROUP_YET, officer=422
    ),
    "lifecycle.checklist": Expected(
        get="/groups/{group}/lifecycle", **(IN_AREA | {"lead": 200}), officer=200
    ),
    "lifecycle.rest": Expected(post="/groups/{group}/rest", **IN_AREA, officer=422),
    "lifecycle.wake": Expected(post="/groups/{group}/wake", **IN_AREA, officer=303),
    "lifecycle.tick": Expected(post="/groups/{group}/lifecycle/meeting_booked", **IN_AREA, officer=303),
    "lifecycle.untick": Expected(
        post="/groups/{group}/lifecycle/meeting_booked/undo", **IN_AREA, officer=303
    ),
    "lifecycle.keep_active": Expected(post="/groups/{group}/lifecycle/stay", **IN_AREA, officer=303),
    "lifecycle.ask_again": Expected(post="/groups/{group}/lifecycle/stay/undo", **IN_AREA, officer=303),
    "lifecycle.activate": Expected(post="/groups/{group}/activate", **IN_AREA, officer=303),
    "lifecycle.buildings": Expected(get="/groups/{group}/buildings", **IN_AREA, officer=200),
    "lifecycle.add_building": Expected(post="/groups/{group}/buildings", **IN_AREA, officer=303),
    "lifecycle.take_out": Expected(
        post="/groups/{group}/buildings/{house}/remove", **IN_AREA, officer=303
    ),
    "lifecycle.split_off": Expected(post="/groups/{group}/buildings/split", **IN_AREA, officer=303),
    "lifecycle.merge": Expected(post="/groups/{group}/buildings/merge", **IN_AREA, officer=422),
    "lifecycle.prepare": Expected(get="/groups/{group}/wake", **IN_AREA, officer=303),
    "lifecycle.ask_candidate": Expected(post="/groups/{group}/wake/candidate", **IN_AREA, officer=303),
    "lifecycle.start_again": Expected(post="/groups/{group}/start", **IN_AREA, officer=303),
}  # fmt: skip
