"""The coordinators' page that chooses when a meeting is reminded of."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.meetings import service
from watch.meetings.errors import ChangedMeanwhile
from watch.meetings.forms.reminders import ChooseRemindersForm, reminders_of
from watch.meetings.labels import reminders_said
from watch.meetings.routes.blueprint import BOTH_CHANGED, bp, is_open, note_assurance, reminders_in
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
    form = ChooseRemindersForm(None, data=reminders_of(meeting))
    form.see(meeting)
    return _page(meeting, form)


@bp.post("/meetings/<int:meeting_id>/reminders")
@requires(Permission.MANAGE_MEETINGS)
def choose_reminders(meeting: Meeting) -> ViewAnswer:
    """Save what was chosen. If somebody else has chosen otherwise meanwhile, show both and ask."""
    form = ChooseRemindersForm()
    if not form.validate():
        return _page(meeting, form), 422
    try:
        with saving(_("Påminnelserna är sparade."), unless=TOO_LATE):
            seen = form.seen.data
            service.choose_reminders(meeting, reminders_in(form), by=current_person(), seen=seen)
            note_assurance(form, meeting)
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(meeting)
        return _page(meeting, form, is_both=True), 422
    return _to_meeting(meeting)


def _page(meeting: Meeting, form: ChooseRemindersForm, *, is_both: bool = False) -> str:
    return render_template(
        "meetings/ask_reminders.html", meeting=meeting, form=form,
        both=reminders_said(meeting) if is_both else None,
    )  # fmt: skip


def _to_meeting(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
