"""Who belongs to a group writes to its coordinators; for a neighbour the mail is enough to answer."""

from __future__ import annotations

from tests.access import ROLES, Expected, public

_OF_THE_GROUP = {
    "anybody": "login", "stranger": 404, "waiting": 404, "officer": 403,
    "other_officer": 404, "other_group": 404,
}  # fmt: skip
_OF_NORRBY = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
_OF_OFFICERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 403,
    "other_coordinator": 403, "lead": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
_OF_THE_COORDINATOR = {role: "login" for role in (*ROLES, "whole_house") if role != "coordinator"}

ENDPOINTS = {
    "messages.index": Expected(
        get="/groups/{group}/messages",
        **_OF_THE_GROUP, member=200, coordinator=200, other_coordinator=200, lead=200,
        nothing_now=200,  # has left today, perhaps by mistake
    ),
    "messages.write": Expected(
        post="/groups/{group}/messages",
        **_OF_THE_GROUP, member=422, coordinator=422, other_coordinator=422, lead=422, nothing_now=422,
    ),
    "messages.ask_interested": Expected(get="/buildings/{empty_house}/messages", **_OF_NORRBY, officer=200),
    "messages.write_interested": Expected(
        post="/buildings/{empty_house}/messages", **_OF_NORRBY, officer=422
    ),
    "messages.preview_interested": Expected(
        post="/buildings/{empty_house}/messages/preview", **_OF_NORRBY, officer=422
    ),
    "messages.stop_interested": Expected(
        post="/buildings/{empty_house}/messages/{interested_message}/stop", **_OF_NORRBY, officer=303
    ),
    "messages.preview_members": Expected(
        post="/groups/{group}/messages/members/preview", **_OF_OFFICERS, officer=422
    ),
    "messages.stop_members": Expected(
        post="/groups/{group}/messages/members/{members_message}/stop", **_OF_OFFICERS, officer=303
    ),
    "messages.ask_members": Expected(get="/groups/{group}/messages/members", **_OF_OFFICERS, officer=200),
    "messages.write_members": Expected(post="/groups/{group}/messages/members", **_OF_OFFICERS, officer=422),
    "messages.open_interest": public(get="/messages/interest/{to_interested}", status=302),
    "messages.stop_writer": Expected(
        post="/messages/{reply}/stop-writer", **_OF_THE_COORDINATOR, coordinator=303
    ),
    "messages.take_back_writer": Expected(
        post="/groups/{group}/messages/writers/{stopped_writer}/take-back",
        anybody="login", stranger=404, waiting=404, member=403, coordinator=303, other_coordinator=303,
        lead=303, officer=403, other_officer=404, other_group=404,
    ),
    "messages.read": public(get="/messages/{reply}"),
    "messages.answer": Expected(post="/messages/{reply}", **_OF_THE_COORDINATOR, coordinator=422),
}  # fmt: skip
