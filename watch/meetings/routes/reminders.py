"""The coordinators' page that chooses when a meeting is reminded of."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.meetings import service
from watch.meetings.forms.reminders import RemindersForm
from watch.meetings.routes.blueprint import bp, is_open, note_assurance, reminders_in
from watch.meetings.routes.changing import TOO_LATE
from watch.models import Meeting
from watch.permissions import Permission
from watch.saving import saving
from watch.web import ViewAnswer


@bp.get("/meetings/<int:meeting_id>/reminders")
@requires(Permission.MANAGE_MEETINGS)
def ask_reminders(meeting: Meeting) -> ViewAnswer:
    """Show what is chosen now."""
    if not is_open(meeting):
        flash(_("Träffen går inte att ändra längre."), "info")
        return _to_meeting(meeting)
    return _page(meeting, RemindersForm.of(meeting))


@bp.post("/meetings/<int:meeting_id>/reminders")
@requires(Permission.MANAGE_MEETINGS)
def choose_reminders(meeting: Meeting) -> ViewAnswer:
    form = RemindersForm()
    if not form.validate():
        return _page(meeting, form), 422
    with saving(_("Påminnelserna är sparade."), unless=TOO_LATE):
        service.choose_reminders(meeting, reminders_in(form), by=current_person())
        note_assurance(form, meeting)
    return _to_meeting(meeting)


def _page(meeting: Meeting, form: RemindersForm) -> str:
    return render_template("meetings/ask_reminders.html", meeting=meeting, form=form)


def _to_meeting(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
