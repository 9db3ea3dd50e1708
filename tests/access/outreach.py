"""The outreach log is for officers, in their own areas."""

from __future__ import annotations

from tests.access import Expected
from tests.access.findings import AREA

ANYWHERE = AREA | {
    "stranger": 403, "waiting": 403, "member": 403, "coordinator": 403, "other_coordinator": 403, "lead": 403,
    "other_officer": 200, "other_group": 403,
}  # fmt: skip
POSTED = ANYWHERE | {"other_officer": 422}

ENDPOINTS = {
    "outreach.index": Expected(get="/outreach", **ANYWHERE, officer=200),
    "outreach.new": Expected(get="/areas/{area}/outreach/new", **AREA, officer=200),
    "outreach.create": Expected(post="/areas/{area}/outreach/new", **AREA, officer=422),
    "outreach.show": Expected(get="/outreach/{outreach}", **AREA, officer=200),
    "outreach.edit": Expected(get="/outreach/{outreach}/edit", **AREA, officer=200),
    "outreach.change": Expected(post="/outreach/{outreach}/edit", **AREA, officer=422),
    "outreach.remove": Expected(post="/outreach/{outreach}/remove", **AREA, officer=303),
    "outreach.bring_back": Expected(post="/outreach/{outreach}/remove/undo", **AREA, officer=303),
    "outreach.ask_export": Expected(get="/outreach/export", **ANYWHERE, officer=200),
    "outreach.take_out": Expected(post="/outreach/export", **POSTED, officer=422),
}  # fmt: skip
