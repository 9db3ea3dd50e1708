"""Pages that correct a meeting that was recorded after it was held, or remove it."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch.access import can, current_person, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.groups.queries.flats import stairwells_of_group
from watch.meetings import service
from watch.meetings.errors import ChangedMeanwhile, KeepsMeeting, NothingChanged, NotRecorded, OtherCalled
from watch.meetings.forms.planning import WriteDownMeetingForm
from watch.meetings.queries.notes import draft_of
from watch.meetings.queries.recorded import is_correctable, is_recorded, is_removable
from watch.meetings.routes.blueprint import CALL, bp, note_assurance, plan_in
from watch.meetings.routes.calling import said_in
from watch.models import Area, Group, Meeting
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

bp.add_app_template_global(is_correctable, "is_correctable")
bp.add_app_template_global(is_removable, "is_removable")
WAS_CALLED = _l("Grannarna kallades till träffen, så den står kvar som den var.")
OF_SEVERAL = _l("Den här sortens träff går inte att rätta. Ta bort den, och lägg till den igen.")
STAYS_AS_IT_IS = _l(
    "Träffen har publicerade anteckningar eller en åtgärd. Därför går den varken att rätta eller ta bort."
)
KEPT = _l("Träffen har publicerade anteckningar eller en åtgärd, så den går bara att rätta.")
SAME: Explanations = {NothingChanged: _l("Träffen står redan så.")}


@bp.get("/meetings/<int:meeting_id>/correct")
@requires(Permission.MANAGE_MEETINGS)
def ask_correct(meeting: Meeting) -> ViewAnswer:
    """Show the form with what is recorded now."""
    if not is_correctable(meeting):
        of_several = OF_SEVERAL if is_removable(meeting) else STAYS_AS_IT_IS
        flash(str(of_several if is_recorded(meeting) else WAS_CALLED), "info")
        return _to_meeting(meeting)
    group = _group_of(meeting)
    now = said_in(meeting, group) | {"seen": meeting.sequence}
    return _form_page(meeting, WriteDownMeetingForm(stairwells_of_group(group), data=now))


@bp.post("/meetings/<int:meeting_id>/correct")
@takes_bytes(CALL)
@requires(Permission.MANAGE_MEETINGS)
def correct(meeting: Meeting) -> ViewAnswer:
    """Save what is different. How many came and the notes stay."""
    form = WriteDownMeetingForm(stairwells_of_group(_group_of(meeting)))
    if not form.validate():
        return _form_page(meeting, form), 422
    said = _("Träffen är rättad. Ingen har fått mejl.")
    try:
        with saving(said, already=SAME, unless={NotRecorded: WAS_CALLED}):
            seen = form.seen.data or 0
            service.correct(meeting, _planned_in(meeting, form), seen=seen, by=current_person())
            note_assurance(form, meeting)
    except OtherCalled as other:
        return _form_page(meeting, form, before=other.meeting), 409
    except ChangedMeanwhile:
        db.session.rollback()
        flash(_("Träffen har ändrats sedan du öppnade sidan. Det du skrev är inte sparat än."), "warn")
        form.seen.raw_data, form.seen.data = [str(meeting.sequence)], meeting.sequence
        return _form_page(meeting, form, is_changed=True), 409
    return _to_meeting(meeting)


def _planned_in(meeting: Meeting, form: WriteDownMeetingForm) -> Meeting:
    """Return what the form says; of a link, for which it does not ask, what was said before."""
    plan = replace(plan_in(form, form.chosen_kind), link=meeting.link)
    return service.planned(_group_of(meeting), plan, form.chosen_stairwells, service.Reminders.of(meeting))


def _form_page(
    meeting: Meeting, form: WriteDownMeetingForm, *, before: Meeting | None = None, is_changed: bool = False
) -> str:
    """Show the form. `before` is another meeting that is recorded at that time."""
    return render_template(
        "meetings/correct.html", meeting=meeting, form=form, stairwells=form.offered, before=before,
        is_changed=is_changed,
    )  # fmt: skip


@bp.get("/meetings/<int:meeting_id>/remove")
@requires(Permission.MANAGE_MEETINGS)
def ask_remove(meeting: Meeting) -> ViewAnswer:
    """Ask for confirmation, and say what goes with the meeting."""
    if not is_removable(meeting):
        flash(str(_why_it_stays(meeting)), "info")
        return _to_meeting(meeting)
    draft = draft_of(meeting)
    return render_template("meetings/ask_remove.html", meeting=meeting, has_draft=bool(draft and draft.text))


@bp.post("/groups/<int:group_id>/meetings/<int:meeting_id>/remove")
@requires(Permission.CALL_MEETINGS)
def remove(group: Group, meeting_id: int) -> Response:
    return _remove(group, meeting_id, url_for("meetings.index", group_id=group.id))


@bp.post("/areas/<slug>/meetings/<int:meeting_id>/remove")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_remove(area: Area, meeting_id: int) -> Response:
    """Remove a joint gathering that an officer has recorded."""
    return _remove(area, meeting_id, url_for("meetings.area_index", slug=area.slug))


def _remove(place: Group | Area, meeting_id: int, onwards: str) -> Response:
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is None:  # pressed twice
        flash(_("Träffen är borttagen."), "info")
        return redirect(onwards, 303)
    if meeting.called_from is not place or meeting.called_at is None:
        abort(404)
    if not can(Permission.MANAGE_MEETINGS, meeting):
        abort(403)
    stays = {KeepsMeeting: _why_it_stays(meeting), NotRecorded: WAS_CALLED}
    with saving(_("Träffen är borttagen. Ingen har fått mejl."), unless=stays) as saved:
        service.remove(meeting, by=current_person())
    return redirect(onwards if saved else url_for("meetings.show", meeting_id=meeting_id), 303)


def _why_it_stays(meeting: Meeting) -> LazyString:
    if not is_recorded(meeting):
        return WAS_CALLED
    return KEPT if is_correctable(meeting) else STAYS_AS_IT_IS


def _group_of(meeting: Meeting) -> Group:
    """Return the group whose meeting it is; nothing is found if an area's officer has called it."""
    return meeting.group or abort(404)


def _to_meeting(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
