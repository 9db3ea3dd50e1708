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
    return csv_of(heading(), map(cells_of, findings))


def heading() -> tuple[str, ...]:
    """Return the names of the columns."""
    return (
        _("Nummer"), _("Skriven"), _("Vad"), _("Var"), _("Vad behöver göras"), _("Vem ser till det"),
        _("Klart senast"), _("Läge"), _("Så blev det"), _("Senast ändrad"),
    )  # fmt: skip


def cells_of(each: Finding) -> tuple[str, ...]:
    """Return a finding's cells, in the order of the heading."""
    return (
        str(each.id), local(each.created_at).date().isoformat(), str(SPOTS[each.spot]), where_of(each),
        each.what, str(OWNERS[each.owner]), each.due_on.isoformat() if each.due_on else "",
        str(STATUSES[each.status]), each.outcome or "", local(each.changed_at).date().isoformat(),
    )  # fmt: skip
