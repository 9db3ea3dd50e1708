"""Findings: members read them, coordinators of the group write them, officers those of their areas."""

from tests.access import Expected, public
from tests.access.meetings import CALLERS, READERS, coordinators

AREA = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
KNOWN = AREA | {"member": 403, "coordinator": 403, "other_coordinator": 403, "lead": 403}
PRESSED = {name: 303 if status == 200 else status for name, status in READERS.items()}
DONE = {"status": "done", "text": "Ny lampa sitter uppe."}

ENDPOINTS = {
    "findings.index": Expected(get="/groups/{group}/findings", **READERS),
    "findings.as_csv": Expected(get="/groups/{group}/findings.csv", **READERS),
    "findings.area_index": Expected(get="/areas/{area}/findings", **AREA, officer=200),
    "findings.area_ask_export": (
        Expected(get="/areas/{area}/findings/export", **AREA, officer=200),
        Expected(get="/areas/{area}/findings.csv", **AREA, officer=200),
    ),
    "findings.area_take_out": Expected(post="/areas/{area}/findings/export", **AREA, officer=422),
    "findings.show": (
        Expected(get="/findings/{finding}", **READERS),
        Expected(get="/findings/{area_finding}", **READERS),
    ),
    "findings.new": Expected(get="/groups/{group}/findings/new", **CALLERS, **coordinators(200)),
    "findings.create": Expected(post="/groups/{group}/findings", **CALLERS, **coordinators(422)),
    "findings.area_new": Expected(get="/areas/{area}/findings/new", **AREA, officer=200),
    "findings.area_create": Expected(post="/areas/{area}/findings", **AREA, officer=422),
    "findings.edit": (
        Expected(get="/findings/{finding}/edit", **CALLERS, **coordinators(200)),
        Expected(get="/findings/{area_finding}/edit", **KNOWN, officer=200),
    ),
    "findings.change": (
        Expected(post="/findings/{finding}/edit", **CALLERS, **coordinators(422)),
        Expected(post="/findings/{area_finding}/edit", **KNOWN, officer=422),
    ),
    # An officer reports on what the police or the municipality owns; this one is the landlord's.
    "findings.report": (
        Expected(post="/findings/{finding}/steps", data=DONE, **CALLERS, **coordinators(303)),
        Expected(post="/findings/{area_finding}/steps", data=DONE, **KNOWN, officer=303),
    ),
    "findings.undo_step": Expected(post="/findings/{finding}/steps/undo", **CALLERS, **coordinators(303)),
    "findings.remove": Expected(post="/findings/{finding}/remove", **CALLERS, **coordinators(303)),
    "findings.bring_back": Expected(post="/findings/{finding}/remove/undo", **CALLERS, **coordinators(303)),
    "findings.renew_link": Expected(post="/findings/{finding}/link", **CALLERS, **coordinators(303)),
    "findings.follow": (
        Expected(post="/findings/{finding}/follow", **PRESSED),
        Expected(post="/findings/{area_finding}/follow", **PRESSED),
    ),
    "findings.unfollow": (
        Expected(post="/findings/{finding}/follow/undo", **PRESSED),
        Expected(post="/findings/{area_finding}/follow/undo", **PRESSED),
    ),
    "findings.told": public(get="/findings/told/{told}"),
    "findings.end_by_mail": public(post="/findings/told/{told}", status=303),
    "findings.follow_by_mail": public(post="/findings/told/{told}/undo", status=303),
    "findings.open_link": public(get="/f/{finding_link}"),
    "findings.report_by_link": public(post="/f/{finding_link}", data=DONE, status=303),
    "findings.renew_by_link": public(post="/f/{finding_link}/renew", status=303),
    "findings.link_asked": public(get="/f/asked"),
}  # fmt: skip
