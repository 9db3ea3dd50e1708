"""Says in a report what became of the groups, and which houses and households they reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from watch.followup.labels import households_said, month_said
from watch.report.cells import Cell, Table, Written, numbered, worded
from watch.report.content import is_running
from watch.report.labels import day_said, status_on
from watch.report.period import Period
from watch.report.queries.places import Facts

ENDS_KNOWN = 3  # the first format whose houses and households are those of a period's end


def tables_of_groups(content: Facts) -> list[Table]:
    """Return the tables of groups, houses and households."""
    areas, day = content["groups"], date.fromisoformat(content["counted_on"])
    tables = [_states(areas, status_on(day) if is_running(content) else ""), _begun(areas)]
    if content["format"] < ENDS_KNOWN:
        return [*tables, _reached_by_day(areas, day)]
    return [*tables, _houses(content), _households(content)]


def _states(areas: Sequence[Facts], note: str) -> Table:
    names = ("active", "starting", "dormant")
    columns = numbered(
        _("Aktiva"), _("Aktiva perioden före"), _("Under uppstart"), _("Under uppstart perioden före"),
        _("Vilande"), _("Vilande perioden före"), _("Mål"),
    )  # fmt: skip
    rows = _by_area(areas, lambda each: [*_pairs(each, names), each["target"]])
    return Table(_("Grupper i slutet av perioden"), [*worded(_("Område")), *columns], rows, note)


def _begun(areas: Sequence[Facts]) -> Table:
    columns = numbered(
        _("Startade"), _("Startade perioden före"), _("Avslutade"), _("Avslutade perioden före")
    )
    rows = _by_area(areas, lambda each: _pairs(each, ("started", "closed")))
    return Table(_("Grupper som började och slutade"), [*worded(_("Område")), *columns], rows)


def _houses(content: Facts) -> Table:
    day = day_said(date.fromisoformat(content["counted_on"]))
    columns = numbered(
        _("Hus med grupp"), _("Hus med grupp perioden före"), _("Alla hus"),
        _("Fastigheter med grupp"), _("Fastigheter med grupp perioden före"), _("Alla fastigheter"),
    )  # fmt: skip
    rows = _by_area(
        content["groups"],
        lambda each: [
            *_pairs(each, ["buildings_with_group"]), each["buildings"],
            *_pairs(each, ["properties_with_group"]), each["properties"],
        ],
    )  # fmt: skip
    if is_running(content):
        note = _("Räknat %(day)s. Perioden före räknas vid dess slut.", day=day)
    else:
        note = _(
            "De som hade en grupp när perioden var slut. Alla hus och fastigheter är de som fanns %(day)s.",
            day=day,
        )
    return Table(_("Hus och fastigheter med grupp"), [*worded(_("Område")), *columns], rows, note)


def _households(content: Facts) -> Table:
    """Return the households of the areas in the words of the page of months."""
    whens, areas = ("now", "before"), content["groups"]
    rows: list[list[Cell]] = [
        [Written(each["area"]), *(_households_of([each], when) for when in whens)] for each in areas
    ]
    if len(rows) > 1:
        rows.append([_("Tillsammans"), *(_households_of(areas, when) for when in whens)])
    columns = [*worded(_("Område")), *numbered(_("Hushåll som är med"), _("Perioden före"))]
    return Table(_("Hushåll som är med"), columns, rows, _note_on_households(content))


def _households_of(areas: Sequence[Facts], when: str) -> str:
    """Return the households of areas together; "–" if nobody counted those of one."""
    part, total = ([each[name][when] for each in areas] for name in ("households_at_least", "households"))
    return "–" if None in part or None in total else households_said(sum(part), sum(total))


def _note_on_households(content: Facts) -> str:
    days = content["period"]
    period = Period(date.fromisoformat(days["since"]), date.fromisoformat(days["until"]))
    month, before = month_said(period.last_month), month_said(period.before.last_month)
    if is_running(content):
        day = day_said(date.fromisoformat(content["counted_on"]))
        which = _("Räknat %(day)s, och för perioden före sista natten i %(month)s.", day=day, month=before)
    else:
        which = _(
            "Räknat sista natten i %(month)s, och för perioden före sista natten i %(before)s.",
            month=month, before=before,
        )  # fmt: skip
    parts = [
        which,
        _("Hus där färre än fem hushåll är med räknas som noll, så att ingen kan pekas ut."),
        _("Ett streck betyder att ingen räknade då."),
    ]
    return " ".join(parts)


def _reached_by_day(areas: Sequence[Facts], day: date) -> Table:
    """Return what editions said that knew houses and households only as they were when counted."""
    names = (
        "buildings_with_group", "buildings", "properties_with_group", "properties",
        "households_at_least", "households",
    )  # fmt: skip
    columns = numbered(
        _("Hus med grupp"), _("Alla hus"), _("Fastigheter med grupp"), _("Alla fastigheter"),
        _("Hushåll som är med, minst"), _("Alla hushåll"),
    )  # fmt: skip
    rows = _by_area(areas, lambda each: [each[name] for name in names])
    note = _(
        "Räknat %(day)s. Hus där färre än fem hushåll är med räknas som noll, så att ingen kan pekas ut.",
        day=day_said(day),
    )
    return Table(_("Hus, fastigheter och hushåll"), [*worded(_("Område")), *columns], rows, note)


def _pairs(each: Facts, names: Iterable[str]) -> list[Cell]:
    return [each[name][when] for name in names for when in ("now", "before")]


def _by_area(areas: Sequence[Facts], cells: Callable[[Facts], list[Any]]) -> list[list[Cell]]:
    """Return a row for each area, and their sum if they are several. What one area lacks is not summed."""
    rows = [[Written(each["area"]), *cells(each)] for each in areas]
    if len(rows) > 1:
        columns = zip(*(cells(each) for each in areas), strict=True)
        rows.append([_("Tillsammans"), *(None if None in column else sum(column) for column in columns)])
    return rows
