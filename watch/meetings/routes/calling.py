"""Coordinators' pages: call or record a meeting, print it for those on paper, count heads."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, current_relations, requires
from watch.bodies import takes_bytes
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.labels import recipients_said
from watch.groups.queries.flats import stairwells_of_group
from watch.meetings import service, sheets
from watch.meetings.errors import (
    AlreadyCalled,
    ChangedMeanwhile,
    ClashesChanged,
    DraftGone,
    MeetingCancelled,
    MeetingNotStarted,
    OtherCalled,
)
from watch.meetings.forms.answering import CountHeadsForm
from watch.meetings.forms.audience import audience_of
from watch.meetings.forms.planning import (
    CallMeetingForm,
    WriteDownMeetingForm,
    plan_of,
)
from watch.meetings.forms.reminders import reminders_of
from watch.meetings.notes_template import count_differs
from watch.meetings.queries import calls, checkin, coming, invited, reminding
from watch.meetings.queries.notes import draft_of, published_of
from watch.meetings.routes.blueprint import (
    BOTH_CHANGED,
    CALL,
    CLASHES_CHANGED,
    bp,
    knows,
    note_assurance,
    plan_in,
    reminders_in,
    seen_flats,
)
from watch.meetings.routes.crowds import crowd_of, crowds
from watch.meetings.routes.draft_forms import draft_asked_for, draft_in, draft_meanwhile, filled_with
from watch.models import Counting, Group, Meeting, MeetingKind, MeetingPart, utcnow
from watch.paper import picture_to_show
from watch.permissions import Permission
from watch.recipients import CountChanged, RecipientCounts
from watch.saving import saving
from watch.trials import ALREADY_TRIED, NOT_TRIED, TRIED
from watch.web import ViewAnswer


@bp.get("/groups/<int:group_id>/meetings/new")
@requires(Permission.CALL_MEETINGS)
def new(group: Group) -> str:
    """Show the form, with how many people each choice reaches."""
    return new_page(group, meeting_form(group))


@bp.get("/groups/<int:group_id>/meetings/drafts")
@bp.get("/groups/<int:group_id>/meetings/preview")
@requires(Permission.CALL_MEETINGS)
def back_to_new(group: Group) -> Response:
    """Redirect a tab that was reopened at the address of a button and has lost what was typed."""
    return redirect(url_for("meetings.new", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/meetings/preview")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def preview(group: Group) -> ViewAnswer:
    """Show the call and its recipients: the exact number if the coordinator works with all of them."""
    form = meeting_form(group)
    if request.form.get("back"):
        return new_page(group, form), 200
    if not form.validate():
        return new_page(group, form), 422
    meeting = planned_in(group, form)
    recipients = calls.recipients_of_call(meeting)
    try:
        service.expect_new(meeting, form.form_key.data)
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(group, form, recipients, before=other.meeting), 200
    if request.form.get("trial"):
        with saving(TRIED, already=ALREADY_TRIED, unless=NOT_TRIED):
            service.try_out(planned_in(group, form), by=current_person())
    return _preview_page(group, form, recipients), 200


def planned_in(group: Group, form: CallMeetingForm) -> Meeting:
    plan = plan_in(form, form.chosen_kind)
    if form.chosen_groups:
        return service.planned_jointly(group, plan, form.chosen_groups, reminders_in(form))
    return service.planned(group, plan, form.chosen_stairwells, reminders_in(form))


def _already_called(meeting: Meeting) -> Response:
    flash(_("Inbjudan är redan skickad."), "info")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.post("/groups/<int:group_id>/meetings")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def call(group: Group) -> ViewAnswer:
    """Send the call, or record a meeting that was held already."""
    form = meeting_form(group)
    if not form.validate():
        return new_page(group, form), 422
    return _write_down(group, form) if isinstance(form, WriteDownMeetingForm) else _send_call(group, form)


def _write_down(group: Group, form: WriteDownMeetingForm) -> ViewAnswer:
    try:
        meeting = service.write_down(planned_in(group, form), by=current_person())
    except OtherCalled as other:
        return new_page(group, form, before=other.meeting), 409
    note_assurance(form, meeting)
    db.session.commit()
    flash(said_written_down(meeting), "done")
    return redirect(url_for("meetings.count", meeting_id=meeting.id), 303)


def said_written_down(meeting: Meeting) -> str:
    """Say that a meeting is recorded, and that groups of others can say whether they were there."""
    if meeting.kind is MeetingKind.JOINT:
        return _("Träffen är sparad. Ingen har fått mejl. Gruppernas kontaktombud ser den och svarar.")
    return _("Träffen är sparad. Ingen har fått mejl.")


def _send_call(group: Group, form: CallMeetingForm) -> ViewAnswer:
    planned, key = planned_in(group, form), form.form_key.data or None
    recipients, exact = calls.recipients_of_call(planned), knows(planned)
    promised = form.counted.data or None if exact else None
    try:
        service.expect_new(planned, key)
        meeting = service.call(
            planned, by=current_person(), form_key=key, promised=promised, clashes=form.clashes.data,
            draft=draft_in(group, form),
        )  # fmt: skip
    except CountChanged as now:
        flash(_("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."), "warn")
        return _preview_page(group, form, now.counts), 409
    except ClashesChanged:
        flash(str(CLASHES_CHANGED), "warn")
        return _preview_page(group, form, recipients), 409
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(group, form, recipients, before=other.meeting), 409
    except (DraftGone, ChangedMeanwhile) as refused:
        db.session.rollback()
        return draft_refused(group, form, refused)
    note_assurance(form, meeting)
    db.session.commit()
    flash(_called(meeting, recipients if exact else None), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _called(meeting: Meeting, reach: RecipientCounts | None) -> str:
    """Say that a meeting is called, how many get a mail (to whom may know), and when they are reminded."""
    said = _("Träffen är inlagd. Inbjudan är på väg.")
    if reach:
        said = ngettext(
            "Träffen är inlagd. %(num)d granne får ett mejl.",
            "Träffen är inlagd. %(num)d grannar får ett mejl.",
            reach.mail,
        )
    reminder = reminding.next_reminder(meeting, utcnow())
    if reminder and (reach is None or reach.mail):
        said += " " + _("Påminnelse går ut %(day)s.", day=language.day(reminder))
    return said


@bp.get("/meetings/<int:meeting_id>/paper")
@requires(Permission.HAND_OUT_CALLS)
def paper(meeting: Meeting) -> str:
    return render_template("meetings/paper.html", meeting=meeting, flats=seen_flats(meeting))


@bp.get("/meetings/<int:meeting_id>/count")
@requires(Permission.MANAGE_MEETINGS)
def count(meeting: Meeting) -> ViewAnswer:
    if meeting.cancelled_at is not None or meeting.starts_at > utcnow():
        flash(_("Det går att skriva hur många som kom när träffen har börjat."), "info")
        return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
    is_new = meeting.counting is Counting.NOT_YET and checkin.was_pressed(meeting)
    came = checkin.heads_at(meeting) if is_new else meeting.head_count
    form = CountHeadsForm(
        data={
            "head_count": came,
            "not_counted": meeting.counting is Counting.NOT_COUNTED,
        }
    )
    form.see(meeting)
    return _count_page(meeting, form)


@bp.post("/meetings/<int:meeting_id>/count")
@requires(Permission.MANAGE_MEETINGS)
def write_count(meeting: Meeting) -> ViewAnswer:
    """Save what was typed. If somebody else has written another number meanwhile, show both and ask."""
    form = CountHeadsForm()
    if not form.validate():
        return _count_page(meeting, form), 422
    not_yet = _("Det går att skriva hur många som kom när träffen har börjat.")
    seen, unless = form.seen.data, {MeetingNotStarted: not_yet, MeetingCancelled: not_yet}
    try:
        with saving(_("Antalet är sparat."), unless=unless) as saved:
            service.write_count(meeting, form.head_count.data, by=current_person(), seen=seen)
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(meeting)
        return _count_page(meeting, form, is_both=True), 422
    texts = [each.text for each in (published_of(meeting), draft_of(meeting)) if each]
    if saved and (warning := count_differs(meeting, *texts)):
        flash(warning, "warn")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _count_page(meeting: Meeting, form: CountHeadsForm, *, is_both: bool = False) -> str:
    return render_template("meetings/count.html", meeting=meeting, form=form, is_both=is_both)


def meeting_form(group: Group) -> CallMeetingForm:
    """Return the form as sent; or else empty, with a draft, or with what was the last time."""
    kind = WriteDownMeetingForm if request.values.get("held") else CallMeetingForm
    stairwells = stairwells_of_group(group)
    others = invited.groups_to_ask(group)
    if request.method == "POST":
        return kind(stairwells, others)
    if draft := draft_asked_for(group, others):
        return kind(stairwells, others, data=filled_with(draft) | audience_of(draft, group))
    if before := coming.past_meeting(group, request.args.get("like", type=int), utcnow()):
        return kind(stairwells, others, data=said_in(before, group) | {"day": None})
    return kind(stairwells, others)


def said_in(meeting: Meeting, group: Group) -> dict[str, Any]:
    """Return what is said of a meeting of a group, by the names of a form's fields."""
    return plan_of(meeting) | audience_of(meeting, group) | reminders_of(meeting)


