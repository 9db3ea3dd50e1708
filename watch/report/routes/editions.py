"""Editions of a report: reviewed, published, withdrawn; and taking a report away."""

from __future__ import annotations

from flask import abort, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from watch.access import current_person, requires
from watch.models import Report, ReportEdition, utcnow
from watch.permissions import Permission
from watch.report import service
from watch.report.content import content_of, mark_of
from watch.report.errors import ChangedMeanwhile
from watch.report.files import counted_of
from watch.report.forms import ReviewForm
from watch.report.routes.blueprint import bp, to_report
from watch.report.saying import sections_of
from watch.saving import saving
from watch.web import ViewAnswer


@bp.get("/report/<int:report_id>/publish")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def review(report: Report) -> str:
    """Show the report as everybody will read it, before it is published."""
    return _review_page(report, ReviewForm())


@bp.post("/report/<int:report_id>/publish")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def publish(report: Report) -> ViewAnswer:
    """Publish the report as it was read. If it says something else by now, show it anew and ask again."""
    form = ReviewForm()
    if report.removed_at:
        return to_report(report, "removed")
    if not form.validate():
        return _review_page(report, form), 422
    try:
        with saving(_("Publicerat. Nu kan alla läsa rapporten.")):
            service.publish(report, seen=form.seen.data, by=current_person())
    except ChangedMeanwhile:
        form.show_again()
        return _review_page(report, form), 422
    return to_report(report)


@bp.post("/report/<int:report_id>/editions/<int:number>/withdraw")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def withdraw(report: Report, number: int) -> AnyResponse:
    with saving(_("Ingen kan läsa utgåvan längre. Du kan ångra dig i 30 dagar.")):
        service.withdraw(_edition(report, number), by=current_person())
    return to_report(report, "editions")


@bp.post("/report/<int:report_id>/editions/<int:number>/withdraw/undo")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def show_again(report: Report, number: int) -> AnyResponse:
    with saving(_("Nu kan alla läsa utgåvan igen.")):
        service.show_again(_edition(report, number), by=current_person())
    return to_report(report, "editions")


@bp.post("/report/<int:report_id>/contact/remove")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def remove_contact(report: Report) -> AnyResponse:
    with saving(_("Kontaktpersonen är borttagen, även i det som redan är publicerat.")):
        service.take_out_contact(report, by=current_person())
    return to_report(report)


@bp.post("/report/<int:report_id>/remove")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def remove(report: Report) -> AnyResponse:
    with saving(_("Borttaget. Du kan ångra dig.")):
        service.remove(report, by=current_person())
    return to_report(report)


@bp.post("/report/<int:report_id>/remove/undo")
@requires(Permission.WRITE_REPORTS, second_factor=True)
def bring_back(report: Report) -> AnyResponse:
    with saving(_("Rapporten är tillbaka.")):
        service.bring_back(report, by=current_person())
    return to_report(report)


def _edition(report: Report, number: int) -> ReportEdition:
    found = (each for each in report.editions if each.number == number)
    return next(found, None) or abort(404)


def _review_page(report: Report, form: ReviewForm) -> str:
    content = content_of(report, utcnow())
    form.seen.show(mark_of(report, content))
    shown = [each for each in sections_of(content) if not each.is_empty]
    counted = counted_of(content)
    return render_template("report/review.html", report=report, form=form, sections=shown, counted=counted)
