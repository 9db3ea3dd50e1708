"""A partner sees own properties; officers give the page in their areas and end it. Nobody else has one."""

from tests.access import Expected

_NOBODY = {
    "anybody": "login", "stranger": 403, "waiting": 403, "member": 403, "coordinator": 403,
    "other_coordinator": 403, "lead": 403, "other_group": 403,
}  # fmt: skip
_PARTNERS = _NOBODY | {"officer": 403, "other_officer": 403}
_OF_AREA = {name: status if status == "login" else 404 for name, status in _NOBODY.items()}
DONE = {"status": "done", "text": "Ny lampa sitter uppe."}

ENDPOINTS = {
    "partners.index": Expected(get="/partners", **_PARTNERS, partner=200),
    "partners.findings": Expected(get="/partners/findings", **_PARTNERS, partner=200),
    "partners.show": (
        Expected(get="/partners/findings/{finding}", **_PARTNERS, partner=200),
        Expected(get="/partners/findings/{police_finding}", **_PARTNERS, partner=404),
    ),
    "partners.report": (
        Expected(post="/partners/findings/{finding}", data=DONE, **_PARTNERS, partner=303),
        Expected(post="/partners/findings/{police_finding}", data=DONE, **_PARTNERS, partner=404),
    ),
    "partners.edit": (
        Expected(get="/partners/contacts/{municipality_contact}", **_PARTNERS, partner=200),
        Expected(get="/partners/contacts/{contact}", **_PARTNERS, partner=404),
    ),
    "partners.save": (
        Expected(post="/partners/contacts/{municipality_contact}", **_PARTNERS, partner=303),
        Expected(post="/partners/contacts/{contact}", **_PARTNERS, partner=404),
    ),
    "partners.ask_give": Expected(
        get="/contacts/{municipality_contact}/partner", **_NOBODY, officer=200, other_officer=404
    ),
    "partners.give": Expected(
        post="/contacts/{municipality_contact}/partner", **_NOBODY, officer=303, other_officer=404
    ),
    "partners.given": Expected(get="/partners/given", **_NOBODY, officer=200, other_officer=200),
    "partners.end": Expected(
        post="/partners/given/{partner}/end", **_OF_AREA, officer=303, other_officer=404
    ),
    "partners.give_again": Expected(
        post="/partners/given/{partner}/again", **_OF_AREA, officer=303, other_officer=404
    ),
}
