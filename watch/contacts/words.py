"""Words for contact persons, and phone numbers as people read them."""

from __future__ import annotations

from typing import Any

import phonenumbers
from flask_babel import lazy_gettext as _l

from watch.models import ContactRole, Reach

ROLES = {
    ContactRole.POLICE: _l("Kommunpolis"),
    ContactRole.MUNICIPALITY: _l("Kommunen"),
    ContactRole.LANDLORD: _l("Fastighetsägare"),
    ContactRole.FAULT_REPORT: _l("Felanmälan"),
    ContactRole.DISTURBANCE: _l("Störningsjour"),
    ContactRole.GROUP: _l("Gruppen"),
}
REACHES: dict[Reach, Any] = {
    Reach.GROUP: _l("En grupp"),
    Reach.BUILDING: _l("Ett hus"),
    Reach.LANDLORD: _l("En fastighetsägares hus"),
    Reach.AREA: _l("Ett område"),
    Reach.EVERYWHERE: _l("Alla områden"),
}


def readable_phone(number: str) -> str:
    """+46337000000 as 033-700 00 00; a foreign number keeps its +."""
    try:
        parsed = phonenumbers.parse(number, "SE")
    except phonenumbers.NumberParseException:
        return number
    national = parsed.country_code == 46
    kind = (
        phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, kind)
