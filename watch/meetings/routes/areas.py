"""Officers' pages: the meetings of an area, and calling its coordinators."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import Permission, current_person, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.meetings import service
from watch.meetings.errors import AlreadyCalled, OtherCalled
from watch.meetings.forms.areas import CallCoordinatorsForm
from watch.meetings.queries import calls, coming
from watch.meetings.routes.blueprint import CALL, bp, note_assurance, plan_in, reminders_in
from watch.models import Area, Meeting, MeetingKind, utcnow
from watch.recipients import CountChanged
from watch.web import ViewAnswer


@bp.get("/areas/<slug>/meetings")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_index(area: Area) -> str:
    """Show the meetings that the area's officers have called, those to come first."""
    now = utcnow()
    return render_template(
        "meetings/area_index.html", area=area,
        upcoming=coming.coming_of_area(area.id, now), past=coming.past_of_area(area.id, now),
    )  # fmt: skip


@bp.get("/areas/<slug>/meetings/new")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_new(area: Area) -> str:
    """Show the form, with how many coordinators the call reaches."""
    return _new_page(area, CallCoordinatorsForm())


@bp.get("/areas/<slug>/meetings/preview")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def back_to_area_new(area: Area) -> Response:
    """Redirect a tab that was reopened at the preview's address and has lost what was typed."""
    return redirect(url_for("meetings.area_new", slug=area.slug), 303)


@bp.post("/areas/<slug>/meetings/preview")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_preview(area: Area) -> ViewAnswer:
    """Show the call and how many coordinators get it."""
    form = CallCoordinatorsForm()
    if request.form.get("back"):
        return _new_page(area, form), 200
    if not form.validate():
        return _new_page(area, form), 422
    try:
        service.expect_new(_planned(area, form), form.form_key.data)
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(area, form, before=other.meeting), 200
    return _preview_page(area, form), 200


@bp.post("/areas/<slug>/meetings")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_call(area: Area) -> ViewAnswer:
    """Call the area's coordinators."""
    form = CallCoordinatorsForm()
    if not form.validate():
        return _new_page(area, form), 422
    try:
        meeting = service.call(
            _planned(area, form), by=current_person(), form_key=form.form_key.data or None,
            promised=form.counted.data or None,
        )  # fmt: skip
    except CountChanged:
        flash(_("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."), "warn")
        return _preview_page(area, form), 409
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(area, form, before=other.meeting), 409
    note_assurance(form, meeting)
    db.session.commit()
    flash(_("Kontaktombuden är kallade."), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _planned(area: Area, form: CallCoordinatorsForm) -> Meeting:
    plan = plan_in(form, MeetingKind.COORDINATORS)
    return service.planned_for_coordinators(area, plan, reminders_in(form))


def _already_called(meeting: Meeting) -> Response:
    flash(_("Inbjudan är redan skickad."), "info")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _new_page(area: Area, form: CallCoordinatorsForm) -> str:
    return render_template("meetings/area_new.html", area=area, form=form)


def _preview_page(area: Area, form: CallCoordinatorsForm, *, before: Meeting | None = None) -> str:
    """Show the preview. `before` is what the same form has called already; this becomes another meeting."""
    if before:
        form.renew_key()
    meeting = _planned(area, form)
    reach = calls.recipients_of_call(meeting)
    return render_template(
        "meetings/area_preview.html", area=area, form=form, meeting=meeting, before=before, reach=reach,
        hidden=form.typed() | {"counted": reach.preview_token},
    )  # fmt: skip
