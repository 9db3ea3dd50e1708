"""For coordinators: call a meeting or write one down, take it to those on paper, count, cancel."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language
from watch.access import Permission, current_person, current_relations, requires
from watch.bands import banded
from watch.bodies import MEGABYTE, takes_bytes
from watch.extensions import db
from watch.groups.queries.areas import households_by_stairwell, last_night
from watch.groups.queries.flats import stairwells_of_group
from watch.meetings import service
from watch.meetings.forms import EVERYBODY, CallMeetingForm, CountHeadsForm, WriteDownMeetingForm
from watch.meetings.queries import calls, reminding
from watch.meetings.routes.blueprint import bp, is_open, own_flats
from watch.meetings.service import MeetingCancelled, MeetingNotStarted, MeetingStarted, Plan
from watch.models import Counting, Group, Meeting, Stairwell, utcnow
from watch.recipients import CountChanged, RecipientCounts
from watch.saving import saving
from watch.web import ViewAnswer, leave_trace

CALL = MEGABYTE // 8  # bytes of a text that may be longer than it is allowed to be, so that it can be cut


@bp.get("/groups/<int:group_id>/meetings/new")
@requires(Permission.CALL_MEETINGS)
def new(group: Group) -> str:
    """Whom, when, where; how many that will reach stands beside each choice."""
    return _new_page(group, _meeting_form(group))


@bp.get("/groups/<int:group_id>/meetings/preview")
@requires(Permission.CALL_MEETINGS)
def back_to_new(group: Group) -> Response:
    """A tab that is opened again has kept the address of the preview, and nothing of what was written."""
    return redirect(url_for("meetings.new", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/meetings/preview")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def preview(group: Group) -> ViewAnswer:
    """The call as it will be, and how many get it: exactly, where they are all the coordinator's."""
    form = _meeting_form(group)
    if request.form.get("back"):
        return _new_page(group, form), 200
    if not form.validate():
        return _new_page(group, form), 422
    return _preview_page(group, form, calls.recipients_of_call(group, form.chosen_stairwell)), 200


@bp.post("/groups/<int:group_id>/meetings")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def call(group: Group) -> ViewAnswer:
    """Send the call, or keep a meeting that was held already."""
    form = _meeting_form(group)
    if not form.validate():
        return _new_page(group, form), 422
    plan = Plan(form.kind.data, form.starts_at, form.ends_at, form.place.data, form.about.data)
    if isinstance(form, WriteDownMeetingForm):
        meeting = service.write_down(group, plan, by=current_person(), stairwell=form.chosen_stairwell)
        db.session.commit()
        flash(_("Träffen är uppskriven. Ingen har fått mejl."), "done")
        return redirect(url_for("meetings.count", meeting_id=meeting.id), 303)
    return _send_call(group, form, plan)


def _send_call(group: Group, form: CallMeetingForm, plan: Plan) -> ViewAnswer:
    reach, exact = (
        calls.recipients_of_call(group, form.chosen_stairwell),
        _knows(group, form.chosen_stairwell),
    )
    try:
        meeting = service.call(
            group,
            plan,
            by=current_person(),
            stairwell=form.chosen_stairwell,
            form_key=form.form_key.data or None,
            promised=form.counted.data or None if exact else None,
        )
    except CountChanged as now:
        flash(_("Antalet har ändrats sedan du tittade. Se efter igen innan du skickar."), "warn")
        return _preview_page(group, form, now.counts), 409
    except service.AlreadyCalled as sent:
        flash(_("Inbjudan är redan skickad."), "info")
        return redirect(url_for("meetings.show", meeting_id=sent.meeting.id), 303)
    db.session.commit()
    said = ngettext(
        "Träffen är inlagd. %(num)d granne får ett mejl.",
        "Träffen är inlagd. %(num)d grannar får ett mejl.",
        reach.mail,
    )
    if not exact:
        said = _("Träffen är inlagd. Inbjudan är på väg.")
    if (reach.mail or not exact) and (reminder := reminding.next_reminder(meeting, utcnow())):
        said += " " + _("Påminnelse går ut %(day)s.", day=language.day(reminder))
    flash(said, "done")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.get("/meetings/<int:meeting_id>/paper")
@requires(Permission.MANAGE_MEETINGS)
def paper(meeting: Meeting) -> str:
    """The reader's own flats that want the call on paper, to print and take along."""
    flats = own_flats(meeting)
    leave_trace("house-seen", about=meeting.group)
    return render_template("meetings/paper.html", meeting=meeting, flats=flats)


