"""Words of the registers."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch.language import listed
from watch.models import Coordinator, SignSpot, WatchSign
from watch.registers.queries.coordinators import Due, RowOrder, Shown
from watch.registers.queries.places import HouseOrder, Houses, SignState

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
    "Stairwell north": "N",
    "Stairwell east": "E",
    "Flat landlord_number": _l("fastighetsägarens nummer"),
}


class Listed(StrEnum):
    """A list that an officer may take out."""

    PLACES = "places"
    GROUPS = "groups"
    COORDINATORS = "coordinators"
    CONTACTS = "contacts"
    FINDINGS = "findings"
    SIGNS = "signs"


class Format(StrEnum):
    """A kind of file that a list is taken out as."""

    XLSX = "xlsx"
    CSV = "csv"


SPOTS = {
    SignSpot.ENTRANCE: _l("Vid porten"),
    SignSpot.STAIRWELL: _l("I trapphuset"),
    SignSpot.FACADE: _l("På fasaden"),
    SignSpot.YARD: _l("På gården"),
    SignSpot.GARAGE: _l("Vid garage eller parkering"),
}
SIGN_STATES = {
    SignState.ORDERED: _l("Beställd"),
    SignState.UP: _l("Uppe"),
    SignState.UNCHECKED: _l("Inte kontrollerad på ett år"),
    SignState.WORN: _l("Sliten"),
    SignState.DOWN: _l("Nertagen"),
}
SIGN_KINDS = {
    SignState.ORDERED: "lamp",
    SignState.UP: "ok",
    SignState.UNCHECKED: "warn",
    SignState.WORN: "warn",
    SignState.DOWN: "neutral",
}
HOUSES = {
    Houses.ALL: _l("Alla hus"),
    Houses.WITH_SIGNS: _l("Hus med skyltar"),
    Houses.TO_SEE_TO: _l("Hus med skyltar att se till"),
}
HOUSE_SORTS = {
    HouseOrder.ADDRESS: _l("Adress"),
    HouseOrder.LANDLORD: _l("Fastighetsägare"),
    HouseOrder.PROPERTY: _l("Fastighet"),
    HouseOrder.FLATS: _l("Flest lägenheter"),
}
COORDINATOR_SORTS = {
    RowOrder.GROUP: _l("Område och grupp"),
    RowOrder.NAME: _l("Namn"),
    RowOrder.LOAD: _l("Flest hushåll"),
    RowOrder.TRAINED: _l("Längst sedan utbildning"),
    RowOrder.CONFIRMED: _l("Längst sedan svar om uppdraget"),
}
LISTS = {
    Listed.PLACES: _l("Hus, adresser och lägenheter"),
    Listed.GROUPS: _l("Grupper"),
    Listed.COORDINATORS: _l("Kontaktombud"),
    Listed.CONTACTS: _l("Kontakter"),
    Listed.FINDINGS: _l("Åtgärder"),
    Listed.SIGNS: _l("Skyltar"),
}
FILES = {  # what the file of a list is called
    Listed.PLACES: "fastigheter",
    Listed.GROUPS: "grupper",
    Listed.COORDINATORS: "kontaktombud",
    Listed.CONTACTS: "kontakter",
    Listed.FINDINGS: "atgarder",
    Listed.SIGNS: "skyltar",
}
FORMATS = {Format.XLSX: "Excel (XLSX)", Format.CSV: "CSV"}  # the same in every language
DUES = {
    Due.TRAINING: _l("Utbildning"),
    Due.CONFIRMATION: _l("Fråga om uppdraget gäller ännu"),
    Due.LOAD: _l("Gruppen behöver fler kontaktombud"),
}
SHOWN = {
    Shown.ALL: _l("Alla"),
    Shown.DUE: _l("De som det finns något att göra med"),
    Shown.LOADED: _l("De i grupper som behöver fler kontaktombud"),
}


def where_said(coordinator: Coordinator) -> str:
    """Return what an appointment is for: "huvudkontaktombud, hela huset" or "port 3"."""
    if coordinator.is_lead:
        return _("huvudkontaktombud, hela huset")
    if coordinator.stairwells:
        return _("port %(numbers)s", numbers=listed(each.number for each in coordinator.stairwells))
    return _("hela huset")


def sign_said(sign: WatchSign) -> str:
    """Return where a sign is: "Våglängdsgatan 3, vid porten"."""
    spot = str(SPOTS[sign.spot])
    where = sign.stairwell.address if sign.stairwell else _("hela huset")
    return f"{where}, {spot[:1].lower()}{spot[1:]}"
