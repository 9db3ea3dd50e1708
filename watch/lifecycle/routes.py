"""Pages where the police contact starts a group and ticks the steps of its start."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch.access import Permission, can, current_person, requires
from watch.accounts.errors import OfficerNeverCoordinates
from watch.bands import banded
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.groups.errors import AskedMany
from watch.groups.labels import (
    ASKED_MANY,
    GROUP_STATE_KINDS,
    GROUP_STATES,
    OFFICERS_NEVER_COORDINATE,
)
from watch.groups.queries import members, pages
from watch.interest.queries import Interested, interested_in
from watch.language import local
from watch.lifecycle import queries, service
from watch.lifecycle.errors import (
    DoneInOneDay,
    GroupExists,
    MeetingNotHeld,
    NobodyAccepted,
    NotActive,
    NotDormant,
    NotReady,
    NotStarting,
)
from watch.lifecycle.forms import BY_MAIL, LATER, StartGroupForm, TickStepForm
from watch.lifecycle.labels import STEPS, WAY
from watch.models import Building, Group, GroupState, Person, StartStep, utcnow
from watch.positions import position_of
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

bp = Blueprint("lifecycle", __name__)
PAST_ITS_START: Explanations = {
    NotStarting: _l("Gruppen är redan förbi sin uppstart. Stegen går inte att ändra.")
}
NOT_YET: Explanations = {
    NobodyAccepted: _l("Gruppen behöver först ett kontaktombud som har tackat ja."),
    DoneInOneDay: _l("Alla fem stegen har samma dag, och få hushåll är med. Kryssa i att det stämmer."),
    NotReady: _l("Alla fem stegen behöver vara klara först."),
    MeetingNotHeld: _l("Uppstartsmötet har inte varit än. Klara av steget när det har hållits."),
}
ALREADY_SO: Explanations = {
    NotActive: _l("Gruppen vilar redan, eller har inte blivit aktiv."),
    NotDormant: _l("Gruppen vilar inte."),
}


@bp.get("/groups/new")
@requires(Permission.START_GROUPS, second_factor=True)
def new() -> ViewAnswer:
    number = request.args.get("building", 0, type=int)
    building = db.session.get(Building, number) if 0 < number <= LARGEST_NUMBER else None
    if building is None or not can(Permission.START_GROUPS, building):
        abort(404)
    if building.group_id is not None:
        return _exists(building.group_id)
    g.position = position_of(building)
    interest = interested_in(building)
    form = StartGroupForm()
    form.offer(interest.named)
    return _new_page(building, interest, form)


def _new_page(building: Building, interest: Interested, form: StartGroupForm) -> str:
    flats = pages.flats_in(building)
    return render_template(
        "lifecycle/new.html",
        building=building,
        form=form,
        interested=banded(interest.count, flats),
        could_coordinate=banded(interest.could_coordinate, flats),
        named=interest.named,
    )


@bp.get("/buildings/<int:building_id>/group")
@requires(Permission.START_GROUPS, second_factor=True)
def back_to_new(building: Building) -> ViewAnswer:
    """Redirect to the form. A browser that reopens a refused form asks for the POST address with GET."""
    return redirect(url_for("lifecycle.new", building=building.id), 303)


@bp.post("/buildings/<int:building_id>/group")
@requires(Permission.START_GROUPS, second_factor=True)
def create(building: Building) -> ViewAnswer:
    interest = interested_in(building)
    form = StartGroupForm()
    form.offer(interest.named)
    if not form.validate():
        if building.group_id is not None:
            return _exists(building.group_id)
        return _new_page(building, interest, form), 422
    first = _first_coordinator(form, interest)
    try:
        group = service.start_group(building, first=first, by=current_person())
    except GroupExists as exists:
        return _exists(exists.group.id)
    except OfficerNeverCoordinates:
        return _ask_nobody(building, form, OFFICERS_NEVER_COORDINATE)
    except AskedMany:
        return _ask_nobody(building, form, ASKED_MANY)
    db.session.commit()
    told = _("Gruppen är startad. De som är intresserade får ett mejl när ett kontaktombud har tackat ja.")
    flash(told, "done")
    if first:
        flash(_("Frågan är på väg med mejl. Uppdraget gäller när personen har svarat ja."), "done")
    return redirect(url_for("lifecycle.checklist", group_id=group.id), 303)


def _ask_nobody(building: Building, form: StartGroupForm, why: LazyString) -> ViewAnswer:
    """Undo the start and show the form again with the error."""
    db.session.rollback()
    field = form.address if form.first.data == BY_MAIL else form.first
    field.errors = (why,)
    return _new_page(building, interested_in(building), form), 422


def _first_coordinator(form: StartGroupForm, interest: Interested) -> Person | str | None:
    if form.first.data == LATER:
        return None
    if form.first.data == BY_MAIL:
        return str(form.address.data)
    return next(person for person in interest.named if str(person.id) == form.first.data)


def _exists(group_id: int) -> Response:
    flash(_("Huset har redan en grupp. Den startades nyss eller tidigare."), "info")
    return redirect(url_for("groups.show", group_id=group_id), 303)


@bp.get("/groups/<int:group_id>/lifecycle")
@requires(Permission.SEE_LIFECYCLE, second_factor=True)
def checklist(group: Group) -> ViewAnswer:
    return _page(group, {step: TickStepForm(step, group, filled=False) for step in StartStep})


def _page(group: Group, forms: dict[StartStep, TickStepForm]) -> str:
    now, coordinators = utcnow(), members.coordinators_of(group)
    start = queries.start_of(group, now)
    last = start.last_meeting
    return render_template(
        "lifecycle/checklist.html",
        group=group,
        forms=forms,
        start=start,
        changes=can(Permission.CHANGE_GROUP_STATE, group),
        next_step=next((step for step in StartStep if step not in start.done), None),
        dates={transition.state: transition.at for transition in group.transitions},
        coordinators=[each for each in coordinators if each.accepted_at],
        questions=[each for each in coordinators if members.is_open(each)],
        flats=pages.facts_of(group).flats,
        last_meeting=last,
        is_ahead=start.meeting_on is not None and start.meeting_on > local(now).date(),
        asks_to_be_sure=queries.asks_to_be_sure(group, start),
        is_quiet=last is None or last < now - queries.QUIET_AFTER,
        states=GROUP_STATES,
        kinds=GROUP_STATE_KINDS,
        steps=STEPS,
        way_words=WAY,
    )


@bp.post("/groups/<int:group_id>/lifecycle/<step>")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def tick(group: Group, step: str) -> ViewAnswer:
    ticked = _step(step)
    forms = {each: TickStepForm(each, group, filled=each is ticked) for each in StartStep}
    form = forms[ticked]
    if not form.validate() and group.state is GroupState.STARTING:
        return _page(group, forms), 422
    with saving(already=PAST_ITS_START, unless=NOT_YET):
        service.tick(group, ticked, form.done_on.data, by=current_person())
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/lifecycle/<step>/undo")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def untick(group: Group, step: str) -> ViewAnswer:
    with saving(already=PAST_ITS_START):
        service.untick(group, _step(step), by=current_person())
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/activate")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def activate(group: Group) -> ViewAnswer:
    with saving(_("Gruppen är aktiv."), already=PAST_ITS_START, unless=NOT_YET):
        service.activate(group, by=current_person(), is_sure="sure" in request.form)
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/rest")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def rest(group: Group) -> ViewAnswer:
    with saving(_("Gruppen vilar. Medlemmarna är kvar, och ingen kan gå med."), already=ALREADY_SO):
        service.rest(group, by=current_person())
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/wake")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def wake(group: Group) -> ViewAnswer:
    with saving(_("Gruppen är aktiv igen."), already=ALREADY_SO, unless=NOT_YET):
        service.wake(group, by=current_person())
    return _to_checklist(group)


def _step(name: str) -> StartStep:
    try:
        return StartStep(name)
    except ValueError:
        abort(404)


def _to_checklist(group: Group) -> Response:
    return redirect(url_for("lifecycle.checklist", group_id=group.id), 303)
