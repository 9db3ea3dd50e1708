"""Findings of an area as CSV for the authorities, each with its key. It says places, never a person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import force_locale

from watch.est.outcomes import CHANGED, KEY, OUTCOME, STATUS
from watch.est.queries import key_of
from watch.est.stamps import stamp_of
from watch.findings.labels import OWNERS, SPOTS, STATUSES, where_in_area
from watch.language import local
from watch.models import Finding
from watch.spreadsheets import csv_of

HEADING = (KEY, "Skriven", "Vad", "Var", "Vad behöver göras", "Vem ser till det", "Klart senast", STATUS,
           OUTCOME, CHANGED)  # fmt: skip


def as_csv(findings: Iterable[Finding]) -> str:
    """Return the findings with a heading as CSV, in Swedish whatever the reader's language is."""
    with force_locale("sv"):
        return csv_of(HEADING, map(_cells, findings))


def _cells(each: Finding) -> tuple[str, ...]:
    return (
        key_of(each), local(each.created_at).date().isoformat(), str(SPOTS[each.spot]), where_in_area(each),
        each.what, str(OWNERS[each.owner]), each.due_on.isoformat() if each.due_on else "",
        str(STATUSES[each.status]), each.outcome or "", stamp_of(each),
    )  # fmt: skip
