"""Coordinators' pages that change a called meeting, or cancel it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.mail.progress import progress_of_mailings
from watch.meetings import service
from watch.meetings.errors import (
    ChangedMeanwhile,
    MeetingCancelled,
    MeetingStarted,
    NothingChanged,
)
from watch.meetings.forms.planning import CancelMeetingForm, ChangeMeetingForm
from watch.meetings.labels import told_by_mail
from watch.meetings.queries import calls
from watch.meetings.routes.blueprint import CALL, bp, is_open, knows, note_assurance, own_flats, plan_in
from watch.meetings.routes.crowds import crowds
from watch.models import Group, Meeting
from watch.permissions import Permission
from watch.recipients import CountChanged
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

TOO_LATE: Explanations = {
    MeetingCancelled: _l("Träffen är inställd, så den går inte att ändra."),
    MeetingStarted: _l("Träffen har redan börjat, så den går inte att ändra."),
}

IS_SAVED: Explanations = {NothingChanged: _l("Ändringen är redan sparad.")}


@bp.get("/meetings/<int:meeting_id>/edit")
@requires(Permission.MANAGE_MEETINGS)
def edit(meeting: Meeting) -> ViewAnswer:
    """Show the form with what is called now."""
    if not is_open(meeting):
        flash(_("Träffen går inte att ändra längre."), "info")
        return _to_meeting(meeting)
    return _edit_page(meeting, ChangeMeetingForm.of(meeting))


@bp.get("/meetings/<int:meeting_id>/edit/preview")
@requires(Permission.MANAGE_MEETINGS)
def back_to_edit(meeting: Meeting) -> Response:
    """Redirect a tab that was reopened at the preview's address and has lost what was typed."""
    return redirect(url_for("meetings.edit", meeting_id=meeting.id), 303)


@bp.post("/meetings/<int:meeting_id>/edit/preview")
@takes_bytes(CALL)
@requires(Permission.MANAGE_MEETINGS)
def preview_change(meeting: Meeting) -> ViewAnswer:
    """Show what changes and who is told."""
    form = ChangeMeetingForm()
    if request.form.get("back"):
        return _edit_page(meeting, form), 200
    if not form.validate():
        return _edit_page(meeting, form), 422
    if plan_in(form, meeting.kind).is_of(meeting):
        flash(_("Du har inte ändrat något än."), "info")
        return _edit_page(meeting, form), 200
    return _preview_page(meeting, form), 200


@bp.post("/meetings/<int:meeting_id>/edit")
@takes_bytes(CALL)
@requires(Permission.MANAGE_MEETINGS)
def change(meeting: Meeting) -> ViewAnswer:
    """Save the change and tell those concerned, or nobody when only the spelling was mended."""
    form = ChangeMeetingForm()
    if not form.validate():
        return _edit_page(meeting, form), 422
    try:
        _save(meeting, form)
    except CountChanged:
        flash(_("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."), "warn")
        return _preview_page(meeting, form), 409
    except ChangedMeanwhile:
        db.session.rollback()
        flash(_("Träffen har ändrats sedan du öppnade sidan. Jämför och granska igen."), "warn")
        form.seen.data = meeting.sequence
        return _preview_page(meeting, form), 409
    return _to_meeting(meeting)


def _save(meeting: Meeting, form: ChangeMeetingForm) -> None:
    """Save the change; only of a mended spelling is nobody told. Raises CountChanged, ChangedMeanwhile."""
    is_quiet, tells = bool(request.form.get("quiet")), False
    promised = form.counted.data if knows(meeting) and not is_quiet else None
    with saving(already=IS_SAVED, unless=TOO_LATE) as saved:
        tells = service.change(
            meeting, plan_in(form, meeting.kind), seen=form.seen.data or 0, by=current_person(),
            promised=promised or None, is_quiet=is_quiet,
        )  # fmt: skip
        note_assurance(form, meeting)
    if saved:
        told = _("Träffen är ändrad. De som har fått inbjudan får besked.")
        flash(told if tells else _("Stavfelet är rättat. Ingen har fått mejl."), "done")


