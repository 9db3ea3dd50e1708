"""Officers' pages that close a group, show what is left to do then, and take the closing back."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import Blueprint, abort, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person, requires
from watch.bands import banded_part
from watch.closing import queries, service
from watch.closing.errors import AlreadyClosed, NotClosed, TooLate
from watch.closing.forms import CloseGroupForm, UndoClosingForm
from watch.closing.labels import TASKS, TICKED
from watch.closing.sheets import sheet_of
from watch.fields import Form
from watch.groups.queries.closed import UNDOABLE, can_be_undone
from watch.groups.queries.pages import facts_of
from watch.models import OF_CLOSING, Group, GroupState, Task, utcnow
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

bp = Blueprint("closing", __name__)
IS_CLOSED: Explanations = {AlreadyClosed: _l("Gruppen är redan avslutad.")}
GOES_ON: Explanations = {NotClosed: _l("Gruppen är inte avslutad.")}
IS_ERASED: Explanations = {
    TooLate: _l("Det har gått mer än 30 dagar, och alla är raderade. Starta gruppen på nytt i stället.")
}


@bp.get("/groups/<int:group_id>/closing")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def show(group: Group) -> ViewAnswer:
    """Show what is left to do in a closed group."""
    if group.state is not GroupState.CLOSED:
        return redirect(url_for("closing.ask", group_id=group.id), 303)
    return _closed_page(group, UndoClosingForm())


@bp.get("/groups/<int:group_id>/closing/new")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def ask(group: Group) -> ViewAnswer:
    """Show what closing the group would end, before that is done."""
    return _to_page(group) if group.state is GroupState.CLOSED else _ask_page(group, CloseGroupForm())


def _ask_page(group: Group, form: CloseGroupForm) -> str:
    now, flats = utcnow(), facts_of(group).flats
    return render_template(
        "closing/ask.html", group=group, form=form, flats=flats,
        on_paper=_on_paper(group, flats, now),
        meetings=queries.coming_meetings(group, now),
        gatherings=queries.gatherings_of_others(group, now),
        days=UNDOABLE.days,
    )  # fmt: skip


def _on_paper(group: Group, flats: int, now: datetime) -> str:
    """Return how many of the households that take part no mail reaches, in bands."""
    number = queries.households_without_mail(group, now)
    return banded_part(number, group.counted_taking_part, group.flats_told(flats))


def _closed_page(group: Group, form: UndoClosingForm) -> str:
    now, flats = utcnow(), facts_of(group).flats
    return render_template(
        "closing/show.html", group=group, form=form, flats=flats, tasks=TASKS,
        on_paper=_on_paper(group, flats, now),
        left=queries.tasks_left(group),
        can_be_undone=can_be_undone(group, now),
        erased_on=group.closed_at + UNDOABLE if group.closed_at else None,
    )  # fmt: skip


@bp.post("/groups/<int:group_id>/closing")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def close(group: Group) -> ViewAnswer:
    form = CloseGroupForm()
    if group.state is not GroupState.CLOSED and not form.validate():
        return _ask_page(group, form), 422
    told = _("Gruppen är avslutad. Alla som har e-post får ett mejl. Det här är kvar att göra.")
    with saving(told, already=IS_CLOSED):
        service.close(group, reason=form.reason.data or "", by=current_person())
        _note_assurance(form, group)
    return _to_page(group)


@bp.post("/groups/<int:group_id>/closing/undo")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def undo(group: Group) -> ViewAnswer:
    form = UndoClosingForm()
    if group.state is GroupState.CLOSED and not form.validate():
        return _closed_page(group, form), 422
    told = _("Gruppen finns igen, och alla är med som förut. Träffarna är fortfarande inställda.")
    with saving(told, already=GOES_ON, unless=IS_ERASED) as saved:
        service.undo(group, by=current_person(), reason=form.reason.data or None)
        _note_assurance(form, group)
    if saved or group.state is not GroupState.CLOSED:
        return redirect(url_for("lifecycle.checklist", group_id=group.id), 303)
    return _to_page(group)


@bp.post("/groups/<int:group_id>/closing/tasks/<task>")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def tick(group: Group, task: str) -> ViewAnswer:
    which = _task(task)
    with saving(TICKED[which], already=GOES_ON):
        service.tick(group, which, by=current_person())
    return _to_page(group)


@bp.post("/groups/<int:group_id>/closing/tasks/<task>/undo")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def untick(group: Group, task: str) -> ViewAnswer:
    with saving(_("Det står bland det som är att göra igen."), already=GOES_ON):
        service.untick(group, _task(task), by=current_person())
    return _to_page(group)


def _task(name: str) -> Task:
    return next((task for task in OF_CLOSING if task == name), None) or abort(404)


@bp.get("/groups/<int:group_id>/closing.pdf")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def print_sheet(group: Group) -> Response:
    """Send the sheet for the stairwells of a closed group."""
    if group.state is not GroupState.CLOSED:
        return _to_page(group)
    pdf, name = BytesIO(sheet_of(group)), _("anslag")
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"{name}.pdf")


def _note_assurance(form: Form, group: Group) -> None:
    """Record that the writer has said that a reason is about no person."""
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=group, by=current_person())


def _to_page(group: Group) -> Response:
    return redirect(url_for("closing.show", group_id=group.id), 303)
