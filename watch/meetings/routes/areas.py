"""Officers' pages: the meetings of an area, and calling its coordinators, everybody, or some groups."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.bodies import takes_bytes
from watch.errors import DomainError
from watch.extensions import db
from watch.handouts.queries import groups_without_coordinator, without_bringer
from watch.meetings import service, sheets
from watch.meetings.errors import AlreadyCalled, ChangedMeanwhile, ClashesChanged, DraftGone, OtherCalled
from watch.meetings.forms.areas import CallInAreaForm, whom_of
from watch.meetings.forms.planning import plan_of
from watch.meetings.forms.reminders import reminders_of
from watch.meetings.queries import calls, coming, invited
from watch.meetings.queries.drafts import drafts_of
from watch.meetings.routes.blueprint import (
    CALL,
    CLASHES_CHANGED,
    bp,
    has_sheet,
    knows,
    note_assurance,
    plan_in,
    reminders_in,
)
from watch.meetings.routes.draft_forms import draft_asked_for, draft_in, draft_meanwhile, filled_with
from watch.models import Area, Meeting, MeetingAudience, utcnow
from watch.notices.labels import area_said
from watch.notices.queries import coordinators_by_area, households_in
from watch.paper import picture_to_show
from watch.permissions import Permission
from watch.recipients import CountChanged
from watch.saving import saving
from watch.trials import ALREADY_TRIED, NOT_TRIED, TRIED
from watch.web import ViewAnswer


@bp.get("/areas/<slug>/meetings")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_index(area: Area) -> str:
    """Show the meetings that the area's officers have called, those to come first, and their drafts."""
    now = utcnow()
    return render_template(
        "meetings/area_index.html", area=area, drafts=drafts_of(area),
        upcoming=coming.coming_of_area(area.id, now), past=coming.past_of_area(area.id, now),
    )  # fmt: skip


@bp.get("/areas/<slug>/meetings/new")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_new(area: Area) -> str:
    """Show the form, with how many coordinators and at least how many households there are."""
    return area_new_page(area, _form(area))


@bp.get("/areas/<slug>/meetings/drafts")
@bp.get("/areas/<slug>/meetings/preview")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def back_to_area_new(area: Area) -> Response:
    """Redirect a tab that was reopened at the address of a button and has lost what was typed."""
    return redirect(url_for("meetings.area_new", slug=area.slug), 303)


@bp.post("/areas/<slug>/meetings/preview")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_preview(area: Area) -> ViewAnswer:
    """Show the call and whom it reaches: the number of coordinators, or the least number of households."""
    form = _form(area)
    if request.form.get("back"):
        return area_new_page(area, form), 200
    if not form.validate():
        return area_new_page(area, form), 422
    try:
        service.expect_new(planned_in_area(area, form), form.form_key.data)
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(area, form, before=other.meeting), 200
    if request.form.get("trial"):
        with saving(TRIED, already=ALREADY_TRIED, unless=NOT_TRIED):
            service.try_out(planned_in_area(area, form), by=current_person())
    return _preview_page(area, form), 200


