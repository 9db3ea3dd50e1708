"""Says an edition in its reader's language: the same sections and cells on the page, in PDF and in CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from watch import language
from watch.findings.labels import OWNERS, SPOTS, STATUSES
from watch.meetings.labels import KINDS
from watch.models import (
    Counting,
    FindingOwner,
    FindingStatus,
    MeetingKind,
    PromiseParty,
    PromiseResult,
    ReportEdition,
    Spot,
    Theme,
)
from watch.promises.labels import PARTIES, RESULTS
from watch.report.cells import Cell, Point, Section, Table, Written, numbered, said, worded
from watch.report.labels import TITLES, day_said, status_on
from watch.report.queries.figures import OUTREACH
from watch.report.queries.places import Facts
from watch.report.said_of_groups import tables_of_groups

NOTHING_FOUND: Facts = {"by_kind": []}  # in editions from before groups' findings were counted


def read(edition: ReportEdition) -> Facts:
    """Return the content of an edition."""
    content: Facts = json.loads(edition.content)
    return content


def sections_of(content: Facts) -> list[Section]:
    """Return all themes of a report's content, in order; tables without rows are left out."""
    texts = content["texts"]
    return [
        Section(
            theme,
            str(TITLES[theme]),
            Written(texts.get(theme.value, "")),
            [table for table in TABLES[theme](content) if table.rows],
            _points(content) if theme is Theme.MEETINGS else [],
            _erased(content) if theme is Theme.PLACES else "",
        )
        for theme in Theme
    ]


def _none(_content: Facts) -> list[Table]:
    return []


def _promises(content: Facts) -> list[Table]:
    columns = worded(
        _("Löfte"), _("Så blev det"), _("Läge"), _("Mål"), _("Utfall i antal"), _("Vem lovade"), _("Källa")
    )
    rows = [_promise(each) for each in content["promises"]]
    return [Table(_("Löften bredvid det som blev av"), columns, rows)]


def _promise(each: Facts) -> list[Cell]:
    parties = [str(PARTIES[PromiseParty(party)]) for party in each["parties"]]
    parties += [each["other_parties"]] if each["other_parties"] else []
    result = str(RESULTS[PromiseResult(each["result"])]) if each["result"] else _("Inte uppföljt än")
    return [
        Written(each["text"]), Written(each["outcome"]) if each["outcome"] else None, result,
        _counted(each["target"], each["unit"]), _counted(each["outcome_number"], each["unit"]),
        language.listed(parties), Written(each["source"]) if each["source"] else None,
    ]  # fmt: skip


def _counted(number: int | None, unit: str) -> Cell:
    if number is None:
        return None
    return f"{language.number(number)} {unit}" if unit else number


def _operations(content: Facts) -> list[Table]:
    found = content["operations"]
    rows: list[list[Cell]] = [
        [Written(each["area"]), date.fromisoformat(each["begins"]), date.fromisoformat(each["ends"]),
         Written(each["text"]), each["number"]]
        for each in found["one_by_one"]
    ]  # fmt: skip
    if rows or found["total"]["before"]:
        rows.append([_("Tillsammans"), "", "", "", found["total"]["now"]])
        rows.append([_("Perioden före"), "", "", "", found["total"]["before"]])
    columns = [*worded(_("Område"), _("Från"), _("Till"), _("Vad")), *numbered(_("Antal"))]
    return [Table(_("Planerade insatser"), columns, rows)]


def _places(content: Facts) -> list[Table]:
    found = content["findings"]
    counted = status_on(date.fromisoformat(content["counted_on"]))
    by_kind = _by_kind(_("Åtgärder efter slag"), found, counted)
    of_groups = _by_kind(
        _("Vad grupperna ser till själva"),
        found.get("of_groups", NOTHING_FOUND),
        _(
            "Åtgärder som grupperna tar hand om, ensamma eller med sin fastighetsägare. De räknas bara: "
            "polis och kommun läser dem inte. %(counted)s",
            counted=counted,
        ),
    )
    measures = Table(
        _("Åtgärderna en för en"),
        worded(_("Dag"), _("Vad"), _("Var"), _("Vad behövde göras"), _("Vem ser till det"), _("Läge"),
               _("Så blev det")),
        [_measure(each) for each in found["measures"]],
    )  # fmt: skip
    return [measures, by_kind, of_groups]


def _by_kind(title: str, found: Facts, note: str) -> Table:
    kinds = [[str(SPOTS[Spot(each["spot"])]), *_became(each)] for each in found["by_kind"]]
    if len(kinds) > 1:
        kinds.append([_("Tillsammans"), *_became(found["total"])])
    statuses = [str(STATUSES[each]) for each in FindingStatus]
    numbers = numbered(_("Nya i perioden"), *statuses, _("Nya perioden före"))
    return Table(title, [*worded(_("Vad")), *numbers], kinds, note)


