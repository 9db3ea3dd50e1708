"""Pages for taking findings out to EST as a file, and for reading back what became of them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from watch.access import current_person, requires
from watch.bodies import MEGABYTE, takes_bytes, takes_file
from watch.est import export, outcomes, service
from watch.est.errors import MissingColumns
from watch.est.forms import ReadOutcomesForm, checked
from watch.est.labels import refusal_of, said_of, stands_there
from watch.est.outcomes import Preview
from watch.exporting import ExportForm
from watch.extensions import db
from watch.findings.errors import FindingRemoved, NothingNew
from watch.findings.labels import STATUSES, where_in_area
from watch.findings.queries import finding_ids, findings_by_id
from watch.limits import limit_network
from watch.models import Area
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.spreadsheets import CONTENT_TYPE
from watch.tables import HiddenRows, UnreadableTable
from watch.web import ViewAnswer

bp = Blueprint("est", __name__)
FILES = limit_network("60 per hour", "files from EST")  # a spreadsheet takes a second or two
MEANWHILE: Explanations = dict.fromkeys(
    (FindingRemoved, NothingNew),
    _l("Någon annan ändrade åtgärderna nyss. Inget är sparat: läs in filen en gång till."),
)


@bp.get("/areas/<slug>/est")
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def index(area: Area) -> str:
    return _index_page(area, ReadOutcomesForm())


@bp.post("/areas/<slug>/est")
@takes_file("file", 2 * MEGABYTE)
@FILES
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def preview(area: Area) -> ViewAnswer:
    """Show what the file would change, or what is wrong in it by row and column. Nothing is saved."""
    form = ReadOutcomesForm()
    if not form.validate():
        return _index_page(area, form), 422
    try:
        rows, broken = outcomes.read(form.file.data.read(), form.file.data.filename or "")
    except (UnreadableTable, HiddenRows, MissingColumns) as unreadable:
        return _refused(area, form, unreadable)
    found = outcomes.compare(area, rows, checked)
    found.mistakes[:0] = broken
    return _preview_page(area, found)


@bp.get("/areas/<slug>/est/apply")
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def back_to_index(area: Area) -> AnyResponse:
    """Redirect, because a reopened tab has the address but not the rows."""
    return _to_index(area)


@bp.post("/areas/<slug>/est/apply")
@takes_bytes(2 * MEGABYTE)
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def apply(area: Area) -> ViewAnswer:
    """Save all that the preview showed, or nothing: if something has changed since, show it anew."""
    found = outcomes.compare(area, outcomes.carried_rows(request.form.get("rows", "")), checked)
    if not (found.outcomes or found.older or found.mistakes):
        flash(_("Inget mer ändrades: allt i filen står redan så."), "info")
        return _to_index(area)
    if found.mistakes or found.older or found.seen != request.form.get("seen"):
        flash(_("Något har ändrats sedan du såg listan. Inget är sparat. Titta igenom den igen."), "warn")
        return _preview_page(area, found)
    with saving(_("Sparat. Grannar som följer en åtgärd får veta hur det blev."), unless=MEANWHILE):
        service.take_in(area, found.outcomes, by=current_person())
    return redirect(url_for("findings.area_index", slug=area.slug, status="all", sort="changed"), 303)


@bp.get("/areas/<slug>/est/export")
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def ask_export(area: Area) -> str:
    """Ask what the findings are taken out for, before the file is made."""
    return _export_page(area, ExportForm())


@bp.post("/areas/<slug>/est/export")
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def take_out(area: Area) -> ViewAnswer:
    """Return the area's findings as CSV, and write down the reason."""
    form = ExportForm()
    if not form.validate():
        return _export_page(area, form), 422
    text = export.as_csv(findings_by_id(finding_ids(area)))
    service.note_export(area, form.why.data, by=current_person())
    db.session.commit()
    saved_as = f'attachment; filename="est-{area.slug}.csv"'
    return Response(text, content_type=CONTENT_TYPE, headers={"Content-Disposition": saved_as})


def _refused(
    area: Area, form: ReadOutcomesForm, why: UnreadableTable | HiddenRows | MissingColumns
) -> ViewAnswer:
    form.file.errors = (refusal_of(why),)
    return _index_page(area, form), 422


def _index_page(area: Area, form: ReadOutcomesForm) -> str:
    count = len(finding_ids(area))
    return render_template("est/index.html", area=area, form=form, count=count, words=outcomes.state_words())


def _preview_page(area: Area, found: Preview) -> str:
    """Return the page; with mistakes in the file it has no button."""
    return render_template(
        "est/preview.html",
        area=area,
        preview=found,
        states=STATUSES,
        where_of=where_in_area,
        said_of=said_of,
        stands_there=stands_there,
    )


def _export_page(area: Area, form: ExportForm) -> str:
    return render_template("est/ask_export.html", area=area, form=form, count=len(finding_ids(area)))


def _to_index(area: Area) -> AnyResponse:
    return redirect(url_for("est.index", slug=area.slug), 303)
