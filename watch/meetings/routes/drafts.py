"""Coordinators' pages for drafts of meetings, which nobody else is told of."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import Permission, current_person, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.groups.queries.flats import stairwells_of_group
from watch.meetings import service
from watch.meetings.errors import ChangedMeanwhile, DraftGone
from watch.meetings.forms.planning import DraftMeetingForm
from watch.meetings.queries.drafts import draft_of
from watch.meetings.queries.invited import groups_to_ask
from watch.meetings.routes.blueprint import CALL, bp, note_assurance
from watch.meetings.routes.calling import draft_in, draft_refused, new_page, planned_in
from watch.models import Group
from watch.web import ViewAnswer


@bp.post("/groups/<int:group_id>/meetings/drafts")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def save_draft(group: Group) -> ViewAnswer:
    form = DraftMeetingForm(stairwells_of_group(group), groups_to_ask(group))
    if not form.validate():
        return new_page(group, form), 422
    try:
        draft = service.save_draft(planned_in(group, form), by=current_person(), draft=draft_in(group, form))
    except (DraftGone, ChangedMeanwhile) as refused:
        db.session.rollback()
        return draft_refused(group, form, refused)
    note_assurance(form, draft)
    db.session.commit()
    flash(_("Utkastet är sparat. Ingen har fått veta något."), "done")
    return _to_meetings(group)


@bp.post("/groups/<int:group_id>/meetings/drafts/<int:meeting_id>/delete")
@requires(Permission.CALL_MEETINGS)
def throw_away(group: Group, meeting_id: int) -> Response:
    draft = draft_of(group, meeting_id)
    if draft is not None:
        service.throw_away(draft, by=current_person())
        db.session.commit()
    flash(_("Utkastet är slängt."), "done")
    return _to_meetings(group)


def _to_meetings(group: Group) -> Response:
    return redirect(url_for("meetings.index", group_id=group.id), 303)
