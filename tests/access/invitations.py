"""Invitations and letters (permissions.md: invite, print letters; see an invitation's address)."""

from tests.access import Expected, public

OF_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 200,
    "other_coordinator": 200, "lead": 200, "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
ENDPOINTS = {
    "invitations.index": Expected(get="/groups/{group}/invitations", **OF_GROUP),
    "invitations.send": Expected(
        post="/groups/{group}/invitations",
        **OF_GROUP,  # nothing is sent that was not shown: the rows are, first
    ),
    "invitations.back_to_new": Expected(
        get="/groups/{group}/invitations/preview",
        **(OF_GROUP | {"coordinator": 303, "other_coordinator": 303, "lead": 303}),
    ),
    "invitations.preview": Expected(
        post="/groups/{group}/invitations/preview",
        **(OF_GROUP | {"coordinator": 422, "other_coordinator": 422, "lead": 422}),
    ),
    "invitations.letters": Expected(get="/groups/{group}/letters", **(OF_GROUP | {"officer": 200})),
    "invitations.print_letters": Expected(
        post="/groups/{group}/letters",
        **(OF_GROUP | {"coordinator": 422, "other_coordinator": 422, "lead": 422, "officer": 422}),
    ),
    "invitations.open_link": public(get="/join/{invitation_link}"),
    "invitations.back_to_open": public(get="/join/{invitation_link}/accept", status=303),
    "invitations.accept": public(post="/join/{invitation_link}/accept", status=422),
    "invitations.joined": public(get="/join/joined", status=303),
    "invitations.decline": public(post="/join/{invitation_link}/decline", status=303),
    "invitations.take_back_no": public(post="/join/{invitation_link}/undo", status=410),
}
