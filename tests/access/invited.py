"""What becomes of an invitation (permissions.md: invite; see an invitation's address: who sent it)."""

from tests.access import Expected

OF_STAIRWELL = {  # that somebody is invited is nobody else's to know, not even a colleague's in another port
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 303,
    "other_coordinator": 404, "lead": 303, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
OF_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 200,
    "other_coordinator": 200, "lead": 200, "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip

ENDPOINTS = {
    "invited.resend": Expected(post="/invitations/{invitation}/resend", **OF_STAIRWELL),
    "invited.revoke": Expected(post="/invitations/{invitation}/revoke", **OF_STAIRWELL),
    "invited.ask_correct": Expected(
        get="/invitations/{invitation}/address",
        **(OF_STAIRWELL | {"coordinator": 200, "lead": 403}),  # whoever typed it
    ),
    "invited.correct": Expected(
        post="/invitations/{invitation}/address", **(OF_STAIRWELL | {"coordinator": 422, "lead": 403})
    ),
    "invited.ask_remind": Expected(get="/groups/{group}/invitations/reminders", **OF_GROUP),
    "invited.remind": Expected(
        post="/groups/{group}/invitations/reminders",  # nobody waits for one: back to the list
        **(OF_GROUP | {"coordinator": 303, "other_coordinator": 303, "lead": 303}),
    ),
}
