"""Long packs of letters (permissions.md: print letters): each is for whoever asked for it, nobody else."""

from tests.access import Expected

NOBODY = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip

ENDPOINTS = {
    "packs.choose": Expected(get="/areas/{area}/letters", **(NOBODY | {"officer": 200})),
    "packs.ask": Expected(post="/areas/{area}/letters", **(NOBODY | {"officer": 422})),
    "packs.show": Expected(get="/packs/{pack}", **(NOBODY | {"coordinator": 200}), is_own=True),
    "packs.fetch": Expected(get="/packs/{area_pack}/1", **(NOBODY | {"officer": 200}), is_own=True),
    "packs.try_again": Expected(post="/packs/{area_pack}/again", **(NOBODY | {"officer": 303}), is_own=True),
    "packs.remove": Expected(post="/packs/{pack}/remove", **(NOBODY | {"coordinator": 303}), is_own=True),
}
