"""Pages of a group are for its members and the officer of its area."""

from tests.access import Expected, signed_in

ENDPOINTS = {
    "groups.mine": signed_in(get="/me"),
    "groups.show": Expected(
        get="/groups/{group}",
        anybody="login", stranger=404, waiting=404, member=200,
        coordinator=200, other_coordinator=200, lead=200,
        officer=200, other_officer=404, other_group=404,
    ),
    "groups.ask_leave": Expected(
        get="/groups/{group}/leave",
        anybody="login", stranger=404, waiting=404, member=200,
        coordinator=200, other_coordinator=200, lead=200,
        officer=403, other_officer=404, other_group=404,
    ),
    # Only one's own, which Carin's is; she has not left, so that it is as if she had pressed twice.
    "groups.take_back": Expected(
        post="/memberships/{membership}/back", is_own=True,
        anybody="login", stranger=404, waiting=404, member=303,
        coordinator=404, other_coordinator=404, lead=404,
        officer=404, other_officer=404, other_group=404,
    ),
    "groups.back_to_mine": signed_in(get="/memberships/{membership}/back", status=303),
    "groups.leave": Expected(
        post="/groups/{group}/leave",
        anybody="login", stranger=404, waiting=404, member=303,
        coordinator=303, other_coordinator=303, lead=303,
        officer=403, other_officer=404, other_group=404,
    ),
}  # fmt: skip