@bp.post("/areas/<slug>/meetings")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_call(area: Area) -> ViewAnswer:
    """Call those who were chosen."""
    form = _form(area)
    if not form.validate():
        return area_new_page(area, form), 422
    planned, key = planned_in_area(area, form), form.form_key.data or None
    promised = form.counted.data or None if knows(planned) else None
    try:
        service.expect_new(planned, key)
        meeting = service.call(
            planned, by=current_person(), form_key=key, promised=promised, clashes=form.clashes.data,
            draft=draft_in(area, form),
        )  # fmt: skip
    except CountChanged:
        flash(_("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."), "warn")
        return _preview_page(area, form), 409
    except ClashesChanged:
        flash(str(CLASHES_CHANGED), "warn")
        return _preview_page(area, form), 409
    except AlreadyCalled as sent:
        return _already_called(sent.meeting)
    except OtherCalled as other:
        return _preview_page(area, form, before=other.meeting), 409
    except (DraftGone, ChangedMeanwhile) as refused:
        db.session.rollback()
        return area_draft_refused(area, form, refused)
    note_assurance(form, meeting)
    db.session.commit()
    flash(_called(meeting), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def _called(meeting: Meeting) -> str:
    match meeting.audience:
        case MeetingAudience.COORDINATORS:
            return _("Kontaktombuden är kallade.")
        case MeetingAudience.EVERYBODY:
            return _("Alla som är med i området är kallade. Sprid gärna adressen till andra.")
    return _("Grupperna är tillfrågade. Deras kontaktombud svarar om de är med.")


def _form(area: Area) -> CallInAreaForm:
    """Return the form as sent; or else empty, with a draft, or with what was the last time."""
    groups = coming.groups_to_invite(area)
    if request.method == "POST":
        return CallInAreaForm(groups)
    if draft := draft_asked_for(area, groups):
        return CallInAreaForm(groups, data=filled_with(draft) | whom_of(draft))
    if before := _like(area):
        said = plan_of(before) | whom_of(before) | reminders_of(before) | {"day": None}
        return CallInAreaForm(groups, data=said)
    return CallInAreaForm(groups)


def _like(area: Area) -> Meeting | None:
    """Return the meeting of the area that the page's address names, if one like it is to be called."""
    number = request.args.get("like", type=int)
    past = coming.past_of_area(area.id, utcnow()) if number else []
    return next((each for each in past if each.id == number and not each.building_id), None)


def planned_in_area(area: Area, form: CallInAreaForm) -> Meeting:
    """Return the meeting that a valid form plans."""
    plan, reminders = plan_in(form, form.chosen_kind), reminders_in(form)
    match form.whom.data:
        case MeetingAudience.COORDINATORS:
            return service.planned_for_coordinators(area, plan, reminders)
        case MeetingAudience.EVERYBODY:
            key = form.form_key.data or None
            return service.planned_for_everybody(area, plan, form.languages.data, reminders, key)
    return service.planned_jointly(area, plan, form.chosen_groups, reminders)


def _already_called(meeting: Meeting) -> Response:
    flash(_("Inbjudan är redan skickad."), "info")
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


def area_draft_refused(area: Area, form: CallInAreaForm, refused: DomainError) -> ViewAnswer:
    """Show what was typed again, and say what became of the draft meanwhile."""
    return area_new_page(area, form, theirs=draft_meanwhile(area, form, refused)), 409


def area_new_page(area: Area, form: CallInAreaForm, *, theirs: Meeting | None = None) -> str:
    """Show the form. `theirs` is the draft as somebody else has changed it meanwhile."""
    form.whom.description = area_said(area.name, households_in([area]), coordinators_by_area([area])[area.id])
    return render_template("meetings/area_new.html", area=area, form=form, theirs=theirs)


def _preview_page(area: Area, form: CallInAreaForm, *, before: Meeting | None = None) -> str:
    """Show the preview. `before` is what the same form has called already; this becomes another meeting."""
    if before:
        form.renew_key()
    meeting = planned_in_area(area, form)
    reach = calls.recipients_of_call(meeting) if knows(meeting) else None
    is_open = meeting.audience is MeetingAudience.EVERYBODY
    return render_template(
        "meetings/area_preview.html", area=area, form=form, meeting=meeting, before=before, reach=reach,
        households=households_in([area]), silent=invited.without_coordinator(form.chosen_groups),
        alone=without_bringer(calls.households_to_call(meeting)) if is_open else 0,
        uncovered=groups_without_coordinator([area]) if is_open else [],
        sheets=[picture_to_show(each) for each in sheets.pictures_of(meeting)] if has_sheet(meeting) else [],
        hidden=form.as_previewed(meeting, reach.preview_token if reach else ""),
    )  # fmt: skip
