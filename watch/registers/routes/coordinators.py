"""The register of coordinators: appointed, taught, confirmed, how many households each, and what is due."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.groups.queries.areas import areas_by_id
from watch.language import local
from watch.models import Coordinator, utcnow
from watch.paging import page_of
from watch.permissions import Permission
from watch.registers.errors import ChangedMeanwhile
from watch.registers.forms.lists import CoordinatorForm, FilterCoordinatorsForm
from watch.registers.queries import coordinators as queries
from watch.registers.routes.blueprint import bp
from watch.registers.service import coordinators as service
from watch.saving import saving
from watch.web import ViewAnswer

BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")


@bp.get("/coordinators")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def coordinators() -> str:
    areas, today = current_relations().officer_of, local(utcnow()).date()
    form = FilterCoordinatorsForm(request.args, areas_by_id(areas))
    ids = queries.coordinator_ids(areas, form.wanted, today)
    page = page_of(
        ids, after=request.args.get("after", type=int), before=request.args.get("before", type=int)
    )
    seen, unseen = queries.seen_and_unseen(areas)
    return render_template(
        "registers/coordinators.html",
        form=form, rows=queries.rows_by_id(page.keys, today), page=page, count=len(ids), seen=seen,
        unseen=unseen, many=queries.MANY, far_too_many=queries.FAR_TOO_MANY,
    )  # fmt: skip


@bp.get("/coordinators/<int:coordinator_id>/register")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def edit_days(coordinator: Coordinator) -> str:
    _demand_seen(coordinator)
    return _edit(coordinator, CoordinatorForm(coordinator, service.as_seen(coordinator)))


@bp.post("/coordinators/<int:coordinator_id>/register")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def save_days(coordinator: Coordinator) -> ViewAnswer:
    """Save the days. If somebody else has saved meanwhile, show both and ask."""
    _demand_seen(coordinator)
    form = CoordinatorForm(coordinator, "")
    if not form.validate():
        return _edit(coordinator, form), 422
    try:
        with saving(_("Sparat i registret.")):
            days = form.trained_on.data, form.confirmed_on.data
            service.write_days(coordinator, days, seen=form.seen.data, by=current_person())
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(service.as_seen(coordinator))
        return _edit(coordinator, form, is_both=True), 422
    return _to_register()


@bp.post("/coordinators/<int:coordinator_id>/confirm")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def confirm(coordinator: Coordinator) -> Response:
    _demand_seen(coordinator)
    with saving(_("Sparat: uppdraget gäller ännu.")):
        service.confirm(coordinator, local(utcnow()).date(), by=current_person())
    return _to_register()


def _demand_seen(coordinator: Coordinator) -> None:
    """Show nobody who has not agreed that officers see them."""
    if not (coordinator.is_current and coordinator.officers_see_details):
        abort(404)


def _edit(coordinator: Coordinator, form: CoordinatorForm, *, is_both: bool = False) -> str:
    return render_template("registers/edit_days.html", coordinator=coordinator, form=form, is_both=is_both)


def _to_register() -> Response:
    return redirect(url_for(".coordinators"), 303)
