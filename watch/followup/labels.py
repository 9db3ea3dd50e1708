"""Labels for the state of a building and for what needs an officer's action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.followup.queries.buildings import BuildingState, Order
from watch.followup.queries.groups import GroupOrder
from watch.followup.queries.needs import Reason
from watch.models import AreaMonth, GroupState

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
    Reason.OVERDUE: _l("Åtgärder som skulle ha varit klara"),
    Reason.FINDING: _l("Åtgärder som polisen eller kommunen ska se till"),
    Reason.JOINED_BY_NONE: _l("Gemensamma träffar som ingen grupp är med på"),
    Reason.QUIET: _l("Grupper som kanske ska vila"),
    Reason.AFTER_CLOSING: _l("Kvar att göra efter grupper som är avslutade"),
    Reason.SIGNS: _l("Hus med skyltar att se till"),
    Reason.RESIGNED_CONTACT: _l("Kontakter som säger att de inte är det längre"),
    Reason.CORRECTED_CONTACT: _l("Kontakter som själva har ändrat sina uppgifter"),
    Reason.STALE_CONTACT: _l("Kontakter som inte är kontrollerade på ett år"),
}
ACTIONS = {
    Reason.INTEREST: _l("Starta"),
    Reason.NO_COORDINATOR: _l("Utse"),
    Reason.UNREACHED: _l("Se ombuden"),
    Reason.NO_LEAD: _l("Utse"),
    Reason.WAITING: _l("Se ombuden"),
    Reason.OVERDUE: _l("Visa"),
    Reason.FINDING: _l("Visa"),
    Reason.JOINED_BY_NONE: _l("Visa"),
    Reason.QUIET: _l("Se läget"),
    Reason.AFTER_CLOSING: _l("Visa"),
    Reason.SIGNS: _l("Se skyltarna"),
    Reason.RESIGNED_CONTACT: _l("Ta bort eller byt"),
    Reason.CORRECTED_CONTACT: _l("Visa"),
    Reason.STALE_CONTACT: _l("Kontrollera"),
}
SORTS = {
    Order.STATE: _l("Läge"),
    Order.ADDRESS: _l("Adress"),
    Order.HOUSEHOLDS: _l("Flest hushåll"),
    Order.LAST_MEETING: _l("Senaste träff"),
}
GROUP_STATES = {state: STATES[BuildingState(state.value)] for state in GroupState}
NEEDS = {  # what one group needs an officer for
    Reason.NO_COORDINATOR: _l("Inget kontaktombud nås med mejl"),
    Reason.UNREACHED: _l("Mejl når inte ett kontaktombud"),
    Reason.NO_LEAD: _l("Inget huvudkontaktombud"),
    Reason.WAITING: _l("Anmälan har väntat över sju dagar"),
    Reason.QUIET: _l("Kanske ska vila"),
    Reason.AFTER_CLOSING: _l("Kvar att göra efter avslutet"),
}
GROUP_SORTS = {
    GroupOrder.AREA: _l("Område och gata"),
    GroupOrder.STATE: _l("Läge"),
    GroupOrder.HOUSEHOLDS: _l("Flest hushåll"),
    GroupOrder.LAST_MEETING: _l("Längst sedan en träff"),
}


def month_said(month: date) -> str:
    """Return the name of a month: "september 2026"."""
    return str(format_date(month, "LLLL y"))


def month_in_short(month: date) -> str:
    """Return the short name of a month, for the foot of a plot: "sep. 2026"."""
    return str(format_date(month, "LLL y"))


@dataclass(frozen=True)
class Point:
    """A month in a plot: its name, its value (None: nobody counted) and the words for it.

    `parts` are the values of a stacked column, from the foot up.
    """

    day: str
    said: str
    value: int | None = None
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plots:
    """The plots of some months, the oldest first."""

    groups: list[Point]
    households: list[Point]
    meetings: list[Point]
    came: list[Point]


def plots_of(rows: Sequence[AreaMonth]) -> Plots:
    """Return the plots of months that come the latest first."""
    plots = Plots([], [], [], [])
    for row in reversed(rows):
        day = month_in_short(row.month)
        states = (GroupState.ACTIVE, GroupState.STARTING, GroupState.DORMANT)
        parts = tuple(getattr(row, state.value) for state in states)
        said = (f"{GROUP_STATES[state]} {language.number(n)}" for state, n in zip(states, parts, strict=True))
        plots.groups.append(Point(day, language.listed(said), parts=parts))
        plots.households.append(Point(day, households_of_month(row), row.taking_part))
        plots.meetings.append(Point(day, language.number(row.meetings), row.meetings))
        plots.came.append(Point(day, came_in_month(row), row.came if row.counted else None))
    return plots


def households_of_month(row: AreaMonth) -> str:
    """Return how many households took part at least, of how many; "–" if nobody counted."""
    return households_said(row.taking_part, row.flats)


def households_said(taking_part: int | None, flats: int | None) -> str:
    """Return how many households took part at least, of how many; "–" if they are None: nobody counted."""
    if taking_part is None or flats is None:
        return "–"
    if not taking_part:
        return _("inget hus har fem")
    part, total = language.number(taking_part), language.number(flats)
    return _("minst %(count)s av %(total)s", count=part, total=total)


def came_in_month(row: AreaMonth) -> str:
    """Return how many people came to meetings; "–" if none was counted."""
    return language.number(row.came) if row.counted else "–"


def cells_of(row: AreaMonth) -> list[str]:
    """Return the cells of a month's row, after its name."""
    states = row.active, row.starting, row.dormant, row.closed
    meetings = row.meetings, row.counted
    return [
        *map(language.number, states), households_of_month(row), *map(language.number, meetings),
        came_in_month(row),
    ]  # fmt: skip
