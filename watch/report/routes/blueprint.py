"""The blueprint of reports, with the words that its pages use."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person
from watch.fields import Form
from watch.models import Report, ReportEdition
from watch.report.cells import is_written, said
from watch.report.labels import day_said, period_said
from watch.report.queries.reports import published_reports

bp = Blueprint("report", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"said": said, "is_written": is_written, "period_said": period_said, "day_said": day_said}


@bp.app_template_global("published_reports")
def all_published() -> list[ReportEdition]:
    """Return the latest edition of each report that everybody may read, for the page of promises."""
    return published_reports()


def note_assurance(form: Form, report: Report) -> None:
    """Write down that the writer has said that a text points at nobody."""
    if form.about_nobody.is_given:
        for area in report.areas:
            audit.note(audit.ABOUT_NOBODY, about=report, by=current_person(), area=area)


def to_report(report: Report, part: str | None = None) -> Response:
    """Lead to the report, or to a part of its page."""
    return redirect(url_for("report.show", report_id=report.id, _anchor=part), 303)
