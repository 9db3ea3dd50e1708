"""The officers' outreach log: doors knocked on and visits on site, written down from a phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from watch import audit
from watch.access import current_person, current_relations, requires
from watch.exporting import ExportForm
from watch.extensions import db
from watch.findings.queries import role_of
from watch.models import Area, Building, OutreachEntry, OutreachParty
from watch.outreach import export, queries, service
from watch.outreach.errors import ChangedMeanwhile
from watch.outreach.forms import FilterOutreachForm, OutreachForm, known_of
from watch.outreach.labels import KINDS, material_of, parties_of, period_said, where_of
from watch.outreach.queries import Numbers
from watch.paging import page_of
from watch.permissions import Permission
from watch.saving import saving
from watch.spreadsheets import CONTENT_TYPE
from watch.web import ViewAnswer

bp = Blueprint("outreach", __name__)
FILE = "dorrknackning-och-besok.csv"
BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")


@bp.context_processor
def _words() -> dict[str, object]:
    return {"kinds": KINDS, "material_of": material_of, "parties_of": parties_of}


@bp.app_template_filter("outreach_where")
def outreach_where(entry: OutreachEntry) -> str:
    return where_of(entry)


@bp.app_template_filter("outreach_kind")
def outreach_kind(entry: OutreachEntry) -> str:
    return str(KINDS[entry.kind])


@bp.app_template_global("last_outreach")
def last_outreach(place: Area | list[Building]) -> OutreachEntry | None:
    """Return the latest entry of an area or of buildings, for their pages."""
    return queries.last_at(place)


@bp.get("/outreach")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def index() -> ViewAnswer:
    """Show the log with its sums. A filter that makes no sense is explained, and shows nothing."""
    form = _filter()
    is_good = form.validate()
    found = queries.entries_in(_own_areas(), form.filter()) if is_good else []
    page = page_of(
        [each.id for each in found],
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    answer = render_template(
        "outreach/index.html", form=form, page=page, entries=queries.entries_by_id(page.keys),
        sums=_sums(found, form.areas), total=queries.sum_of(found),
        has_any=bool(found or form.asked or not is_good), gone=queries.removed_entries(_own_areas()),
    )  # fmt: skip
    return answer if is_good else (answer, 422)


def _sums(found: list[Numbers], areas: Sequence[Area]) -> list[tuple[str, str, queries.Sum]]:
    """Return period, area and sum for each: the latest period first, its areas in Swedish order."""
    is_month, place = queries.are_summed_by_month(found), {each.id: n for n, each in enumerate(areas)}

    def key(each: Numbers) -> tuple[date, int]:
        return (each.month if is_month else each.year), -place[each.area_id]

    sums = sorted(queries.sums_by(found, key).items(), key=itemgetter(0), reverse=True)
    return [
        (period_said(period, is_month=is_month), areas[-number].name, total)
        for (period, number), total in sums
    ]


@bp.get("/areas/<slug>/outreach/new")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def new(area: Area) -> str:
    """Show the form, with today, the reader's own organisation, and the building they come from."""
    asked = queries.building_in([area.id], request.args.get("building", type=int))
    own = OutreachParty(role_of(current_person(), area.id))
    return _new_page(area, _form(area, building=str(asked.id) if asked else "", parties=[own]))


@bp.post("/areas/<slug>/outreach/new")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def create(area: Area) -> ViewAnswer:
    form = _form(area)
    if not form.validate():
        return _new_page(area, form), 422
    with saving(_("Sparat. Tack!")):
        entry = service.add(area, service.Plan(**form.values), by=current_person(), form_key=form.key)
        _note_assurance(form, entry)
    return _to_entry(entry)


@bp.get("/outreach/<int:entry_id>")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def show(entry: OutreachEntry) -> str:
    return render_template("outreach/show.html", entry=entry)


@bp.get("/outreach/<int:entry_id>/edit")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def edit(entry: OutreachEntry) -> str:
    return _edit_page(entry, _form(entry.area, **known_of(entry)))


@bp.post("/outreach/<int:entry_id>/edit")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def change(entry: OutreachEntry) -> ViewAnswer:
    """Save what was typed. If somebody else has saved meanwhile, show both and ask."""
    form = _form(entry.area)
    if not form.validate():
        return _edit_page(entry, form), 422
    try:
        with saving(_("Ändringen är sparad.")):
            seen = form.seen.data or 0
            service.change(entry, service.Plan(**form.values), seen=seen, by=current_person())
            _note_assurance(form, entry)
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(entry)
        return _edit_page(entry, form, is_both=True), 422
    return _to_entry(entry)


@bp.post("/outreach/<int:entry_id>/remove")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def remove(entry: OutreachEntry) -> AnyResponse:
    with saving(_("Borttaget. Du kan ångra dig.")):
        service.remove(entry, by=current_person())
    return _to_entry(entry)


@bp.post("/outreach/<int:entry_id>/remove/undo")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def bring_back(entry: OutreachEntry) -> AnyResponse:
    with saving(_("Nu finns det i loggen igen.")):
        service.bring_back(entry, by=current_person())
    return _to_entry(entry)


@bp.get("/outreach/export")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def ask_export() -> ViewAnswer:
    """Ask what the entries are taken out for, before the file is made."""
    asked = _filter()
    return _export_page(ExportForm(), asked) if asked.validate() else _explain_filter()


@bp.post("/outreach/export")
@requires(Permission.KEEP_OUTREACH, second_factor=True)
def take_out() -> ViewAnswer:
    """Return the entries that the page's address asks for as CSV, and write down the reason."""
    form, asked = ExportForm(), _filter()
    if not asked.validate():
        return _explain_filter()
    if not form.validate():
        return _export_page(form, asked), 422
    found = queries.entries_in(_own_areas(), asked.filter())
    text = export.as_csv(queries.entries_by_id([each.id for each in found]))
    shown = {asked.filter().area_id} - {None} or {each.area_id for each in found}
    areas = [each for each in asked.areas if each.id in shown]
    service.note_export(areas, form.why.data, by=current_person())
    db.session.commit()
    saved_as = f'attachment; filename="{FILE}"'
    return Response(text, content_type=CONTENT_TYPE, headers={"Content-Disposition": saved_as})


def _own_areas() -> set[int]:
    return current_relations().officer_of


def _filter() -> FilterOutreachForm:
    building = queries.building_in(_own_areas(), request.args.get("building", type=int))
    return FilterOutreachForm(request.args, queries.areas_of(_own_areas()), building)


def _form(area: Area, **known: Any) -> OutreachForm:
    return OutreachForm(queries.buildings_of(area), **known)


def _new_page(area: Area, form: OutreachForm) -> str:
    return render_template("outreach/new.html", area=area, form=form)


def _edit_page(entry: OutreachEntry, form: OutreachForm, *, is_both: bool = False) -> str:
    return render_template("outreach/edit.html", entry=entry, form=form, is_both=is_both)


def _export_page(form: ExportForm, asked: FilterOutreachForm) -> str:
    count = len(queries.entries_in(_own_areas(), asked.filter()))
    return render_template("outreach/ask_export.html", form=form, asked=asked.asked, count=count)


def _explain_filter() -> AnyResponse:
    """Lead to the log, which says what is wrong with the filter in the page's address."""
    return redirect(f"{url_for('outreach.index')}?{request.query_string.decode('ascii', 'replace')}", 303)


def _note_assurance(form: OutreachForm, entry: OutreachEntry) -> None:
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=entry, by=current_person(), area=entry.area)


def _to_entry(entry: OutreachEntry) -> AnyResponse:
    return redirect(url_for("outreach.show", entry_id=entry.id), 303)
