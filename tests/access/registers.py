"""The registers are for officers, in their own areas; an uploaded list is for whoever uploaded it."""

from __future__ import annotations

from tests.access import Expected
from tests.access.findings import AREA

ENDPOINTS = {
    "registers.ask_import": Expected(get="/areas/{area}/import", **AREA, officer=200),
    "registers.upload": Expected(post="/areas/{area}/import", **AREA, officer=422),
    "registers.preview": Expected(get="/imports/{upload}", **AREA, officer=200, is_own=True),
    "registers.apply": Expected(post="/imports/{upload}/apply", **AREA, officer=303, is_own=True),
    "registers.discard": Expected(post="/imports/{upload}/discard", **AREA, officer=303, is_own=True),
}  # fmt: skip
