"""Findings to and from EST are for the officers of the area."""

from __future__ import annotations

from tests.access import Expected
from tests.access.findings import AREA

ENDPOINTS = {
    "est.index": Expected(get="/areas/{area}/est", **AREA, officer=200),
    "est.preview": Expected(post="/areas/{area}/est", **AREA, officer=422),
    "est.back_to_index": Expected(get="/areas/{area}/est/apply", **AREA, officer=303),
    "est.apply": Expected(post="/areas/{area}/est/apply", **AREA, officer=303),
    "est.ask_export": Expected(get="/areas/{area}/est/export", **AREA, officer=200),
    "est.take_out": Expected(post="/areas/{area}/est/export", **AREA, officer=422),
}
