"""Words of the registers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CHANGED = {  # what the values of a change in a landlord's list are
    "Area name": _l("område"),
    "Landlord name": _l("fastighetsägare"),
    "Property designation": _l("fastighet"),
    "Property landlord": _l("fastighetsägare"),
    "Building name": _l("fastighetsägarens namn på huset"),
    "Building property": _l("fastighet"),
    "Building address": _l("husets namn"),
    "Stairwell street": _l("gata"),
    "Stairwell postcode": _l("postnummer"),
    "Stairwell city": _l("ort"),
    "Stairwell building": _l("hus"),
    "Flat landlord_number": _l("fastighetsägarens nummer"),
}
