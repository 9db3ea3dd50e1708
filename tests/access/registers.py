"""The registers are for officers, in their own areas; an uploaded list is for whoever uploaded it."""

from __future__ import annotations

from tests.access import Expected
from tests.access.findings import AREA
from tests.access.house import OWN_STAIRWELL

ANYWHERE = AREA | {
    "stranger": 403, "waiting": 403, "member": 403, "coordinator": 403, "other_coordinator": 403, "lead": 403,
    "other_officer": 200, "other_group": 403,
}  # fmt: skip
POSTED = ANYWHERE | {"other_officer": 422}
KNOWN = AREA | {"member": 403, "coordinator": 403, "other_coordinator": 403, "lead": 403}

ENDPOINTS = {
    "registers.index": Expected(get="/registers", **ANYWHERE, officer=200),
    "registers.ask_export": Expected(get="/registers/coordinators/export", **ANYWHERE, officer=200),
    "registers.take_out": Expected(post="/registers/coordinators/export", **POSTED, officer=422),
    "registers.coordinators": Expected(get="/coordinators", **ANYWHERE, officer=200),
    "registers.edit_days": Expected(get="/coordinators/{coordinator}/register", **KNOWN, officer=200),
    "registers.save_days": Expected(
        post="/coordinators/{coordinator}/register", **KNOWN, officer=422, data={"trained_on": "i vår"}
    ),
    "registers.confirm": Expected(post="/coordinators/{coordinator}/confirm", **KNOWN, officer=303),
    "registers.buildings": Expected(get="/areas/{area}/buildings", **AREA, officer=200),
    "registers.edit_target": Expected(get="/areas/{area}/target", **AREA, officer=200),
    "registers.change_target": Expected(
        post="/areas/{area}/target", **AREA, officer=422, data={"groups": "1"}
    ),
    "registers.show": Expected(get="/buildings/{house}/register", **KNOWN, officer=200),
    "registers.edit": Expected(get="/buildings/{house}/edit", **KNOWN, officer=200),
    "registers.change": Expected(
        post="/buildings/{house}/edit", **KNOWN, officer=422, data={"house_name": " "}
    ),
    "registers.edit_property": Expected(get="/buildings/{house}/property", **KNOWN, officer=200),
    "registers.change_property": Expected(
        post="/buildings/{house}/property", **KNOWN, officer=422, data={"landlord": " "}
    ),
    "registers.edit_address": Expected(get="/stairwells/{stairwell}/edit", **KNOWN, officer=200),
    "registers.change_address": Expected(
        post="/stairwells/{stairwell}/edit", **KNOWN, officer=422, data={"street_address": "?"}
    ),
    "registers.order": Expected(post="/buildings/{house}/signs", **KNOWN, officer=422),
    "registers.edit_sign": Expected(get="/signs/{sign}/edit", **AREA, officer=200),
    "registers.change_sign": Expected(post="/signs/{sign}/edit", **AREA, officer=422),
    "registers.check_sign": Expected(post="/signs/{sign}/edit/check", **AREA, officer=303),
    "registers.remove_sign": Expected(post="/signs/{sign}/edit/remove", **AREA, officer=303),
    "registers.bring_back_sign": Expected(post="/signs/{sign}/edit/remove/undo", **AREA, officer=303),
    "registers.give_sticker": Expected(
        post="/flats/{flat}/sticker", **OWN_STAIRWELL, coordinator=303, lead=303
    ),
    "registers.take_back_sticker": Expected(
        post="/flats/{flat}/sticker/undo", **OWN_STAIRWELL, coordinator=303, lead=303
    ),
    "registers.ask_import": Expected(get="/areas/{area}/import", **AREA, officer=200),
    "registers.upload": Expected(post="/areas/{area}/import", **AREA, officer=422),
    "registers.preview": Expected(get="/imports/{upload}", **AREA, officer=200, is_own=True),
    "registers.apply": Expected(post="/imports/{upload}/apply", **AREA, officer=303, is_own=True),
    "registers.discard": Expected(post="/imports/{upload}/discard", **AREA, officer=303, is_own=True),
}  # fmt: skip
