"""At the door: coordinators, each their own stairwells; never the police, never a neighbour."""

from tests.access import Expected
from tests.access.house import OF_NO_PORT, ONE_MEMBER, OWN_STAIRWELL, WHOLE_GROUP

PRESS = {**OWN_STAIRWELL, "coordinator": 303, "lead": 303, "data": {"after": "0", "back": ""}}

ENDPOINTS = {
    "door.knock": Expected(get="/groups/{group}/knock", **WHOLE_GROUP),
    "door.ask_join": Expected(
        get="/flats/{empty_flat}/knock/join", **OWN_STAIRWELL, coordinator=200, lead=200
    ),
    "door.join": Expected(post="/flats/{empty_flat}/knock/join", **OWN_STAIRWELL, coordinator=422, lead=422),
    "door.not_home": Expected(post="/flats/{empty_flat}/knock/not-home", **PRESS),
    "door.say_no": Expected(post="/flats/{empty_flat}/knock/no", **PRESS),
    "door.say_moved": Expected(post="/flats/{empty_flat}/knock/moved", **PRESS),
    "door.undo": Expected(post="/knocks/{knock}/undo", **ONE_MEMBER, coordinator=303, lead=303),
    "door.receipt": (
        Expected(get="/memberships/{membership}/receipt", **ONE_MEMBER, coordinator=200, lead=200),
        Expected(get="/memberships/{unplaced_membership}/receipt", **OF_NO_PORT, whole_house=200, lead=200),
        Expected(get="/memberships/{left_membership}/receipt", **OF_NO_PORT, lead=404),
    ),
}  # fmt: skip