@bp.get("/meetings/<int:meeting_id>/count")
@requires(Permission.MANAGE_MEETINGS)
def count(meeting: Meeting) -> ViewAnswer:
    """Ask how many came."""
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
    """Keep how many came, 0 included, or that nobody counted."""
    form = CountHeadsForm()
    if not form.validate():
        return render_template("meetings/count.html", meeting=meeting, form=form), 422
    not_yet = _("Det går att skriva hur många som kom när träffen har börjat.")
    with saving(_("Antalet är sparat."), unless={MeetingNotStarted: not_yet, MeetingCancelled: not_yet}):
        service.write_count(meeting, form.head_count.data, by=current_person())
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.get("/meetings/<int:meeting_id>/cancel")
@requires(Permission.MANAGE_MEETINGS)
def ask_cancel(meeting: Meeting) -> ViewAnswer:
    """Say who will be told, and ask once more."""
    if not is_open(meeting):
        flash(_("Träffen går inte att ställa in längre."), "info")
        return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
    exact = _knows(meeting.group, meeting.stairwell)
    reach = calls.recipients_of_cancelling(meeting) if exact else None
    not_sent = calls.calls_not_sent(meeting) if exact else 0
    return render_template("meetings/ask_cancel.html", meeting=meeting, reach=reach, not_sent=not_sent)


@bp.post("/meetings/<int:meeting_id>/cancel")
@requires(Permission.MANAGE_MEETINGS)
def cancel(meeting: Meeting) -> Response:
    """Cancel a meeting and tell those who have heard of it; pressed twice it tells once."""
    is_quiet = calls.recipients_of_cancelling(meeting).nobody and _knows(meeting.group, meeting.stairwell)
    told = _("Träffen är inställd. De som har fått inbjudan får besked.")
    has_begun = _("Träffen har redan börjat och kan inte ställas in.")
    with saving(
        _("Träffen är inställd.") if is_quiet else told,
        already={MeetingCancelled: _("Träffen är redan inställd.")},
        unless={MeetingStarted: has_begun},
    ):
        service.cancel(meeting, by=current_person())
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _meeting_form(group: Group) -> CallMeetingForm:
    """The form as it was sent, or a fresh one for the stairwell one works with."""
    kind = WriteDownMeetingForm if request.values.get("held") else CallMeetingForm
    stairwells = stairwells_of_group(group)
    if request.method == "POST":
        return kind(stairwells)
    own = current_relations().stairwells_in(group) or frozenset()
    nearest = next((str(each.id) for each in stairwells if each.id in own), EVERYBODY)
    return kind(stairwells, data={"stairwell": nearest})


def _new_page(group: Group, form: CallMeetingForm) -> str:
    stairwells = list(form.stairwells.values())
    relations, counts = current_relations(), _crowds(group)
    for each, count in calls.reaches_of_calls(group, stairwells).items():
        if relations.works_with_all_of(group, each):
            counts[each] = language.number(count)
    return render_template(
        "meetings/new.html", group=group, form=form, stairwells=stairwells, counts=counts,
        only_some=relations.stairwells_in(group) is not None,
    )  # fmt: skip


def _preview_page(group: Group, form: CallMeetingForm, reach: RecipientCounts) -> str:
    stairwell, exact = form.chosen_stairwell, _knows(group, form.chosen_stairwell)
    return render_template(
        "meetings/preview.html", group=group, form=form, reach=reach if exact else None,
        crowd=None if exact else _crowds(group)[stairwell.id if stairwell else None],
        hidden=form.typed() | {"counted": reach.preview_token if exact else ""},
    )  # fmt: skip


def _knows(group: Group, stairwell: Stairwell | None) -> bool:
    """Whether the reader works with all who are called, and so may count them."""
    return current_relations().works_with_all_of(group, stairwell.id if stairwell else None)


def _crowds(group: Group) -> dict[int | None, str]:
    """How many take part in each stairwell, and in the group (None), for those who may not count them."""
    found = households_by_stairwell(group, last_night(utcnow()))
    counts: dict[int | None, str] = {each: _crowd(*counted) for each, counted in found.items()}
    flats = sum(total for _count, total in found.values())
    return counts | {None: _crowd(group.counted_taking_part, flats)}


def _crowd(count: int, total: int) -> str:
    said = {"part": banded(count, total), "total": language.number(total)}
    return _("%(part)s av %(total)s hushåll är med", **said)
