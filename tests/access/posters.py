"""Posters (permissions.md: print posters; a new code for one's own stairwells), and showing a neighbour."""

from tests.access import Expected

OF_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 200,
    "other_coordinator": 200, "lead": 200, "officer": 200, "other_officer": 404, "other_group": 404,
}  # fmt: skip
OF_STAIRWELL = OF_GROUP | {"other_coordinator": 403}

ENDPOINTS = {
    "posters.index": Expected(get="/groups/{group}/posters", **OF_GROUP),
    "posters.print_all": Expected(get="/groups/{group}/posters.pdf", **OF_GROUP),
    "posters.show": Expected(get="/stairwells/{stairwell}/poster", **OF_STAIRWELL),
    "posters.print_one": Expected(get="/stairwells/{stairwell}/poster.pdf", **OF_STAIRWELL),
    "posters.picture": Expected(get="/stairwells/{stairwell}/poster.png", **OF_STAIRWELL),
    "posters.renew": Expected(
        post="/stairwells/{stairwell}/poster/new-code",
        **(OF_STAIRWELL | {"coordinator": 303, "lead": 303, "officer": 403}),
    ),
    "posters.share": Expected(get="/groups/{group}/share", **(OF_GROUP | {"member": 200})),
}
