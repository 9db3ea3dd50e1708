"""Pages of planned operations: the list, and forms for writing them down and correcting them."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.models import Operation
from watch.permissions import Permission
from watch.promises import queries, service
from watch.promises.errors import ChangedMeanwhile
from watch.promises.forms import FilterForm, OperationForm, known_of_operation, see
from watch.promises.routes.blueprint import (
    BOTH_CHANGED,
    bp,
    note_assurance,
    own_area_ids,
    own_areas,
    page_asked,
)
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

READ_AGAIN: Explanations = {
    ChangedMeanwhile: _l("Någon annan ändrade insatserna nyss. Läs igenom dem en gång till."),
}


@bp.get("/promises/operations")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def operations() -> ViewAnswer:
    """Show the operations of the reader's areas, and how many they are together."""
    form = FilterForm(request.args, own_areas())
    is_good = form.validate()
    found = queries.operations_of(own_area_ids(), form.filter()) if is_good else []
    page = page_asked(found)
    answer = render_template(
        "promises/operations.html", form=form, page=page, operations=queries.operations_by_id(page.keys),
        total=queries.number_of(found), has_any=bool(found or form.asked or not is_good),
        gone=queries.removed_operations(own_area_ids()),
    )  # fmt: skip
    return answer if is_good else (answer, 422)


@bp.get("/promises/operations/new")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def new_operation() -> str:
    return _new_page(OperationForm(own_areas(), area=request.args.get("area", "")))


@bp.post("/promises/operations/new")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def create_operation() -> ViewAnswer:
    form = OperationForm(own_areas())
    if not form.validate():
        return _new_page(form), 422
    with saving(_("Insatserna är sparade.")):
        plan = service.Plan(**form.values)
        note_assurance(form, service.add_operation(plan, by=current_person(), form_key=form.key))
    return redirect(url_for("promises.operations"), 303)


@bp.get("/promises/operations/<int:operation_id>")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def edit_operation(operation: Operation) -> str:
    return _edit_page(operation, OperationForm(own_areas(), **known_of_operation(operation)))


@bp.post("/promises/operations/<int:operation_id>")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def change_operation(operation: Operation) -> ViewAnswer:
    """Save what was typed. If somebody else has saved meanwhile, show both and ask."""
    form = OperationForm(own_areas())
    if not form.validate():
        return _edit_page(operation, form), 422
    try:
        with saving(_("Ändringen är sparad.")):
            plan, seen = service.Plan(**form.values), form.seen.data or 0
            service.change_operation(operation, plan, seen=seen, by=current_person())
            note_assurance(form, operation)
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        see(form, operation)
        return _edit_page(operation, form, is_both=True), 422
    return redirect(url_for("promises.operations"), 303)


@bp.post("/promises/operations/<int:operation_id>/remove")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def remove_operation(operation: Operation) -> Response:
    with saving(_("Borttaget. Du kan ångra dig."), unless=READ_AGAIN):
        service.remove_operation(operation, by=current_person())
    return _to(operation)


@bp.post("/promises/operations/<int:operation_id>/remove/undo")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def bring_back_operation(operation: Operation) -> Response:
    with saving(_("Insatserna är tillbaka."), unless=READ_AGAIN):
        service.bring_back_operation(operation, by=current_person())
    return _to(operation)


def _new_page(form: OperationForm) -> str:
    return render_template("promises/new_operation.html", form=form)


def _edit_page(operation: Operation, form: OperationForm, *, is_both: bool = False) -> str:
    return render_template("promises/edit_operation.html", operation=operation, form=form, is_both=is_both)


def _to(operation: Operation) -> Response:
    return redirect(url_for("promises.edit_operation", operation_id=operation.id), 303)
