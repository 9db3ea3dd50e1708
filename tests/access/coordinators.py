"""A group and its officer see the coordinators. The lead appoints them, and the officer appoints the lead."""

from tests.access import Expected, public

ENDPOINTS = {
    "groups.coordinators.index": Expected(
        get="/groups/{group}/coordinators",
        anybody="login", stranger=404, waiting=404, member=200,
        coordinator=200, other_coordinator=200, lead=200,
        officer=200, other_officer=404, other_group=404,
    ),
    "groups.coordinators.appoint": Expected(
        post="/groups/{group}/coordinators",
        anybody="login", stranger=404, waiting=404, member=403,
        coordinator=403, other_coordinator=403, lead=422,
        officer=403, other_officer=404, other_group=404,
    ),
    "groups.coordinators.appoint_lead": Expected(
        post="/groups/{group}/coordinators/lead",
        anybody="login", stranger=404, waiting=404, member=403,
        coordinator=403, other_coordinator=403, lead=403,
        officer=422, other_officer=404, other_group=404,
    ),
    "groups.coordinators.end": Expected(  # Bengt's appointment: he may give it back, the lead may end it
        post="/coordinators/{coordinator}/end",
        anybody="login", stranger=404, waiting=404, member=403,
        coordinator=303, whole_house=403, other_coordinator=403, lead=303,
        officer=403, other_officer=404, other_group=404,
    ),
    "groups.coordinators.details": Expected(  # Bengt's
        post="/coordinators/{coordinator}/details",
        anybody="login", stranger=404, waiting=404, member=403,
        coordinator=200, other_coordinator=200, lead=200,
        officer=200, other_officer=404, other_group=404,
    ),
    "groups.coordinators.back_to_index": Expected(
        get="/coordinators/{coordinator}/details",
        anybody="login", stranger=404, waiting=404, member=403,
        coordinator=303, other_coordinator=303, lead=303,
        officer=303, other_officer=404, other_group=404,
    ),
    "groups.coordinators.accept_new_duty": Expected(  # only one's own appointment
        post="/coordinators/{coordinator}/duty",
        anybody="login", stranger=404, waiting=404, member=403,
        coordinator=303, whole_house=403, other_coordinator=403, lead=403,
        officer=403, other_officer=404, other_group=404,
    ),
    "groups.coordinators.open_appointment": public(get="/appointment/{appointment}"),
    "groups.coordinators.accept": public(post="/appointment/{appointment}", status="login"),
    "groups.coordinators.decline": public(
        post="/appointment/{appointment}/decline", status=303, data={"sure": "y"}
    ),
}  # fmt: skip
