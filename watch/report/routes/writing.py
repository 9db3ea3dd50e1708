"""Officers' reports over areas and a period: the list, and what is written in each."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, render_template, request
from flask_babel import gettext as _

from watch.access import current_person, current_relations, requires
from watch.bodies import takes_bytes
from watch.groups.queries.areas import areas_by_id
from watch.models import Report, ReportText, Theme, utcnow
from watch.paging import page_of
from watch.permissions import Permission
from watch.report import service
from watch.report.content import content_of, is_running
from watch.report.errors import ChangedMeanwhile
from watch.report.forms import FindReportForm, ReportForm, TextForm, known_of
from watch.report.labels import BOTH_CHANGED, HINTS, TITLES
from watch.report.queries.reports import removed_reports, reports_in
from watch.report.routes.blueprint import bp, note_assurance, to_report
from watch.report.saying import sections_of
from watch.saving import saving
from watch.web import ViewAnswer

TEXT = 64 * 1024  # bytes of a form with the longest text


@bp.get("/report")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def index() -> str:
    """List the reports over the reader's own areas."""
    form = FindReportForm(request.args)
    found = {each.id: each for each in reports_in(_own_areas(), form.q.data or "")}
    page = page_of(
        list(found),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "report/index.html", form=form, page=page, reports=[found[each] for each in page.keys],
        gone=removed_reports(_own_areas()),
    )  # fmt: skip


@bp.get("/report/new")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def new() -> str:
    """Ask for areas and period, with the last whole year and the reader's own areas."""
    year = utcnow().year - 1
    areas = areas_by_id(_own_areas())
    form = ReportForm(
        areas,
        areas=[each.slug for each in areas],
        title=_("Medborgarlöftet %(year)s: så blev det", year=year),
        since=date(year, 1, 1),
        until=date(year, 12, 31),
    )
    return render_template("report/new.html", form=form)


@bp.post("/report/new")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def create() -> ViewAnswer:
    form = ReportForm(areas_by_id(_own_areas()))
    if not form.validate():
        return render_template("report/new.html", form=form), 422
    with saving(_("Rapporten är påbörjad. Siffrorna är redan ifyllda.")):
        report = service.begin(service.Plan(**form.values), by=current_person(), form_key=form.key)
        note_assurance(form, report)
    return to_report(report)


@bp.get("/report/<int:report_id>")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def show(report: Report) -> str:
    """Show the report as it is so far, with what can be written in each part."""
    content = content_of(report, utcnow())
    return render_template(
        "report/show.html", report=report, sections=sections_of(content), hints=HINTS,
        is_running=is_running(content),
    )  # fmt: skip


@bp.get("/report/<int:report_id>/edit")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def edit(report: Report) -> str:
    return _edit_page(report, _form(**known_of(report)))


@bp.post("/report/<int:report_id>/edit")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def change(report: Report) -> ViewAnswer:
    """Save what was typed. If somebody else has saved meanwhile, show both and ask."""
    form = _form()
    if not form.validate():
        return _edit_page(report, form), 422
    try:
        with saving(_("Ändringen är sparad.")):
            plan = service.Plan(**form.values)
            service.change(report, plan, seen=form.seen.data or 0, by=current_person())
            note_assurance(form, report)
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(report)
        return _edit_page(report, form, is_both=True), 422
    return to_report(report)


@bp.get("/report/<int:report_id>/texts/<theme>")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def edit_text(report: Report, theme: str) -> str:
    wanted = _theme(theme)
    known = _text(report, wanted)
    seen = {"text": known.text, "seen": known.version} if known else {}
    return _text_page(report, wanted, TextForm(data=seen))


@bp.post("/report/<int:report_id>/texts/<theme>")
@requires(Permission.WRITE_REPORTS, second_factor=True)
@takes_bytes(TEXT)
def save_text(report: Report, theme: str) -> ViewAnswer:
    """Save a text. If somebody else has saved meanwhile, show both and ask."""
    form, wanted = TextForm(), _theme(theme)
    if not form.validate():
        return _text_page(report, wanted, form), 422
    try:
        with saving(_("Texten är sparad.")):
            seen = form.seen.data or 0
            service.write(report, wanted, form.text.data or "", seen=seen, by=current_person())
            note_assurance(form, report)
    except ChangedMeanwhile:
        theirs = _text(report, wanted)
        form.form_errors = [BOTH_CHANGED]
        form.seen.data, form.seen.raw_data = theirs.version if theirs else 0, None
        return _text_page(report, wanted, form, theirs), 422
    return to_report(report, str(wanted))


def _own_areas() -> set[int]:
    return current_relations().officer_of


def _form(**known: Any) -> ReportForm:
    return ReportForm(areas_by_id(_own_areas()), **known)


def _theme(name: str) -> Theme:
    return Theme(name) if name in set(Theme) else abort(404)


def _text(report: Report, theme: Theme) -> ReportText | None:
    return next((each for each in report.texts if each.theme is theme), None)


def _edit_page(report: Report, form: ReportForm, *, is_both: bool = False) -> str:
    return render_template("report/edit.html", report=report, form=form, is_both=is_both)


def _text_page(report: Report, theme: Theme, form: TextForm, theirs: ReportText | None = None) -> str:
    words = {"title": TITLES[theme], "hint": HINTS[theme]}
    return render_template(
        "report/edit_text.html", report=report, theme=theme, form=form, theirs=theirs, **words
    )
