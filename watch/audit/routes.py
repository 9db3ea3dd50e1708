"""The pages of the audit trail: an officer's areas, or one group."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _

from watch import audit
from watch.access import current_person, current_relations, requires
from watch.audit import queries
from watch.audit.export import as_csv
from watch.audit.forms import FilterAuditForm
from watch.audit.labels import DOERS, event_of
from watch.audit.queries import MOST_EXPORTED, View
from watch.exporting import WHY, ExportForm
from watch.extensions import db
from watch.groups.labels import OFFICERS
from watch.language import number
from watch.models import Area, AuditEntry, Group
from watch.notices.queries import areas_of
from watch.paging import newest_page
from watch.permissions import Permission
from watch.spreadsheets import CONTENT_TYPE
from watch.web import ViewAnswer

bp = Blueprint("audit", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"event_of": event_of, "doers": DOERS, "reasons": WHY, "organisations": OFFICERS}


@bp.get("/audit")
@requires(Permission.SEE_AREA, second_factor=True)
def index() -> str:
    return _page(_of_areas(), ExportForm(None))


@bp.post("/audit")
@requires(Permission.SEE_AREA, second_factor=True)
def export() -> ViewAnswer:
    return _file(_of_areas())


@bp.get("/groups/<int:group_id>/audit")
@requires(Permission.SEE_AUDIT, second_factor=True)
def of_group(group: Group) -> str:
    return _page(_inside(group), ExportForm(None))


@bp.post("/groups/<int:group_id>/audit")
@requires(Permission.SEE_AUDIT, second_factor=True)
def export_of_group(group: Group) -> ViewAnswer:
    return _file(_inside(group))


def _of_areas() -> View:
    return View(frozenset(current_relations().officer_of))


def _inside(group: Group) -> View:
    return View(frozenset({group.area_id}), group, group.id in current_relations().coordinates)


def _page(view: View, export_form: ExportForm) -> str:
    form = _filter(view)
    form.validate()  # what is wrong stands by its field, and narrows nothing
    page = newest_page(
        queries.ids_of(queries.seen(view, form.asked_for)),
        AuditEntry.id,
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "audit/of_group.html" if view.group else "audit/index.html",
        view=view, group=view.group, form=form, export_form=export_form, page=page,
        lines=queries.lines(page.keys), address=_here(view), narrows=bool(form.in_address),
    )  # fmt: skip


def _file(view: View) -> ViewAnswer:
    """Write down why the list is taken out, and return it as a file."""
    filter_form, form = _filter(view), ExportForm()
    if not filter_form.validate() or not form.validate():
        return _page(view, form), 422
    lines = queries.lines_to_export(queries.seen(view, filter_form.asked_for))
    if lines is None:
        most = _("Det blir fler än %(most)s rader. Välj en kortare period.", most=number(MOST_EXPORTED))
        form.why.errors = (most,)
        return _page(view, form), 422
    for place in [view.group] if view.group else areas_of(view.areas):
        area = place if isinstance(place, Area) else None
        audit.note("audit-exported", about=place, by=current_person(), area=area, why=form.why.data)
    db.session.commit()
    saved_as = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return FlaskResponse(as_csv(lines), content_type=CONTENT_TYPE, headers=saved_as)


def _filter(view: View) -> FilterAuditForm:
    return FilterAuditForm(request.args, view, areas_of(view.areas), queries.people_of(view))


def _here(view: View) -> str:
    return url_for("audit.of_group", group_id=view.group.id) if view.group else url_for("audit.index")
