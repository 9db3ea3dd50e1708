"""Labels for the state of a building and for what needs an officer's action."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.followup.queries.buildings import BuildingState, Order
from watch.followup.queries.needs import Reason

STATES = {
    BuildingState.INTEREST: _l("Intresse"),
    BuildingState.STARTING: _l("Under uppstart"),
    BuildingState.ACTIVE: _l("Aktiv"),
    BuildingState.DORMANT: _l("Vilande"),
    BuildingState.CLOSED: _l("Avslutad"),
    BuildingState.NONE: _l("Ingen grupp"),
}
KINDS = {
    BuildingState.INTEREST: "lamp",
    BuildingState.STARTING: "lamp",
    BuildingState.ACTIVE: "ok",
    BuildingState.DORMANT: "warn",
    BuildingState.CLOSED: "neutral",
    BuildingState.NONE: "neutral",
}
REASONS = {
    Reason.INTEREST: _l("Intresse, men ingen grupp"),
    Reason.NO_COORDINATOR: _l("Grupper där inget kontaktombud nås med mejl"),
    Reason.UNREACHED: _l("Grupper där mejl inte når ett av kontaktombuden"),
    Reason.NO_LEAD: _l("Grupper utan huvudkontaktombud"),
    Reason.WAITING: _l("Anmälningar som har väntat mer än sju dagar"),
    Reason.FINDING: _l("Åtgärder som polisen eller kommunen ska se till"),
    Reason.QUIET: _l("Grupper som kanske ska vila"),
    Reason.AFTER_CLOSING: _l("Kvar att göra efter grupper som är avslutade"),
    Reason.STALE_CONTACT: _l("Kontakter som inte är kontrollerade på ett år"),
}
ACTIONS = {
    Reason.INTEREST: _l("Starta"),
    Reason.NO_COORDINATOR: _l("Utse"),
    Reason.UNREACHED: _l("Se ombuden"),
    Reason.NO_LEAD: _l("Utse"),
    Reason.WAITING: _l("Se ombuden"),
    Reason.FINDING: _l("Visa"),
    Reason.QUIET: _l("Se läget"),
    Reason.AFTER_CLOSING: _l("Visa"),
    Reason.STALE_CONTACT: _l("Kontrollera"),
}
SORTS = {
    Order.STATE: _l("Läge"),
    Order.ADDRESS: _l("Adress"),
    Order.HOUSEHOLDS: _l("Flest hushåll"),
    Order.LAST_MEETING: _l("Senaste träff"),
}
