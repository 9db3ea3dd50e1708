"""Findings as CSV, for the authorities' own follow-up (EST): a place and what is done, never a person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from watch.findings.labels import OWNERS, SPOTS, STATUSES, where_of
from watch.language import local
from watch.models import Finding
from watch.spreadsheets import csv_of


def as_csv(findings: Iterable[Finding]) -> str:
    """Return the findings with a heading as CSV."""
    heading = (
        _("Nummer"), _("Skriven"), _("Vad"), _("Var"), _("Vad behöver göras"), _("Vem ser till det"),
        _("Klart senast"), _("Läge"), _("Så blev det"), _("Senast ändrad"),
    )  # fmt: skip
    return csv_of(heading, map(_cells, findings))


def _cells(each: Finding) -> tuple[str, ...]:
    return (
        str(each.id), local(each.created_at).date().isoformat(), str(SPOTS[each.spot]), where_of(each),
        each.what, str(OWNERS[each.owner]), each.due_on.isoformat() if each.due_on else "",
        str(STATUSES[each.status]), each.outcome or "", local(each.changed_at).date().isoformat(),
    )  # fmt: skip
