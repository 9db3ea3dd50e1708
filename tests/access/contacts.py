"""Anybody reads the public contact persons; officers keep those of their areas, coordinators the group's."""

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
_GROUPS_OWN = {
    "anybody": "login",
    "stranger": 404,
    "waiting": 404,
    "member": 403,
    "officer": 403,
    "other_officer": 404,
    "other_group": 404,
}
_SEEN, _REFUSED, _DONE = (
    dict.fromkeys(("coordinator", "other_coordinator", "lead"), status) for status in (200, 422, 303)
)

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
    "contacts.bring_back": Expected(
        post="/contacts/{contact}/remove/undo", **_OTHERS, officer=303, other_officer=404,
    ),
    "contacts.group_new": Expected(get="/groups/{group}/contacts/new", **_GROUPS_OWN | _SEEN),
    "contacts.group_create": Expected(post="/groups/{group}/contacts/new", **_GROUPS_OWN | _REFUSED),
    "contacts.group_change": Expected(
        get="/groups/{group}/contacts/{own_contact}/edit", **_GROUPS_OWN | _SEEN,
    ),
    "contacts.group_save": Expected(
        post="/groups/{group}/contacts/{own_contact}/edit", **_GROUPS_OWN | _REFUSED,
    ),
    "contacts.group_check": Expected(
        post="/groups/{group}/contacts/{own_contact}/checked", **_GROUPS_OWN | _DONE,
    ),
    "contacts.group_remove": Expected(
        post="/groups/{group}/contacts/{own_contact}/remove", **_GROUPS_OWN | _DONE,
    ),
    "contacts.group_bring_back": Expected(
        post="/groups/{group}/contacts/{own_contact}/remove/undo", **_GROUPS_OWN | _DONE,
    ),
    "contacts.open_link": public(get="/c/{contact_question}"),
    "contacts.confirm": public(post="/c/{contact_question}/right", status=303),
    "contacts.ask_change": public(get="/c/{contact_question}/change"),
    "contacts.correct": public(post="/c/{contact_question}/change", data={"phone": "ring mig"}, status=422),
    "contacts.resign": public(post="/c/{contact_question}/resign", data={"sure": "y"}, status=303),
}  # fmt: skip
