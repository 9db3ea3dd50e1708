"""Officers' pages that call those who are interested in a building to a start meeting, unseen."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.bodies import takes_bytes
from watch.errors import DomainError
from watch.extensions import db
from watch.meetings import service
from watch.meetings.errors import (
    AlreadyCalled,
    ChangedMeanwhile,
    ClashesChanged,
    DraftGone,
    NobodyInterested,
    OtherCalled,
    PastItsStart,
)
from watch.meetings.forms.starting import CallStartMeetingForm
from watch.meetings.queries import starting
from watch.meetings.routes.blueprint import CALL, CLASHES_CHANGED, bp, note_assurance, plan_in, reminders_in
from watch.meetings.routes.draft_forms import draft_asked_for, draft_in, draft_meanwhile, filled_with
from watch.models import Building, Meeting, MeetingKind, utcnow
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.trials import ALREADY_TRIED, NOT_TRIED, TRIED
from watch.web import ViewAnswer

NOT_CALLED: Explanations = {
    NobodyInterested: _l("Det finns ingen att bjuda in just nu."),
    PastItsStart: _l("Gruppen är förbi sin uppstart. Kontaktombuden kallar till gruppens träffar."),
}
bp.add_app_template_filter(starting.is_before_its_start)
bp.add_app_template_global(starting.can_be_called_to_start)


@bp.app_template_global()
def next_start_meeting(building: Building) -> Meeting | None:
    return starting.next_start_meeting(building, utcnow())


@bp.get("/buildings/<int:building_id>/meetings/new")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def start_new(building: Building) -> str:
    """Show the form, or say why nobody can be called. A link may propose a day."""
    draft = draft_asked_for(building)
    form = CallStartMeetingForm(data=filled_with(draft) if draft else None)
    form.propose(request.args.get("day", ""))
    return start_new_page(building, form)


@bp.get("/buildings/<int:building_id>/meetings/drafts")
@bp.get("/buildings/<int:building_id>/meetings/preview")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def back_to_start_new(building: Building) -> Response:
    """Redirect a tab that was reopened at the address of a button and has lost what was typed."""
    return redirect(url_for("meetings.start_new", building_id=building.id), 303)


@bp.post("/buildings/<int:building_id>/meetings/preview")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def start_preview(building: Building) -> ViewAnswer:
    """Show the call, and whom it reaches without saying how many."""
    form = CallStartMeetingForm()
    if request.form.get("back"):
        return start_new_page(building, form), 200
    if not form.validate():
        return start_new_page(building, form), 422
    try:
        service.expect_new(planned_start(building, form), form.form_key.data)
        service.expect_interested(building)
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(building, form, before=other.meeting), 200
    except tuple(NOT_CALLED) as why:
        form.day.errors = (NOT_CALLED[type(why)],)
        return start_new_page(building, form), 422
    if request.form.get("trial"):
        with saving(TRIED, already=ALREADY_TRIED, unless=NOT_TRIED):
            service.try_out(planned_start(building, form), by=current_person())
    return _preview_page(building, form), 200


@bp.post("/buildings/<int:building_id>/meetings")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def start_call(building: Building) -> ViewAnswer:
    """Call those who are interested."""
    form = CallStartMeetingForm()
    if not form.validate():
        return start_new_page(building, form), 422
    planned, key = planned_start(building, form), form.form_key.data or None
    try:
        service.expect_new(planned, key)
        service.expect_interested(building)
        meeting = service.call(
            planned, by=current_person(), form_key=key, clashes=form.clashes.data,
            draft=draft_in(building, form),
        )  # fmt: skip
    except ClashesChanged:
        flash(str(CLASHES_CHANGED), "warn")
        return _preview_page(building, form), 409
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(building, form, before=other.meeting), 409
    except (DraftGone, ChangedMeanwhile) as refused:
        db.session.rollback()
        return start_draft_refused(building, form, refused)
    except tuple(NOT_CALLED) as why:
        form.day.errors = (NOT_CALLED[type(why)],)
        return start_new_page(building, form), 422
    note_assurance(form, meeting)
    db.session.commit()
    flash(_("Uppstartsmötet är kallat. De som är intresserade får ett mejl."), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def planned_start(building: Building, form: CallStartMeetingForm) -> Meeting:
    """Return the start meeting that a valid form plans."""
    plan = plan_in(form, MeetingKind.START)
    return service.planned_for_interested(building, plan, reminders_in(form))


def _already_called(meeting: Meeting) -> Response:
    flash(_("Inbjudan är redan skickad."), "info")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def start_draft_refused(building: Building, form: CallStartMeetingForm, refused: DomainError) -> ViewAnswer:
    """Show what was typed again, and say what became of the draft meanwhile."""
    return start_new_page(building, form, theirs=draft_meanwhile(building, form, refused)), 409


def start_new_page(building: Building, form: CallStartMeetingForm, *, theirs: Meeting | None = None) -> str:
    """Show the form. If nobody can be called, say so, and keep what was typed.

    `theirs` is the draft as somebody else has changed it meanwhile.
    """
    refused = None
    try:
        service.expect_interested(building)
    except tuple(NOT_CALLED) as why:
        refused = NOT_CALLED[type(why)]
    return render_template(
        "meetings/start_new.html", building=building, form=form, refused=refused, theirs=theirs,
        group=starting.group_in(building),
    )  # fmt: skip


def _preview_page(building: Building, form: CallStartMeetingForm, *, before: Meeting | None = None) -> str:
    """Show the preview. `before` is what the same form has called already; this becomes another meeting."""
    if before:
        form.renew_key()
    meeting = planned_start(building, form)
    return render_template(
        "meetings/start_preview.html", building=building, form=form, meeting=meeting, before=before,
        group=starting.group_in(building), hidden=form.as_previewed(meeting),
    )  # fmt: skip
