"""Findings as CSV, for the authorities' own follow-up (EST): a place and what is done, never a person."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from flask_babel import gettext as _

from watch.findings.labels import OWNERS, SPOTS, STATUSES, where_of
from watch.language import local
from watch.models import Finding

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate


def escaped(cell: str) -> str:
    """Return a cell that a spreadsheet shows as text."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def csv_of(findings: Iterable[Finding]) -> str:
    """Return the findings with a heading, parted by semicolons, as Swedish spreadsheets read it."""
    written = StringIO()
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    heading = (
        _("Nummer"), _("Skriven"), _("Vad"), _("Var"), _("Vad behöver göras"), _("Vem ser till det"),
        _("Klart senast"), _("Läge"), _("Så blev det"), _("Senast ändrad"),
    )  # fmt: skip
    rows.writerow(heading)
    for each in findings:
        cells = (
            str(each.id), local(each.created_at).date().isoformat(), str(SPOTS[each.spot]), where_of(each),
            each.what, str(OWNERS[each.owner]), each.due_on.isoformat() if each.due_on else "",
            str(STATUSES[each.status]), each.outcome or "", local(each.changed_at).date().isoformat(),
        )  # fmt: skip
        rows.writerow([escaped(cell) for cell in cells])
    return written.getvalue()
