"""The officer's page that chooses which languages are spoken at a meeting open to everybody."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.meetings import service
from watch.meetings.errors import ChangedMeanwhile
from watch.meetings.forms.areas import ChooseLanguagesForm
from watch.meetings.routes.blueprint import BOTH_CHANGED, bp, is_open
from watch.meetings.routes.changing import TOO_LATE
from watch.models import Language, Meeting
from watch.permissions import Permission
from watch.saving import saving
from watch.web import ViewAnswer


@bp.get("/meetings/<int:meeting_id>/languages")
@requires(Permission.MANAGE_MEETINGS)
def ask_languages(meeting: Meeting) -> ViewAnswer:
    """Show what is chosen now."""
    _must_be_public(meeting)
    if not is_open(meeting):
        flash(_("Träffen går inte att ändra längre."), "info")
        return _to_meeting(meeting)
    chosen = [Language(code) for code in (meeting.languages or "").split()]
    form = ChooseLanguagesForm(None, languages=chosen)
    form.see(meeting)
    return _page(meeting, form)


@bp.post("/meetings/<int:meeting_id>/languages")
@requires(Permission.MANAGE_MEETINGS)
def choose_languages(meeting: Meeting) -> ViewAnswer:
    """Save what was chosen. If somebody else has chosen otherwise meanwhile, show both and ask."""
    _must_be_public(meeting)
    form = ChooseLanguagesForm()
    if not form.validate():
        return _page(meeting, form), 422
    said = _("Språken är sparade. De står på träffens sidor.")
    said = said if form.languages.data else _("Inga språk står på träffens sidor.")
    try:
        with saving(said, unless=TOO_LATE):
            seen = form.seen.data
            service.choose_languages(meeting, form.languages.data, seen=seen, by=current_person())
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(meeting)
        return _page(meeting, form, is_both=True), 422
    return _to_meeting(meeting)


def _must_be_public(meeting: Meeting) -> None:
    if meeting.code is None:
        abort(404)


def _page(meeting: Meeting, form: ChooseLanguagesForm, *, is_both: bool = False) -> str:
    return render_template("meetings/ask_languages.html", meeting=meeting, form=form, is_both=is_both)


def _to_meeting(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
