"""Labels for contact persons."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from watch.models import ContactRole, ContactScope

ROLES = {
    ContactRole.POLICE: _l("Kommunpolis"),
    ContactRole.MUNICIPALITY: _l("Kommunen"),
    ContactRole.LANDLORD: _l("Fastighetsägare"),
    ContactRole.FAULT_REPORT: _l("Felanmälan"),
    ContactRole.DISTURBANCE: _l("Störningsjour"),
    ContactRole.GROUP: _l("Gruppen"),
}
SCOPES: dict[ContactScope, Any] = {
    ContactScope.GROUP: _l("En grupp"),
    ContactScope.BUILDING: _l("Ett hus"),
    ContactScope.LANDLORD: _l("En fastighetsägares hus"),
    ContactScope.AREA: _l("Ett område"),
    ContactScope.EVERYWHERE: _l("Alla områden"),
}
