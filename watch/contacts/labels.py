"""Labels for contact persons."""

from __future__ import annotations

from typing import Any

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
