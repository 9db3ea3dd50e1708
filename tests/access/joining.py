"""Asking to join and the coordinator's answer (permissions.md: join, ask to join; approve, decline)."""

from tests.access import Expected, public

DECIDING = {  # that somebody asks is known to those alone who answer
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 303,
    "other_coordinator": 404, "lead": 303, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip

ENDPOINTS = {
    "joining.find_code": public(get="/j?code={poster}", status=303),
    "joining.poster": public(get="/j/{poster}"),
    "joining.ask_by_poster": public(post="/j/{poster}", status=422),
    "joining.ask": public(get="/buildings/{house}/join"),
    "joining.send_request": public(post="/buildings/{house}/join?port={stairwell}", status=422),
    "joining.decide": public(get="/a/{decide}"),
    "joining.approve_by_mail": public(post="/a/{decide}/approve", status=303),
    "joining.decline_by_mail": public(post="/a/{decide}/decline", status=303),
    "joining.show": Expected(get="/requests/{request}", **(DECIDING | {"coordinator": 200, "lead": 200})),
    "joining.approve": Expected(post="/requests/{request}/approve", **DECIDING),
    "joining.decline": Expected(post="/requests/{request}/decline", **DECIDING),
    "joining.tell": Expected(post="/requests/{request}/told", **DECIDING),
}
