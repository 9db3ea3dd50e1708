"""Letters, posters and receipts (permissions.md: print them); a pack is for the person who ordered it."""

from tests.access import Expected
from tests.access.house import OF_NO_PORT, ONE_MEMBER

OF_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 200,
    "other_coordinator": 200, "lead": 200, "officer": 200, "other_officer": 404, "other_group": 404,
}  # fmt: skip
OF_STAIRWELL = OF_GROUP | {"other_coordinator": 403}
NOBODY = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip

ENDPOINTS = {
    "printing.letters": Expected(get="/groups/{group}/letters", **OF_GROUP),
    "printing.print_letters": Expected(
        post="/groups/{group}/letters",
        **(OF_GROUP | {"coordinator": 422, "other_coordinator": 422, "lead": 422, "officer": 422}),
    ),
    "printing.say_delivered": Expected(
        post="/groups/{group}/letters/letterboxes",
        **(OF_GROUP | {"coordinator": 303, "other_coordinator": 303, "lead": 303, "officer": 303}),
    ),
    "printing.take_back_delivered": Expected(
        post="/groups/{group}/letters/letterboxes/undo",
        **(OF_GROUP | {"coordinator": 303, "other_coordinator": 303, "lead": 303, "officer": 303}),
    ),
    "printing.choose_houses": Expected(get="/areas/{area}/letters", **(NOBODY | {"officer": 200})),
    "printing.ask_for_letters": Expected(post="/areas/{area}/letters", **(NOBODY | {"officer": 422})),
    "printing.show_pack": Expected(get="/packs/{pack}", **(NOBODY | {"coordinator": 200}), is_own=True),
    "printing.fetch_file": Expected(get="/packs/{area_pack}/1", **(NOBODY | {"officer": 200}), is_own=True),
    "printing.try_again": Expected(
        post="/packs/{area_pack}/again", **(NOBODY | {"officer": 303}), is_own=True
    ),
    "printing.remove_pack": Expected(
        post="/packs/{pack}/remove", **(NOBODY | {"coordinator": 303}), is_own=True
    ),
    "printing.posters": Expected(get="/groups/{group}/posters", **OF_GROUP),
    "printing.print_posters": Expected(get="/groups/{group}/posters.pdf", **OF_GROUP),
    "printing.show_poster": Expected(get="/stairwells/{stairwell}/poster", **OF_STAIRWELL),
    "printing.print_poster": Expected(get="/stairwells/{stairwell}/poster.pdf", **OF_STAIRWELL),
    "printing.poster_picture": Expected(get="/stairwells/{stairwell}/poster.png", **OF_STAIRWELL),
    "printing.renew_poster": Expected(
        post="/stairwells/{stairwell}/poster/new-code",
        **(OF_STAIRWELL | {"coordinator": 303, "lead": 303, "officer": 403}),
    ),
    "printing.share": Expected(get="/groups/{group}/share", **(OF_GROUP | {"member": 200})),
    "printing.receipt": (
        Expected(get="/memberships/{membership}/receipt", **ONE_MEMBER, coordinator=200, lead=200),
        Expected(get="/memberships/{unplaced_membership}/receipt", **OF_NO_PORT, whole_house=200, lead=200),
        Expected(get="/memberships/{left_membership}/receipt", **OF_NO_PORT, lead=404),
    ),
}