def _edit_page(meeting: Meeting, form: ChangeMeetingForm) -> str:
    return render_template("meetings/edit.html", meeting=meeting, form=form)


def _preview_page(meeting: Meeting, form: ChangeMeetingForm) -> str:
    exact, plan, own = knows(meeting), plan_in(form, meeting.kind), _own_group(meeting)
    reach = calls.recipients_of_change(meeting) if exact else None
    return render_template(
        "meetings/preview_change.html", meeting=meeting, plan=plan, reach=reach,
        own=calls.recipients_of_change(meeting, own) if own else None, other_groups=_others(meeting),
        is_spelling=service.is_spelling(meeting, plan),
        hidden=form.typed() | {"counted": reach.preview_token if reach else "", "seen": str(form.seen.data)},
    )  # fmt: skip


def _own_group(meeting: Meeting) -> Group | None:
    """Return the group that calls a gathering with others, if the reader works with everybody in it."""
    group, works_with_all_of = meeting.group, current_relations().works_with_all_of
    return group if group and not knows(meeting) and works_with_all_of(group, None) else None


def _others(meeting: Meeting) -> list[tuple[str, str]]:
    """Return the other groups that take part, each with how many of its households do, in bands."""
    others = (each.group for each in meeting.parts if each.takes_part and each.group_id != meeting.group_id)
    return [(each.name, crowds(each)[None]) for each in others]


def _to_meeting(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.get("/meetings/<int:meeting_id>/cancel")
@requires(Permission.MANAGE_MEETINGS)
def ask_cancel(meeting: Meeting) -> ViewAnswer:
    """Ask for confirmation and a reason, and say who will be told."""
    if not is_open(meeting):
        flash(_("Träffen går inte att ställa in längre."), "info")
        return _to_meeting(meeting)
    return _cancel_page(meeting, CancelMeetingForm())


def _cancel_page(meeting: Meeting, form: CancelMeetingForm) -> str:
    exact, own = knows(meeting), _own_group(meeting)
    know = set(db.session.scalars(calls.households_to_tell(meeting)))
    return render_template(
        "meetings/ask_cancel.html", meeting=meeting, form=form,
        reach=calls.recipients_of_cancelling(meeting) if exact else None,
        own=calls.recipients_of_cancelling(meeting, own) if own else None, other_groups=_others(meeting),
        not_sent=calls.mails_not_sent(meeting) if exact else (0, 0),
        not_ticked=sum(
            not flat.is_handed_out and flat.household_id not in know for flat in own_flats(meeting)
        ),
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/cancel")
@takes_bytes(CALL)
@requires(Permission.MANAGE_MEETINGS)
def cancel(meeting: Meeting) -> ViewAnswer:
    form = CancelMeetingForm()
    if not form.validate():
        return _cancel_page(meeting, form), 422
    has_begun = _("Träffen har redan börjat och kan inte ställas in.")
    already = _("Träffen är redan inställd.")
    with saving(already={MeetingCancelled: already}, unless={MeetingStarted: has_begun}) as saved:
        service.cancel(meeting, by=current_person(), reason=form.reason.data)
        note_assurance(form, meeting)
    if saved:
        flash(_cancelled(meeting), "done")
    return _to_meeting(meeting)


def _cancelled(meeting: Meeting) -> str:
    """Say that a meeting is cancelled, and how many are told, as they stand in the outbox."""
    if not knows(meeting):
        return _("Träffen är inställd. De som har fått inbjudan får besked.")
    told, said = progress_of_mailings(calls.mailings_of(meeting)), _("Träffen är inställd.")
    if told.mail:
        said += " " + told_by_mail(meeting, told.mail)
    if told.paper:
        said += " " + ngettext(
            "%(num)d hushåll behöver besked på papper.",
            "%(num)d hushåll behöver besked på papper.",
            told.paper,
        )
    return said
