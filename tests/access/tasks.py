"""Only the lead ticks the group's first steps and sets tasks aside."""

from tests.access import Expected

OF_LEAD = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 403,
    "other_coordinator": 403, "lead": 303, "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip

ENDPOINTS = {
    "groups.tasks.set_aside": Expected(post="/groups/{group}/house/tasks/posters", **OF_LEAD),
    "groups.tasks.bring_back": Expected(post="/groups/{group}/house/tasks/posters/undo", **OF_LEAD),
}
