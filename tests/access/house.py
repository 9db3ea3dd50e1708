"""The household list is for coordinators in their own stairwells; never for police or neighbours."""

from tests.access import Expected

OWN_STAIRWELL = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403,
    "other_coordinator": 403, "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
ONE_MEMBER = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404,
    "other_coordinator": 404, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
# A member whose stairwell is unknown is only for those who work with the whole group.
OF_NO_PORT = {**ONE_MEMBER, "coordinator": 404}
WHOLE_GROUP = OWN_STAIRWELL | {"coordinator": 200, "other_coordinator": 200, "lead": 200}

ENDPOINTS = {
    "groups.house.show": Expected(get="/groups/{group}/house", **WHOLE_GROUP),
    "groups.house.members": Expected(get="/groups/{group}/members", **WHOLE_GROUP),
    "groups.house.stairwell": Expected(
        get="/stairwells/{stairwell}/house", **OWN_STAIRWELL, coordinator=200, lead=200
    ),
    "groups.house.flat": Expected(get="/flats/{flat}", **OWN_STAIRWELL, coordinator=200, lead=200),
    "groups.house.ask_add_on_paper": Expected(
        get="/flats/{empty_flat}/paper", **OWN_STAIRWELL, coordinator=200, lead=200
    ),
    "groups.house.add_on_paper": Expected(
        post="/flats/{empty_flat}/paper",
        data={"name": "Kerstin", "language": "sv", "consent": "y"},
        **OWN_STAIRWELL,
        coordinator=303,
        lead=303,
    ),
    "groups.house.note_answer": Expected(
        post="/flats/{empty_flat}/answer",
        data={"answer": "declined"},
        **OWN_STAIRWELL,
        coordinator=303,
        lead=303,
    ),
    "groups.house.ask_move_out": Expected(
        get="/flats/{flat}/moved-out", **OWN_STAIRWELL, coordinator=200, lead=200
    ),
    "groups.house.move_out": Expected(
        post="/flats/{flat}/moved-out", **OWN_STAIRWELL, coordinator=303, lead=303
    ),
    "groups.house.undo_move_out": Expected(
        post="/flats/{flat}/moved-out/back", **OWN_STAIRWELL, coordinator=303, lead=303
    ),
    "groups.house.ask_place": (
        Expected(get="/memberships/{membership}/flat", **ONE_MEMBER, coordinator=303, lead=303),
        Expected(get="/memberships/{unplaced_membership}/flat", **OF_NO_PORT, whole_house=200, lead=200),
        Expected(get="/memberships/{left_membership}/flat", **OF_NO_PORT, lead=404),
    ),
    "groups.house.place": (
        Expected(post="/memberships/{membership}/flat", **ONE_MEMBER, coordinator=303, lead=303),
        Expected(post="/memberships/{unplaced_membership}/flat", **OF_NO_PORT, whole_house=422, lead=422),
        Expected(post="/memberships/{left_membership}/flat", **OF_NO_PORT, lead=404),
    ),
    # Those who may not read it do not learn whether it exists.
    "groups.house.details": (
        Expected(post="/memberships/{membership}/details", **ONE_MEMBER, coordinator=200, lead=200),
        Expected(post="/memberships/{unplaced_membership}/details", **OF_NO_PORT, whole_house=200, lead=200),
        Expected(post="/memberships/{left_membership}/details", **OF_NO_PORT, lead=404),
    ),
    "groups.house.back_to_members": (
        Expected(get="/memberships/{membership}/details", **ONE_MEMBER, coordinator=303, lead=303),
        Expected(get="/memberships/{unplaced_membership}/details", **OF_NO_PORT, whole_house=303, lead=303),
        Expected(get="/memberships/{left_membership}/details", **OF_NO_PORT, lead=404),
    ),
}  # fmt: skip
