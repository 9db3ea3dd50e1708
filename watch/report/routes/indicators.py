"""The measures of a report that come from elsewhere: added, corrected, taken out."""

from __future__ import annotations

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.models import Report, ReportIndicator, Theme
from watch.permissions import Permission
from watch.report import service
from watch.report.errors import ChangedMeanwhile
from watch.report.forms import ChangeIndicatorForm, IndicatorForm
from watch.report.routes.blueprint import bp, note_assurance, to_report
from watch.saving import saving
from watch.web import ViewAnswer


@bp.get("/report/<int:report_id>/indicators/new")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def new_indicator(report: Report) -> str:
    return render_template("report/new_indicator.html", report=report, form=IndicatorForm())


@bp.post("/report/<int:report_id>/indicators/new")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def add_indicator(report: Report) -> ViewAnswer:
    form = IndicatorForm()
    if not form.validate():
        return render_template("report/new_indicator.html", report=report, form=form), 422
    with saving(_("Måttet är med.")):
        service.add_indicator(report, form.values, by=current_person(), form_key=form.key)
        note_assurance(form, report)
    return to_report(report, str(Theme.INDICATORS))


@bp.get("/report/<int:report_id>/indicators/<int:indicator_id>/edit")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def edit_indicator(report: Report, indicator_id: int) -> ViewAnswer:
    if indicator := _in(report, indicator_id):
        return _edit_page(indicator, ChangeIndicatorForm(indicator))
    flash(_("Måttet är borttaget."), "info")
    return to_report(report, str(Theme.INDICATORS))


@bp.post("/report/<int:report_id>/indicators/<int:indicator_id>/edit")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def change_indicator(report: Report, indicator_id: int) -> ViewAnswer:
    """Save what was typed. If somebody else has saved or taken it out meanwhile, say so and ask."""
    indicator = _in(report, indicator_id)
    if indicator is None:
        again = IndicatorForm()
        again.form_errors = [_("Någon annan har tagit bort måttet. Sparar du, läggs det till igen.")]
        return render_template("report/new_indicator.html", report=report, form=again), 422
    form = ChangeIndicatorForm()
    if not form.validate():
        return _edit_page(indicator, form), 422
    try:
        with saving(_("Ändringen är sparad.")):
            service.change_indicator(indicator, form.values, seen=form.seen.data, by=current_person())
            note_assurance(form, report)
    except ChangedMeanwhile:
        form.see(indicator)
        return _edit_page(indicator, form, is_both=True), 422
    return to_report(report, str(Theme.INDICATORS))


@bp.post("/report/<int:report_id>/indicators/<int:indicator_id>/remove")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def remove_indicator(report: Report, indicator_id: int) -> Response:
    with saving(_("Måttet är borttaget.")):
        if chosen := _in(report, indicator_id):  # else pressed again
            service.remove_indicator(chosen, by=current_person())
    return to_report(report, str(Theme.INDICATORS))


def _in(report: Report, indicator_id: int) -> ReportIndicator | None:
    return next((each for each in report.indicators if each.id == indicator_id), None)


def _edit_page(indicator: ReportIndicator, form: ChangeIndicatorForm, *, is_both: bool = False) -> str:
    return render_template(
        "report/edit_indicator.html", report=indicator.report, indicator=indicator, form=form, is_both=is_both
    )
