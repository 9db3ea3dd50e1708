"""The audit trail as CSV: who did what to which group and when, in words and without a household."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from watch.audit.labels import DOERS, event_of
from watch.audit.queries import Line
from watch.exporting import WHY
from watch.groups.labels import OFFICERS
from watch.language import local
from watch.spreadsheets import csv_of


def as_csv(lines: Iterable[Line]) -> str:
    """Return the lines with a heading as CSV, with their times as in Sweden."""
    heading = _("När"), _("Namn"), _("Vem"), _("Vad som hände"), _("Skäl"), _("Grupp"), _("Område")
    return csv_of(heading, map(_cells, lines))


def _cells(line: Line) -> tuple[str, ...]:
    who = OFFICERS[line.organisation] if line.organisation else DOERS[line.doer]
    when = local(line.at).strftime("%Y-%m-%d %H:%M:%S")
    return (
        when, line.name, str(who), str(event_of(line.what)), str(WHY[line.why]) if line.why else "",
        line.group, line.area,
    )  # fmt: skip
