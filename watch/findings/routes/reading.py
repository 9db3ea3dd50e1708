"""Pages for reading findings: the list of a group or an area, one finding, and the list as CSV."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, render_template, request, url_for

from watch import audit
from watch.access import can, current_person, requires
from watch.exporting import ExportForm
from watch.extensions import db
from watch.findings import export, queries
from watch.findings.forms import FilterFindingsForm, ReportForm
from watch.findings.queries import Place, links
from watch.findings.routes.blueprint import bp, crumbs_of
from watch.models import Area, Finding, Group, utcnow
from watch.paging import page_of
from watch.permissions import Permission
from watch.spreadsheets import CONTENT_TYPE
from watch.web import ViewAnswer


@bp.get("/groups/<int:group_id>/findings")
@requires(Permission.SEE_GROUP)
def index(group: Group) -> str:
    here = url_for("findings.index", group_id=group.id)
    return _list_page(group, here, "findings/index.html", of_area=queries.findings_of_area(group.area))


@bp.get("/areas/<slug>/findings")
@requires(Permission.SEE_AREA, second_factor=True)
def area_index(area: Area) -> str:
    return _list_page(area, url_for("findings.area_index", slug=area.slug), "findings/area_index.html")


def _list_page(place: Place, here: str, template: str, **more: Any) -> str:
    form = FilterFindingsForm(request.args)
    page = page_of(
        queries.finding_ids(place, **form.chosen),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    asked = {name: request.args[name][:20] for name in ("status", "owner", "sort") if request.args.get(name)}
    return render_template(
        template, place=place, form=form, page=page, findings=queries.findings_by_id(page.keys), here=here,
        asked=asked, has_any=bool(queries.finding_ids(place)), **more,
    )  # fmt: skip


@bp.get("/groups/<int:group_id>/findings.csv")
@requires(Permission.SEE_GROUP)
def as_csv(group: Group) -> FlaskResponse:
    return _csv(group, f"atgarder-grupp-{group.id}")


@bp.get("/areas/<slug>/findings.csv")
@bp.get("/areas/<slug>/findings/export")
@requires(Permission.SEE_AREA, second_factor=True)
def area_ask_export(area: Area) -> str:
    """Ask what the findings are taken out for, before the file is made."""
    return _export_page(area, ExportForm(None))


@bp.post("/areas/<slug>/findings/export")
@requires(Permission.SEE_AREA, second_factor=True)
def area_take_out(area: Area) -> ViewAnswer:
    """Write down why the findings are taken out, and return them as CSV."""
    form = ExportForm()
    if not form.validate():
        return _export_page(area, form), 422
    audit.note("findings-exported", about=area, by=current_person(), area=area, why=form.why.data)
    db.session.commit()
    return _csv(area, f"atgarder-{area.slug}")


def _export_page(area: Area, form: ExportForm) -> str:
    return render_template(
        "findings/area_ask_export.html", area=area, form=form, count=len(queries.finding_ids(area))
    )


def _csv(place: Place, name: str) -> FlaskResponse:
    text = export.as_csv(queries.findings_by_id(queries.finding_ids(place)))
    saved_as = f'attachment; filename="{name}.csv"'
    return FlaskResponse(text, content_type=CONTENT_TYPE, headers={"Content-Disposition": saved_as})


@bp.get("/findings/<int:finding_id>")
@requires(Permission.SEE_FINDING)
def show(finding: Finding) -> str:
    """Show a finding with its steps, and what the reader may do. One taken away is for who can undo it."""
    return show_page(finding)


def show_page(finding: Finding, form: ReportForm | None = None) -> str:
    """Return the page of a finding, with the form that was refused or a new one."""
    manages = can(Permission.MANAGE_FINDINGS, finding)
    if finding.removed_at and not manages:
        abort(404)
    reports = can(Permission.REPORT_ON_FINDING, finding) and not finding.removed_at
    link = links.link_of(finding) if manages else None
    return render_template(
        "findings/show.html", finding=finding, steps=queries.steps_of(finding), manages=manages,
        form=(form or ReportForm(finding)) if reports else None, crumbs=crumbs_of(finding),
        follows=queries.is_following(finding, current_person()),
        contact=links.contact_of(finding) if manages else None,
        link=link, link_works=link is not None and links.can_report(link, utcnow()),
        is_undecided=manages and links.is_left_to_no_landlord(finding),
        link_sent=links.link_sent_at(finding) if manages else "",
    )  # fmt: skip
