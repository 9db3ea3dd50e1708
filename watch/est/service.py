"""Takes findings out for the authorities, and takes in what became of them."""

from __future__ import annotations

from collections.abc import Iterable

from watch import audit
from watch.est.outcomes import Outcome
from watch.findings import service as findings
from watch.findings.queries import role_of
from watch.models import Area, ExportReason, Person


def note_export(area: Area, why: ExportReason, *, by: Person) -> None:
    """Write down that somebody took out the findings of an area, and why."""
    audit.note("est-exported", about=area, by=by, area=area, why=why)


def take_in(area: Area, outcomes: Iterable[Outcome], *, by: Person) -> None:
    """Add a step to each finding, as if reported by page: whoever follows it is told.

    Raises FindingRemoved and NothingNew if somebody else was quicker; the caller then keeps nothing.
    """
    role = role_of(by, area.id)
    for each in outcomes:
        said = findings.Report(each.status, each.text or None, each.finding.due_on)
        findings.report(each.finding, said, role=role, by=by)
    audit.note("est-outcomes-read", about=area, by=by, area=area)
