"""Officers' page that records a joint gathering which was held already."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from watch.access import current_person, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.meetings import service
from watch.meetings.errors import OtherCalled
from watch.meetings.forms.held import WriteDownInAreaForm
from watch.meetings.queries.coming import groups_to_invite
from watch.meetings.routes.blueprint import CALL, bp, note_assurance, plan_in
from watch.meetings.routes.calling import said_written_down
from watch.models import Area, Meeting, MeetingKind
from watch.permissions import Permission
from watch.web import ViewAnswer


@bp.get("/areas/<slug>/meetings/held")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_held(area: Area) -> str:
    """Show the form."""
    return _page(area, WriteDownInAreaForm(groups_to_invite(area)))


@bp.post("/areas/<slug>/meetings/held")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def write_down_in_area(area: Area) -> ViewAnswer:
    """Record the gathering, and ask how many came."""
    form = WriteDownInAreaForm(groups_to_invite(area))
    if not form.validate():
        return _page(area, form), 422
    planned = service.planned_jointly(area, plan_in(form, MeetingKind.JOINT), form.chosen_groups)
    try:
        meeting = service.write_down(planned, by=current_person())
    except OtherCalled as other:
        return _page(area, form, before=other.meeting), 409
    note_assurance(form, meeting)
    db.session.commit()
    flash(said_written_down(meeting), "done")
    return redirect(url_for("meetings.count", meeting_id=meeting.id), 303)


def _page(area: Area, form: WriteDownInAreaForm, *, before: Meeting | None = None) -> str:
    """Show the form. `before` is the gathering that is there already."""
    return render_template("meetings/area_held.html", area=area, form=form, before=before)
