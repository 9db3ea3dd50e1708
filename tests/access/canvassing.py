"""Visits are for coordinators in their own stairwells; never for police or neighbours."""

from tests.access import Expected
from tests.access.house import ONE_MEMBER, OWN_STAIRWELL, WHOLE_GROUP

PRESS = {**OWN_STAIRWELL, "coordinator": 303, "lead": 303, "data": {"after": "0", "back": ""}}

ENDPOINTS = {
    "canvassing.visits": Expected(get="/groups/{group}/knock", **WHOLE_GROUP),
    "canvassing.ask_join": Expected(
        get="/flats/{empty_flat}/knock/join", **OWN_STAIRWELL, coordinator=200, lead=200
    ),
    "canvassing.join": Expected(
        post="/flats/{empty_flat}/knock/join", **OWN_STAIRWELL, coordinator=422, lead=422
    ),
    "canvassing.not_home": Expected(post="/flats/{empty_flat}/knock/not-home", **PRESS),
    "canvassing.say_no": Expected(post="/flats/{empty_flat}/knock/no", **PRESS),
    "canvassing.say_moved": Expected(post="/flats/{empty_flat}/knock/moved", **PRESS),
    "canvassing.undo": Expected(post="/knocks/{knock}/undo", **ONE_MEMBER, coordinator=303, lead=303),
    "canvassing.back_to_visits": Expected(
        get="/knocks/{knock}/undo", **ONE_MEMBER, coordinator=303, lead=303
    ),
}  # fmt: skip
