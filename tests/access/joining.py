"""Asking to join, deciding, and answering an invitation (permissions.md: join, ask to join; approve)."""

from tests.access import Expected, public

DECIDING = {  # only those who decide know of a request
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 303,
    "other_coordinator": 404, "lead": 303, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
# After 14 days a request is for every coordinator; once decided, for its stairwell's and its decider again.
EVERYBODYS = DECIDING | {"other_coordinator": 303}
NOBODYS = DECIDING | {"coordinator": 404, "lead": 404}


def seen(of: dict[str, int | str]) -> dict[str, int | str]:
    """Return the same for a page that is read."""
    return {role: 200 if status == 303 else status for role, status in of.items()}


ENDPOINTS = {
    "joining.find_code": public(get="/j?code={poster}", status=303),
    "joining.poster": public(get="/j/{poster}"),
    "joining.ask_by_poster": public(post="/j/{poster}", status=422),
    "joining.ask": public(get="/buildings/{house}/join"),
    "joining.send_request": public(post="/buildings/{house}/join?stairwell={stairwell}", status=422),
    "joining.decide": public(get="/a/{decide}"),
    "joining.approve_by_mail": public(post="/a/{decide}/approve", status=303),
    "joining.decline_by_mail": public(post="/a/{decide}/decline", status=422),
    "joining.show": (
        Expected(get="/requests/{request}", **seen(DECIDING)),
        Expected(get="/requests/{old_request}", **seen(EVERYBODYS)),
        Expected(get="/requests/{answered_request}", **seen(DECIDING)),
        Expected(get="/requests/{unconfirmed_request}", **NOBODYS),
    ),
    "joining.approve": (
        Expected(post="/requests/{request}/approve", **DECIDING),
        Expected(post="/requests/{old_request}/approve", **EVERYBODYS),
        Expected(post="/requests/{answered_request}/approve", **DECIDING),
        Expected(post="/requests/{unconfirmed_request}/approve", **NOBODYS),
    ),
    "joining.decline": (
        Expected(post="/requests/{request}/decline", **DECIDING),
        Expected(post="/requests/{old_request}/decline", **EVERYBODYS),
        Expected(post="/requests/{answered_request}/decline", **DECIDING),
        Expected(post="/requests/{unconfirmed_request}/decline", **NOBODYS),
    ),
    "joining.tell": (
        Expected(post="/requests/{request}/told", **DECIDING),
        Expected(post="/requests/{answered_request}/told", **DECIDING),
    ),
    "joining.open_invitation": public(get="/join/{invitation_link}"),
    "joining.back_to_invitation": public(get="/join/{invitation_link}/accept", status=303),
    "joining.accept": public(post="/join/{invitation_link}/accept", status=422),
    "joining.joined": public(get="/join/joined", status=303),
    "joining.decline_invitation": public(
        post="/join/{invitation_link}/decline", status=303, data={"sure": "y"}
    ),
    "joining.take_back_no": public(post="/join/{invitation_link}/undo", status=303),
    "joining.sent": public(get="/join/sent"),
    "joining.change_address": public(post="/join/sent", status=303),
    "joining.forget": public(post="/join/forget", status=303),
    "joining.confirm": (
        public(get="/join/confirm/{confirm_request}"),
        public(get="/join/confirm/{verification}", status=303),
    ),
    "joining.confirm_address": public(post="/join/confirm/{confirm_request}", status=303),
    "joining.withdraw": public(post="/join/confirm/{confirm_request}/withdraw", status=303),
    "joining.ask_again": public(post="/join/confirm/{confirm_request}/again", status=303),
    "joining.ask_floor": (
        public(get="/join/confirm/{verification}/floor"),
        public(get="/join/confirm/{confirm_request}/floor", status=303),
    ),
    "joining.verify_address": public(post="/join/confirm/{verification}/floor", status=422),
}