def _erased(content: Facts) -> str:
    """Say that words are erased, if some are. Early editions say which measures were, if they know."""
    if any(each["what"] is None for each in content["findings"]["measures"]):
        return _(
            "Vad som skulle göras, och vad det blev, raderas två år efter att ett områdes åtgärd avslutades. "
            "Åtgärden räknas ändå."
        )
    kept_since = content["findings"].get("kept_since", "")
    if content["period_before"]["since"] >= kept_since:
        return ""
    return _(
        "Ett områdes åtgärder raderas två år efter att de avslutades. "
        "De som avslutades före %(day)s är inte med, så siffrorna kan vara för låga.",
        day=day_said(date.fromisoformat(kept_since)),
    )


def _became(each: Facts) -> list[Cell]:
    return [each["found"]["now"], *(each[status.value] for status in FindingStatus), each["found"]["before"]]


def _measure(each: Facts) -> list[Cell]:
    where = each["place"] or _("%(area)s, hela området", area=each["area"])
    outcome = Written(each["outcome"]) if each["outcome"] else None
    what = _("raderat") if each["what"] is None else Written(each["what"])
    return [
        date.fromisoformat(each["day"]), str(SPOTS[Spot(each["spot"])]), where, what,
        str(OWNERS[FindingOwner(each["owner"])]), str(STATUSES[FindingStatus(each["status"])]), outcome,
    ]  # fmt: skip


def _meetings(content: Facts) -> list[Table]:
    held = content["meetings"]
    sums = [[str(KINDS[MeetingKind(each["kind"])]), *_sums(each)] for each in held["by_kind"]]
    if len(sums) > 1:
        sums.append([_("Tillsammans"), *_sums(held["total"])])
    by_kind = Table(
        _("Träffar efter slag"),
        [*worded(_("Träff")),
         *numbered(_("Antal"), _("Antal perioden före"), _("Räknade"), _("Kom"), _("Kom perioden före"))],
        sums,
        _("En gemensam träff räknas en gång. ”Räknade” är de träffar där någon skrev hur många som kom."),
    )  # fmt: skip
    one_by_one = Table(
        _("Träffarna en för en"),
        [*worded(_("Dag"), _("Träff"), _("Område")), *numbered(_("Kom"), _("Mot träffen före"))],
        [_meeting(each) for each in held["one_by_one"]],
        _("”Mot träffen före” jämför med förra träffen av samma slag i samma grupp eller område."),
    )
    return [by_kind, one_by_one]


def _points(content: Facts) -> list[Point]:
    """Return how many came to the citizens' meetings, if they are several."""
    held = [each for each in content["meetings"]["one_by_one"] if each["kind"] == MeetingKind.CITIZENS]
    points = [
        Point(day_said(date.fromisoformat(each["day"])), each["came"], said(_came(each))) for each in held
    ]
    return points if len(points) > 1 else []


def _sums(each: Facts) -> list[Cell]:
    meetings, came = each["meetings"], each["came"]
    return [meetings["now"], meetings["before"], each["counted"]["now"], came["now"], came["before"]]


def _meeting(each: Facts) -> list[Cell]:
    return [
        date.fromisoformat(each["day"]), str(KINDS[MeetingKind(each["kind"])]),
        language.together(each["areas"]), _came(each), _more(each["more"]),
    ]  # fmt: skip


def _came(each: Facts) -> Cell:
    if each["came"] is not None:
        return int(each["came"])
    return _("inte räknat") if each["counting"] == Counting.NOT_COUNTED else _("inte ifyllt")


def _more(number: int | None) -> Cell:
    if number is None:
        return None
    if number == 0:
        return _("lika många")
    if number > 0:
        return ngettext("%(num)d fler", "%(num)d fler", number)
    return ngettext("%(num)d färre", "%(num)d färre", -number)


def _outreach(content: Facts) -> list[Table]:
    names = {
        "door_knockings": _("Gånger ni knackade dörr"), "buildings": _("Hus ni kom till"),
        "doors_knocked": _("Dörrar ni knackade på"), "doors_opened": _("Dörrar som öppnades"),
        "on_site": _("Besök på plats"), "material": _("Lämnade exemplar av material"),
    }  # fmt: skip
    found = content["outreach"]
    is_any = any(found[key][when] for key in OUTREACH for when in ("now", "before"))
    rows = [[name, found[key]["now"], found[key]["before"]] for key, name in names.items()] if is_any else []
    columns = [*worded(_("Vad")), *numbered(_("Perioden"), _("Perioden före"))]
    return [Table(_("Dörrknackning och besök i antal"), columns, rows)]


def _indicators(content: Facts) -> list[Table]:
    parts = ("name", "before", "after", "source")
    rows: list[list[Cell]] = [[Written(each[part]) for part in parts] for each in content["indicators"]]
    columns = worded(_("Mått"), _("Före"), _("Efter"), _("Källa"))
    return [Table(_("Måtten"), columns, rows)]


TABLES: dict[Theme, Callable[[Facts], list[Table]]] = {
    Theme.SUMMARY: _none,
    Theme.PROMISES: _promises,
    Theme.PLACES: _places,
    Theme.EST: _none,
    Theme.OPERATIONS: _operations,
    Theme.MEETINGS: _meetings,
    Theme.GROUPS: tables_of_groups,
    Theme.OUTREACH: _outreach,
    Theme.INDICATORS: _indicators,
    Theme.AHEAD: _none,
}
