"""Everybody reads what is promised; the officers of all its areas write it, and the planned operations."""

from __future__ import annotations

from tests.access import Expected, public
from tests.access.findings import AREA
from tests.access.outreach import ANYWHERE, POSTED

ENDPOINTS = {
    "promises.index": public(get="/promises"),
    "promises.manage": Expected(get="/promises/edit", **ANYWHERE, officer=200),
    "promises.new": Expected(get="/promises/new", **ANYWHERE, officer=200),
    "promises.create": Expected(post="/promises/new", **POSTED, officer=422),
    "promises.show": Expected(get="/promises/{promise}", **AREA, officer=200),
    "promises.edit": Expected(get="/promises/{promise}/edit", **AREA, officer=200),
    "promises.change": Expected(post="/promises/{promise}/edit", **AREA, officer=422),
    "promises.ask_follow_up": Expected(get="/promises/{promise}/follow-up", **AREA, officer=303),
    "promises.follow_up": Expected(post="/promises/{promise}/follow-up", **AREA, officer=422),
    "promises.publish": Expected(post="/promises/{promise}/publish", **AREA, officer=303),
    "promises.take_back": Expected(post="/promises/{promise}/take-back", **AREA, officer=303),
    "promises.remove": Expected(post="/promises/{promise}/remove", **AREA, officer=303),
    "promises.bring_back": Expected(post="/promises/{promise}/remove/undo", **AREA, officer=303),
    "promises.operations": Expected(get="/promises/operations", **ANYWHERE, officer=200),
    "promises.new_operation": Expected(get="/promises/operations/new", **ANYWHERE, officer=200),
    "promises.create_operation": Expected(post="/promises/operations/new", **POSTED, officer=422),
    "promises.edit_operation": Expected(get="/promises/operations/{operation}", **AREA, officer=200),
    "promises.change_operation": Expected(post="/promises/operations/{operation}", **AREA, officer=422),
    "promises.remove_operation": Expected(
        post="/promises/operations/{operation}/remove", **AREA, officer=303
    ),
    "promises.bring_back_operation": Expected(
        post="/promises/operations/{operation}/remove/undo", **AREA, officer=303
    ),
}