def draft_refused(group: Group, form: CallMeetingForm, refused: DomainError) -> ViewAnswer:
    """Show what was typed again, and say what became of the draft meanwhile."""
    return new_page(group, form, theirs=draft_meanwhile(group, form, refused)), 409


def new_page(
    group: Group, form: CallMeetingForm, *, before: Meeting | None = None, theirs: Meeting | None = None
) -> str:
    """Show the form. `before` is the meeting that is recorded already, with other words.

    `theirs` is the draft as somebody else has changed it meanwhile.
    """
    stairwells = form.offered
    relations, counts = current_relations(), crowds(group)
    for each in (None, *stairwells):
        aimed = Meeting(parts=[MeetingPart.of(group, each)])
        if knows(aimed):
            reach = calls.recipients_of_call(aimed)
            said = recipients_said(reach.mail, reach.paper, reach.unreached, reach.declined)
            counts[each.id if each else None] = said
    return render_template(
        "meetings/new.html", group=group, form=form, before=before, stairwells=stairwells, counts=counts,
        only_some=relations.stairwells_in(group) is not None,
        theirs=theirs,
    )  # fmt: skip


def _preview_page(
    group: Group, form: CallMeetingForm, reach: RecipientCounts, *, before: Meeting | None = None
) -> str:
    """Show the preview. `before` is what the same form has called already; this becomes another meeting."""
    if before:
        form.renew_key()
    meeting = planned_in(group, form)
    exact = knows(meeting)
    return render_template(
        "meetings/preview.html", group=group, form=form, meeting=meeting, before=before,
        reach=reach if exact else None, crowd=None if exact else crowd_of(meeting, group),
        sheets=[picture_to_show(each) for each in sheets.pictures_of(meeting)],
        silent=invited.without_coordinator(form.chosen_groups),
        hidden=form.as_previewed(meeting, reach.preview_token if exact else ""),
    )  # fmt: skip
