"""Pages with the steps of a group's life: the checklist of its start, its history, and its state."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import can, current_person, requires
from watch.extensions import db
from watch.groups.labels import GROUP_STATE_KINDS, GROUP_STATES
from watch.groups.queries import members, pages
from watch.language import day, local
from watch.lifecycle import queries, service
from watch.lifecycle.errors import (
    DoneInOneDay,
    HeldBeforeItsDay,
    IsActive,
    MeetingNotHeld,
    NobodyAccepted,
    NotActive,
    NotDormant,
    NotErased,
    NotReady,
    NotStarting,
    StepChanged,
)
from watch.lifecycle.forms import ReasonForm, RestForm, TickStepForm
from watch.lifecycle.labels import CAUSES, STEPS, WAY
from watch.lifecycle.routes.blueprint import bp, note_assurance
from watch.lifecycle.routes.waking import wake_page
from watch.lifecycle.seen import step_mark_of
from watch.models import Group, GroupState, StartStep, utcnow
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

PAST_ITS_START: Explanations = {
    NotStarting: _l("Gruppen är redan förbi sin uppstart. Stegen går inte att ändra.")
}
IS_ACTIVE: Explanations = {IsActive: _l("Gruppen är redan aktiv."), **PAST_ITS_START}
NOT_YET: Explanations = {
    NobodyAccepted: _l("Gruppen behöver först ett kontaktombud som har tackat ja."),
    DoneInOneDay: _l("Alla fem stegen har samma dag, och få hushåll är med. Kryssa i att det stämmer."),
    NotReady: _l("Alla fem stegen behöver vara klara först."),
    MeetingNotHeld: _l("Uppstartsmötet har inte varit än. Klara av steget när det har hållits."),
}
ALREADY_SO: Explanations = {
    NotActive: _l("Gruppen vilar redan, eller har inte blivit aktiv."),
    NotDormant: _l("Gruppen vilar inte."),
    NotErased: _l("Gruppen är inte avslutad, eller så är den redan startad på nytt."),
}


@bp.get("/groups/<int:group_id>/lifecycle")
@requires(Permission.SEE_LIFECYCLE, second_factor=True)
def checklist(group: Group) -> ViewAnswer:
    return _page(group, {step: TickStepForm(step, group, filled=False) for step in StartStep})


def _page(group: Group, forms: dict[StartStep, TickStepForm], resting: RestForm | None = None) -> str:
    now, coordinators = utcnow(), members.coordinators_of(group)
    start, flats = queries.start_of(group, coordinators, now), pages.facts_of(group).flats
    turns = queries.turns_of(group)
    last, causes = start.last_meeting, queries.causes_to_rest(group, now)
    return render_template(
        "lifecycle/checklist.html",
        group=group,
        forms=forms,
        start=start,
        seen=_seen(start, forms),
        changes=can(Permission.CHANGE_GROUP_STATE, group),
        next_step=next((step for step in StartStep if step not in start.done), None),
        turns=turns,
        since=queries.since(turns),
        history=queries.history_of(group),
        causes=causes,
        resting=resting or RestForm(causes),
        cause_words=CAUSES,
        coordinators=[each for each in coordinators if each.accepted_at],
        questions=[each for each in coordinators if members.is_open(each)],
        flats=flats,
        is_below_advice=queries.is_below_advice(group, flats),
        last_meeting=last,
        is_ahead=start.meeting_on is not None and start.meeting_on > local(now).date(),
        asks_to_be_sure=queries.asks_to_be_sure(group, start),
        asked_again=queries.asked_again_at(group, now) if causes else None,
        is_quiet=last is None or last < now - queries.QUIET_AFTER,
        states=GROUP_STATES, kinds=GROUP_STATE_KINDS, steps=STEPS, way_words=WAY,
    )  # fmt: skip


def _seen(start: queries.Start, forms: dict[StartStep, TickStepForm]) -> dict[StartStep, str]:
    """Return the mark of what the page shows of each step, and note it in the forms that are new."""
    seen = {step: step_mark_of(start, step) for step in StartStep}
    for step, form in forms.items():
        form.seen.show(form.seen.data or seen[step])
    return seen


@bp.post("/groups/<int:group_id>/lifecycle/<step>")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def tick(group: Group, step: str) -> ViewAnswer:
    ticked = _step(step)
    forms = {each: TickStepForm(each, group, filled=each is ticked) for each in StartStep}
    form = forms[ticked]
    if not form.validate() and group.state is GroupState.STARTING:
        return _page(group, forms), 422
    try:
        with saving(already=PAST_ITS_START, unless=NOT_YET):
            service.tick(group, ticked, form.done_on.data, by=current_person(), seen=form.seen.data)
    except StepChanged as refused:
        return _as_it_stands(group, refused)
    except HeldBeforeItsDay as refused:
        form.done_on.errors = (_held_before(refused),)
        return _page(group, forms), 422
    return _to_checklist(group)


def _held_before(refused: HeldBeforeItsDay) -> str:
    return _(
        "Uppstartsmötet är bokat till %(booked)s, och kan inte ha hållits %(held)s. Rätta en av dagarna.",
        booked=day(refused.booked_for),
        held=day(refused.held_on),
    )


@bp.post("/groups/<int:group_id>/lifecycle/<step>/undo")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def untick(group: Group, step: str) -> ViewAnswer:
    which, seen = _step(step), request.form.get("seen", "")
    try:
        with saving(already=PAST_ITS_START):
            service.untick(group, which, by=current_person(), seen=seen)
    except StepChanged as refused:
        return _as_it_stands(group, refused)
    return _to_checklist(group)


def _as_it_stands(group: Group, refused: StepChanged) -> Response:
    """Say which day somebody else has given a step meanwhile, and show it."""
    db.session.rollback()
    told = _(
        "Någon annan ändrade steget under tiden: nu står det %(day)s, och så är det kvar. "
        "Är det fel, ångra steget och skriv rätt dag.",
        day=day(refused.day),
    )
    flash(told, "warn")
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/lifecycle/stay")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def keep_active(group: Group) -> ViewAnswer:
    """Let an active group go on, though the system proposes that it rests."""
    with saving(_("Gruppen är aktiv som förut."), already=ALREADY_SO):
        service.keep_active(group, by=current_person())
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/lifecycle/stay/undo")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def ask_again(group: Group) -> ViewAnswer:
    """Let the system propose again that a group rests."""
    with saving(_("Förslaget att gruppen vilar är tillbaka.")):
        service.ask_again(group, by=current_person())
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/activate")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def activate(group: Group) -> ViewAnswer:
    with saving(_("Gruppen är aktiv."), already=IS_ACTIVE, unless=NOT_YET):
        service.activate(group, by=current_person(), is_sure="sure" in request.form)
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/rest")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def rest(group: Group) -> ViewAnswer:
    form = RestForm(queries.causes_to_rest(group, utcnow()))
    if group.state is GroupState.ACTIVE and not form.validate():
        forms = {step: TickStepForm(step, group, filled=False) for step in StartStep}
        return _page(group, forms, form), 422
    with saving(_("Gruppen vilar. Medlemmarna är kvar, och ingen kan gå med."), already=ALREADY_SO):
        service.rest(group, by=current_person(), reason=form.reason.data or None)
        note_assurance(form, group)
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/wake")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def wake(group: Group) -> ViewAnswer:
    form = ReasonForm()
    if group.state is GroupState.DORMANT and not form.validate():
        return wake_page(group, form), 422
    with saving(_("Gruppen är aktiv igen."), already=ALREADY_SO, unless=NOT_YET):
        service.wake(group, by=current_person(), reason=form.reason.data or None)
        note_assurance(form, group)
    return _to_checklist(group)


@bp.post("/groups/<int:group_id>/start")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def start_again(group: Group) -> ViewAnswer:
    told = _("Gruppen börjar om, från första steget.")
    with saving(told, already=ALREADY_SO):
        service.start_again(group, by=current_person())
    return _to_checklist(group)


def _step(name: str) -> StartStep:
    try:
        return StartStep(name)
    except ValueError:
        abort(404)


def _to_checklist(group: Group) -> Response:
    return redirect(url_for("lifecycle.checklist", group_id=group.id), 303)
