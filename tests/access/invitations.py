"""Inviting (permissions.md: invite; see an invitation's address: its sender)."""

from tests.access import Expected

OF_STAIRWELL = {  # not even a coordinator of another stairwell may know that somebody is invited
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 303,
    "other_coordinator": 404, "lead": 303, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
# An invitation to no flat is for its sender and for those who work with the whole house.
BENGTS = OF_STAIRWELL
AMINAS = OF_STAIRWELL | {"coordinator": 404, "whole_house": 303}
OF_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 200,
    "other_coordinator": 200, "lead": 200, "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip

ENDPOINTS = {
    "invitations.index": Expected(get="/groups/{group}/invitations", **OF_GROUP),
    "invitations.flats": Expected(get="/groups/{group}/invitations/flats", **OF_GROUP),
    "invitations.send": Expected(
        post="/groups/{group}/invitations",
        **OF_GROUP,  # the preview comes first: nothing is sent that was not shown
    ),
    "invitations.back_to_new": Expected(
        get="/groups/{group}/invitations/preview",
        **(OF_GROUP | {"coordinator": 303, "other_coordinator": 303, "lead": 303}),
    ),
    "invitations.preview": Expected(
        post="/groups/{group}/invitations/preview",
        **(OF_GROUP | {"coordinator": 422, "other_coordinator": 422, "lead": 422}),
    ),
    "invitations.resend": (
        Expected(post="/invitations/{invitation}/resend", **OF_STAIRWELL),
        Expected(post="/invitations/{bengts_open_invitation}/resend", **BENGTS),
        Expected(post="/invitations/{aminas_open_invitation}/resend", **AMINAS),
    ),
    "invitations.revoke": (
        Expected(post="/invitations/{invitation}/revoke", **OF_STAIRWELL),
        Expected(post="/invitations/{bengts_open_invitation}/revoke", **BENGTS),
        Expected(post="/invitations/{aminas_open_invitation}/revoke", **AMINAS),
    ),
    "invitations.back_to_index": (
        Expected(get="/invitations/{invitation}/resend", **OF_STAIRWELL),
        Expected(get="/invitations/{bengts_open_invitation}/revoke", **BENGTS),
        Expected(get="/invitations/{aminas_open_invitation}/resend", **AMINAS),
        Expected(get="/invitations/{aminas_open_invitation}/revoke", **AMINAS),
    ),
    # Only the sender corrects the address.
    "invitations.ask_correct": (
        Expected(
            get="/invitations/{invitation}/address",
            **(OF_STAIRWELL | {"coordinator": 200, "whole_house": 404, "lead": 404}),
        ),
        Expected(
            get="/invitations/{bengts_open_invitation}/address",
            **(BENGTS | {"coordinator": 200, "whole_house": 404, "lead": 404}),
        ),
        Expected(
            get="/invitations/{aminas_open_invitation}/address",
            **(AMINAS | {"whole_house": 404, "lead": 200}),
        ),
    ),
    "invitations.correct": (
        Expected(
            post="/invitations/{invitation}/address",
            **(OF_STAIRWELL | {"coordinator": 422, "whole_house": 404, "lead": 404}),
        ),
        Expected(
            post="/invitations/{aminas_open_invitation}/address",
            **(AMINAS | {"whole_house": 404, "lead": 422}),
        ),
    ),
    "invitations.ask_remind": Expected(get="/groups/{group}/invitations/reminders", **OF_GROUP),
    "invitations.remind": Expected(
        post="/groups/{group}/invitations/reminders",  # nobody to remind: back to the list
        **(OF_GROUP | {"coordinator": 303, "other_coordinator": 303, "lead": 303}),
    ),
}
