"""Pages that save drafts of meetings and throw them away, for those who may call; nobody else is told."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.bodies import takes_bytes
from watch.extensions import db
from watch.groups.queries.flats import stairwells_of_group
from watch.meetings import service
from watch.meetings.errors import ChangedMeanwhile, DraftGone
from watch.meetings.forms.areas import DraftInAreaForm
from watch.meetings.forms.planning import CallForm, DraftMeetingForm
from watch.meetings.forms.starting import DraftStartMeetingForm
from watch.meetings.queries.coming import groups_to_invite
from watch.meetings.queries.drafts import Place, draft_of
from watch.meetings.queries.invited import groups_to_ask
from watch.meetings.routes.areas import area_draft_refused, area_new_page, planned_in_area
from watch.meetings.routes.blueprint import CALL, bp, note_assurance
from watch.meetings.routes.calling import draft_refused, new_page, planned_in
from watch.meetings.routes.draft_forms import NO_DRAFT, draft_in
from watch.meetings.routes.starting import planned_start, start_draft_refused, start_new_page
from watch.models import Area, Building, Group, Meeting
from watch.permissions import Permission
from watch.saving import saving
from watch.web import ViewAnswer


@bp.post("/groups/<int:group_id>/meetings/drafts")
@takes_bytes(CALL)
@requires(Permission.CALL_MEETINGS)
def save_draft(group: Group) -> ViewAnswer:
    form = DraftMeetingForm(stairwells_of_group(group), groups_to_ask(group))
    if not form.validate():
        return new_page(group, form), 422
    try:
        _save(group, form, planned_in(group, form))
    except (DraftGone, ChangedMeanwhile) as refused:
        return draft_refused(group, form, refused)
    return redirect(url_for("meetings.index", group_id=group.id), 303)


@bp.post("/areas/<slug>/meetings/drafts")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_save_draft(area: Area) -> ViewAnswer:
    form = DraftInAreaForm(groups_to_invite(area))
    if not form.validate():
        return area_new_page(area, form), 422
    try:
        _save(area, form, planned_in_area(area, form))
    except (DraftGone, ChangedMeanwhile) as refused:
        return area_draft_refused(area, form, refused)
    return _to_area(area)


@bp.post("/buildings/<int:building_id>/meetings/drafts")
@takes_bytes(CALL)
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def start_save_draft(building: Building) -> ViewAnswer:
    """Save a start meeting as a draft, also while nobody can be called to it."""
    form = DraftStartMeetingForm()
    if not form.validate():
        return start_new_page(building, form), 422
    try:
        _save(building, form, planned_start(building, form))
    except (DraftGone, ChangedMeanwhile) as refused:
        return start_draft_refused(building, form, refused)
    return _to_area(building.property.area)


@bp.post("/groups/<int:group_id>/meetings/drafts/<int:meeting_id>/delete")
@requires(Permission.CALL_MEETINGS)
def throw_away(group: Group, meeting_id: int) -> Response:
    _throw_away(draft_of(group, meeting_id))
    return redirect(url_for("meetings.index", group_id=group.id), 303)


@bp.post("/areas/<slug>/meetings/drafts/<int:meeting_id>/delete")
@requires(Permission.CALL_AREA_MEETINGS, second_factor=True)
def area_throw_away(area: Area, meeting_id: int) -> Response:
    """Erase a draft of the area, or of a start meeting there."""
    _throw_away(draft_of(area, meeting_id))
    return _to_area(area)


def _save(place: Place, form: CallForm, planned: Meeting) -> None:
    """Save what a valid form plans as a draft, and say so. Raises DraftGone and ChangedMeanwhile."""
    try:
        draft = service.save_draft(planned, by=current_person(), draft=draft_in(place, form))
    except (DraftGone, ChangedMeanwhile):
        db.session.rollback()
        raise
    note_assurance(form, draft)
    db.session.commit()
    flash(_("Utkastet är sparat. Ingen har fått veta något."), "done")


def _throw_away(draft: Meeting | None) -> None:
    if draft is None:
        flash(str(NO_DRAFT), "info")
        return
    with saving(_("Utkastet är slängt."), already={DraftGone: NO_DRAFT}):
        service.throw_away(draft, by=current_person())


def _to_area(area: Area) -> Response:
    return redirect(url_for("meetings.area_index", slug=area.slug), 303)
