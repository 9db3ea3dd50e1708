"""Anybody reads the public contact persons; officers keep those of their areas."""

from __future__ import annotations

from tests.access import Expected, public

_OTHERS = {
    "anybody": "login",
    "stranger": 403,
    "waiting": 403,
    "member": 403,
    "coordinator": 403,
    "other_coordinator": 403,
    "lead": 403,
    "other_group": 403,
}

ENDPOINTS = {
    "contacts.public": public(get="/contacts"),
    "contacts.of_group": Expected(
        get="/groups/{group}/contacts",
        anybody="login", stranger=404, waiting=404, member=200,
        coordinator=200, other_coordinator=200, lead=200,
        officer=200, other_officer=404, other_group=404,
    ),
    "contacts.edit": Expected(get="/contacts/edit", **_OTHERS, officer=200, other_officer=200),
    "contacts.new": Expected(get="/contacts/new", **_OTHERS, officer=200, other_officer=200),
    "contacts.create": Expected(post="/contacts/new", **_OTHERS, officer=422, other_officer=422),
    "contacts.change": Expected(get="/contacts/{contact}/edit", **_OTHERS, officer=200, other_officer=404),
    "contacts.save": Expected(post="/contacts/{contact}/edit", **_OTHERS, officer=422, other_officer=404),
    "contacts.check": Expected(post="/contacts/{contact}/checked", **_OTHERS, officer=303, other_officer=404),
    "contacts.ask_remove": Expected(
        get="/contacts/{contact}/remove", **_OTHERS, officer=200, other_officer=404,
    ),
    "contacts.remove": Expected(post="/contacts/{contact}/remove", **_OTHERS, officer=303, other_officer=404),
}  # fmt: skip
