"""Coordinators' pages: call or record a meeting, print it for those on paper, count heads."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language
from watch.access import Permission, current_person, current_relations, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.groups.labels import HouseholdsSaid, recipients_said
from watch.groups.queries.areas import households_by_stairwell, last_night
from watch.groups.queries.flats import stairwells_of_group
from watch.meetings import service, sheets
from watch.meetings.errors import AlreadyCalled, MeetingCancelled, MeetingNotStarted, OtherCalled
from watch.meetings.forms import EVERYBODY, CallMeetingForm, CountHeadsForm, WriteDownMeetingForm
from watch.meetings.queries import calls, reminding
from watch.meetings.routes.blueprint import CALL, bp, knows, note_assurance, own_flats
from watch.models import Counting, Group, Meeting, utcnow
from watch.paper import picture_to_show
from watch.recipients import CountChanged, RecipientCounts
from watch.saving import saving
from watch.trials import ALREADY_TRIED, NOT_TRIED, TRIED
from watch.web import ViewAnswer, leave_trace


@bp.get("/groups/<int:group_id>/meetings/new")
@requires(Permission.CALL_MEETINGS)
def new(group: Group) -> str:
    """Show the form, with how many people each choice reaches."""
    return _new_page(group, _meeting_form(group))


@bp.get("/groups/<int:group_id>/meetings/preview")
@requires(Permission.CALL_MEETINGS)
def back_to_new(group: Group) -> Response:
    """Redirect a tab that was reopened at the preview's address and has lost what was typed."""
    return redirect(url_for("meetings.new", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/meetings/preview")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def preview(group: Group) -> ViewAnswer:
    """Show the call and its recipients: the exact number if the coordinator works with all of them."""
    form = _meeting_form(group)
    if request.form.get("back"):
        return _new_page(group, form), 200
    if not form.validate():
        return _new_page(group, form), 422
    recipients = calls.recipients_of_call(group, form.chosen_stairwell)
    try:
        service.expect_new(group, form.chosen_stairwell, _plan(form), form.form_key.data)
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(group, form, recipients, before=other.meeting), 200
    if request.form.get("trial"):
        with saving(TRIED, already=ALREADY_TRIED, unless=NOT_TRIED):
            service.try_out(group, form.chosen_stairwell, _plan(form), by=current_person())
    return _preview_page(group, form, recipients), 200


def _plan(form: CallMeetingForm) -> service.Plan:
    return service.Plan(form.kind.data, form.starts_at, form.ends_at, form.place.data, form.about.data)


def _reminders(form: CallMeetingForm) -> service.Reminders:
    return service.Reminders(form.remind_early.data, form.remind_late.data, form.reminder_text.data)


def _already_called(meeting: Meeting) -> Response:
    flash(_("Inbjudan är redan skickad."), "info")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.post("/groups/<int:group_id>/meetings")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def call(group: Group) -> ViewAnswer:
    """Send the call, or record a meeting that was held already."""
    form = _meeting_form(group)
    if not form.validate():
        return _new_page(group, form), 422
    return _write_down(group, form) if isinstance(form, WriteDownMeetingForm) else _send_call(group, form)


def _write_down(group: Group, form: WriteDownMeetingForm) -> ViewAnswer:
    try:
        meeting = service.write_down(group, _plan(form), by=current_person(), stairwell=form.chosen_stairwell)
    except OtherCalled as other:
        return _new_page(group, form, before=other.meeting), 409
    note_assurance(form, meeting)
    db.session.commit()
    flash(_("Träffen är sparad. Ingen har fått mejl."), "done")
    return redirect(url_for("meetings.count", meeting_id=meeting.id), 303)


def _send_call(group: Group, form: CallMeetingForm) -> ViewAnswer:
    stairwell = form.chosen_stairwell
    recipients, exact = calls.recipients_of_call(group, stairwell), knows(group, stairwell)
    promised = form.counted.data or None if exact else None
    key = form.form_key.data or None
    try:
        meeting = service.call(
            group, _plan(form), by=current_person(), stairwell=stairwell, reminders=_reminders(form),
            form_key=key, promised=promised,
        )  # fmt: skip
    except CountChanged as now:
        flash(_("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."), "warn")
        return _preview_page(group, form, now.counts), 409
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(group, form, recipients, before=other.meeting), 409
    note_assurance(form, meeting)
    db.session.commit()
    said = ngettext(
        "Träffen är inlagd. %(num)d granne får ett mejl.",
        "Träffen är inlagd. %(num)d grannar får ett mejl.",
        recipients.mail,
    )
    if not exact:
        said = _("Träffen är inlagd. Inbjudan är på väg.")
    if (recipients.mail or not exact) and (reminder := reminding.next_reminder(meeting, utcnow())):
        said += " " + _("Påminnelse går ut %(day)s.", day=language.day(reminder))
    flash(said, "done")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.get("/meetings/<int:meeting_id>/paper")
@requires(Permission.MANAGE_MEETINGS)
def paper(meeting: Meeting) -> str:
    flats = own_flats(meeting)
    leave_trace("house-seen", about=meeting.group)
    return render_template("meetings/paper.html", meeting=meeting, flats=flats)


@bp.get("/meetings/<int:meeting_id>/count")
@requires(Permission.MANAGE_MEETINGS)
def count(meeting: Meeting) -> ViewAnswer:
    if meeting.cancelled_at is not None or meeting.starts_at > utcnow():
        flash(_("Det går att skriva hur många som kom när träffen har börjat."), "info")
        return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
    form = CountHeadsForm(
        data={
            "head_count": meeting.head_count,
            "not_counted": meeting.counting is Counting.NOT_COUNTED,
        }
    )
    return render_template("meetings/count.html", meeting=meeting, form=form)


@bp.post("/meetings/<int:meeting_id>/count")
@requires(Permission.MANAGE_MEETINGS)
def write_count(meeting: Meeting) -> ViewAnswer:
    form = CountHeadsForm()
    if not form.validate():
        return render_template("meetings/count.html", meeting=meeting, form=form), 422
    not_yet = _("Det går att skriva hur många som kom när träffen har börjat.")
    with saving(_("Antalet är sparat."), unless={MeetingNotStarted: not_yet, MeetingCancelled: not_yet}):
        service.write_count(meeting, form.head_count.data, by=current_person())
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _meeting_form(group: Group) -> CallMeetingForm:
    """Return the form as sent, or a new one for the coordinator's own stairwell."""
    kind = WriteDownMeetingForm if request.values.get("held") else CallMeetingForm
    stairwells = stairwells_of_group(group)
    if request.method == "POST":
        return kind(stairwells)
    own = current_relations().stairwells_in(group) or frozenset()
    nearest = next((str(each.id) for each in stairwells if each.id in own), EVERYBODY)
    return kind(stairwells, data={"stairwell": nearest})


def _new_page(group: Group, form: CallMeetingForm, *, before: Meeting | None = None) -> str:
    """Show the form. `before` is the meeting that is recorded already, with other words."""
    stairwells = list(form.stairwells.values())
    relations, counts = current_relations(), _crowds(group)
    for each in (None, *stairwells):
        if knows(group, each):
            reach = calls.recipients_of_call(group, each)
            said = recipients_said(reach.mail, reach.paper, reach.unreached, reach.declined)
            counts[each.id if each else None] = said
    return render_template(
        "meetings/new.html", group=group, form=form, before=before, stairwells=stairwells, counts=counts,
        only_some=relations.stairwells_in(group) is not None,
    )  # fmt: skip


def _preview_page(
    group: Group, form: CallMeetingForm, reach: RecipientCounts, *, before: Meeting | None = None
) -> str:
    """Show the preview. `before` is what the same form has called already; this becomes another meeting."""
    if before:
        form.renew_key()
    stairwell, exact = form.chosen_stairwell, knows(group, form.chosen_stairwell)
    meeting = service.new_meeting(group, stairwell, _plan(form), current_person())
    return render_template(
        "meetings/preview.html", group=group, form=form, before=before, reach=reach if exact else None,
        crowd=None if exact else _crowds(group)[stairwell.id if stairwell else None],
        sheet=picture_to_show(sheets.picture_of(meeting)),
        hidden=form.typed() | {"counted": reach.preview_token if exact else ""},
    )  # fmt: skip


def _crowds(group: Group) -> dict[int | None, str]:
    """Return how many take part, in bands, by stairwell and for the group (None)."""
    found = households_by_stairwell(group, last_night(utcnow()))
    counts: dict[int | None, str] = {each: _crowd(*counted) for each, counted in found.items()}
    flats = sum(total for _count, total in found.values())
    return counts | {None: _crowd(group.counted_taking_part, flats)}


def _crowd(count: int, total: int) -> str:
    said = HouseholdsSaid.roughly(count, total)
    return _("%(part)s av %(total)s hushåll är med", part=said.part, total=language.number(total))
