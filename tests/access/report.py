"""Reports are written by officers of all their areas, and published for everybody."""

from __future__ import annotations

from tests.access import Expected, public
from tests.access.findings import AREA
from tests.access.outreach import ANYWHERE, POSTED

EDITION = "/report/{report}/editions/1/withdraw"

ENDPOINTS = {
    "report.index": Expected(get="/report", **ANYWHERE, officer=200),
    "report.new": Expected(get="/report/new", **ANYWHERE, officer=200),
    "report.create": Expected(post="/report/new", **POSTED, officer=422),
    "report.show": Expected(get="/report/{report}", **AREA, officer=200),
    "report.edit": Expected(get="/report/{report}/edit", **AREA, officer=200),
    "report.change": Expected(post="/report/{report}/edit", **AREA, officer=422),
    "report.edit_text": Expected(get="/report/{report}/texts/summary", **AREA, officer=200),
    "report.save_text": Expected(post="/report/{report}/texts/summary", **AREA, officer=303),
    "report.new_indicator": Expected(get="/report/{report}/indicators/new", **AREA, officer=200),
    "report.add_indicator": Expected(post="/report/{report}/indicators/new", **AREA, officer=422),
    "report.edit_indicator": Expected(
        get="/report/{report}/indicators/{indicator}/edit", **AREA, officer=200
    ),
    "report.change_indicator": Expected(
        post="/report/{report}/indicators/{indicator}/edit", **AREA, officer=422
    ),
    "report.remove_indicator": Expected(
        post="/report/{report}/indicators/{indicator}/remove", **AREA, officer=303
    ),
    "report.review": Expected(get="/report/{report}/publish", **AREA, officer=200),
    "report.publish": Expected(post="/report/{report}/publish", **AREA, officer=422),
    "report.withdraw": Expected(post=EDITION, **AREA, officer=303),
    "report.show_again": Expected(post=f"{EDITION}/undo", **AREA, officer=303),
    "report.remove_contact": Expected(post="/report/{report}/contact/remove", **AREA, officer=303),
    "report.remove": Expected(post="/report/{report}/remove", **AREA, officer=303),
    "report.bring_back": Expected(post="/report/{report}/remove/undo", **AREA, officer=303),
    "report.public_page": public(get="/promises/{report_slug}"),
    "report.pdf": public(get="/promises/{report_slug}.pdf"),
    "report.csv": public(get="/promises/{report_slug}/1.csv"),
    "report.json": public(get="/promises/{report_slug}.json"),
}
