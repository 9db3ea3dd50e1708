"""The audit trail: officers of their areas, coordinators of their group. It says nothing of a household."""

from tests.access import Expected

OFFICERS = dict.fromkeys(
    ("stranger", "waiting", "member", "coordinator", "other_coordinator", "lead", "other_group"), 403
)
OF_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "other_officer": 404,
    "other_group": 404,
}  # fmt: skip


def _who(status: int) -> dict[str, int]:
    return dict.fromkeys(("coordinator", "other_coordinator", "lead", "officer"), status)


ENDPOINTS = {
    "audit.index": Expected(get="/audit", anybody="login", **OFFICERS, officer=200, other_officer=200),
    "audit.export": Expected(
        post="/audit", data={"why": "oversight"}, anybody="login", **OFFICERS, officer=200, other_officer=200
    ),
    "audit.of_group": Expected(get="/groups/{group}/audit", **OF_GROUP, **_who(200)),
    "audit.export_of_group": Expected(
        post="/groups/{group}/audit", data={"why": "oversight"}, **OF_GROUP, **_who(200)
    ),
}
