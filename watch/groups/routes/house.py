"""A coordinator's pages: the building, its stairwells, flats and households."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.canvassing.labels import OUTCOMES
from watch.canvassing.queries import INVITED_DAYS, can_take_back, is_settled, newest_visit
from watch.extensions import db
from watch.groups.errors import (
    AlreadyMember,
    CoordinatorLivesThere,
    FlatTaken,
    LastCoordinator,
    TooLateToUndo,
)
from watch.groups.forms import AddOnPaperForm, NoteAnswerForm
from watch.groups.labels import (
    CONSENT_CHANNELS,
    COORDINATOR_LIVES_THERE,
    EVENTS,
    FLAT_STATES,
)
from watch.groups.queries import households, pages, stairwells
from watch.groups.queries.choices import SECOND_THOUGHTS, with_lost_appointment
from watch.groups.queries.flats import gone_flats
from watch.groups.queries.households import FlatState
from watch.groups.queries.leaving import undoable_move
from watch.groups.queries.members import somebody_coordinates
from watch.groups.routes.picture import counts_by_state, picture_of, pictures_of, rows_of
from watch.groups.routes.todo import todo_in
from watch.groups.service import households as households_service
from watch.groups.service import members as members_service
from watch.groups.service import moves as moves_service
from watch.joining.queries.asking import waiting_requests
from watch.models import Flat, Group, JoinRequest, Stairwell, Visit, utcnow
from watch.permissions import Permission
from watch.records.queries import ended_lately
from watch.saving import saving
from watch.web import ViewAnswer, leave_trace

bp = Blueprint("house", __name__)

CHOSEN_FOR = {"letters": "printing.letters", "knock": "canvassing.visits"}


@bp.get("/groups/<int:group_id>/house")
@requires(Permission.SEE_HOUSE)
def show(group: Group) -> ViewAnswer:
    """Show the building, a row per stairwell. `state` in the URL leaves only flats of that state."""
    mine, state = current_relations().stairwells_in(group), _state_asked_for()
    if state is FlatState.WANTS_TO_JOIN:
        return redirect(url_for(".members", group_id=group.id, _anchor="waiting"), 303)
    now = utcnow()
    flats, todo = households.households_of(group, mine), todo_in(group, now)
    seen, work = households.last_look(current_person(), group), todo.work
    leave_trace("house-seen", about=group)
    return render_template(
        "groups/house/show.html",
        group=group, facts=pages.facts_of(group), state=state,
        sums=households.sums(flats, work.without_flat),
        rows=rows_of(work, flats, state),
        pictures=pictures_of(work, flats, state, lit_since=seen),
        todo=todo,
        first_steps=todo.first_steps,
        due_at=_first_visit(flats),
        only_some=mine is not None,
        by_state=counts_by_state(flats),
        legend=_legend(flats),
        gone=gone_flats([each.id for each in work.stairwells]),
    )  # fmt: skip


def _first_visit(flats: list[households.FlatInHouse]) -> datetime | None:
    """Return when the first invited household comes onto the list of visits; None if it is there already."""
    since = [flat.since for flat in flats if flat.state is FlatState.INVITED and flat.since]
    due_at = min(since) + timedelta(days=INVITED_DAYS) if since else None
    return due_at if due_at and due_at > utcnow() else None


def _state_asked_for() -> FlatState | None:
    wanted = request.args.get("state")
    return FlatState(wanted) if wanted in set(FlatState) else None


def _legend(flats: list[households.FlatInHouse]) -> list[tuple[str, object]]:
    """Return the four usual states, and others that occur."""
    usual = {FlatState.TAKES_PART, FlatState.INVITED, FlatState.NOT_CONTACTED, FlatState.DECLINED}
    shown = usual | {flat.state for flat in flats}
    return [(state.value, word) for state, word in FLAT_STATES.items() if state in shown]


@bp.get("/stairwells/<int:stairwell_id>/house")
@requires(Permission.SEE_HOUSE)
def stairwell(stairwell: Stairwell) -> ViewAnswer:
    """Show a stairwell as a table of flats.

    In the URL, `state` leaves only flats of that state, `choose` ticks them, and `to` is where the ticked
    flats go.
    """
    group, state, to = _group(stairwell), _state_asked_for(), request.args.get("to")
    if to in CHOSEN_FOR and (chosen := request.args.getlist("flats", type=int)):
        return redirect(url_for(CHOSEN_FOR[to], group_id=group.id, flats=chosen))
    mine = current_relations().stairwells_in(group)
    neighbours = stairwells.work_in(group, current_person(), utcnow(), mine).stairwells
    place = next(number for number, each in enumerate(neighbours) if each.id == stairwell.id)
    flats = households.households_of(stairwell)
    seen = households.last_look(current_person(), stairwell)
    leave_trace("house-seen", about=stairwell, group=group)
    return render_template(
        "groups/house/stairwell.html",
        group=group,
        stairwell=stairwell,
        facts=pages.facts_of(group),
        picture=picture_of(
            neighbours[place], flats, state, lit_since=seen, ticked=request.args.get("choose", "")
        ),
        sums=households.sums(flats, neighbours[place].without_flat),
        by_state=counts_by_state(flats),
        flats=len(flats),
        requests=[each for each in _waiting_in(stairwell, group) if not each.is_of_member],
        state=state,
        none_chosen=to in CHOSEN_FOR,
        here=neighbours[place],
        previous=neighbours[place - 1] if place else None,
        next=neighbours[place + 1] if place + 1 < len(neighbours) else None,
        legend=_legend(flats),
        gone=gone_flats([stairwell.id]),
    )


def _waiting_in(stairwell: Stairwell, group: Group) -> list[JoinRequest]:
    asking = waiting_requests(group, current_relations().stairwells_in(group))
    return [each for each in asking if each.stairwell_id == stairwell.id]


def _group(stairwell: Stairwell) -> Group:
    group_id = stairwell.building.group_id
    return db.session.get(Group, group_id, options=[joinedload(Group.area)]) or abort(404)


@bp.get("/flats/<int:flat_id>")
@requires(Permission.SEE_HOUSE)
def flat(flat: Flat) -> ViewAnswer:
    group, last, now = _group(flat.stairwell), newest_visit(flat), utcnow()
    here = next(each for each in households.households_of(flat.stairwell) if each.flat_id == flat.id)
    move = undoable_move(flat, now) if here.household_id is None else None
    leave_trace("flat-seen", about=flat, group=group)
    return render_template(
        "groups/house/flat.html",
        group=group,
        flat=flat,
        state=here.state,
        word=FLAT_STATES[here.state],
        members=households.members_at(here),
        move=move,
        lost_appointment=with_lost_appointment(move.people if move else ()),
        second_thoughts=SECOND_THOUGHTS,
        ended=[each for each in ended_lately(group, now, flat=flat) if not each.left_with_household],
        consents=CONSENT_CHANNELS,
        last_visit=last.id if last else 0,
        just_pressed=_undoable(last, here.household_id),
        outcomes=OUTCOMES,
        requests=[each for each in _waiting_in(flat.stairwell, group) if each.flat_id == flat.id],
        history=[(at, EVENTS[what]) for at, what in households.history_of(flat) if what in EVENTS],
    )


def _undoable(visit: Visit | None, household_id: int | None) -> Visit | None:
    """Return the visit if the reader can still take it back."""
    if visit is None or is_settled(visit, household_id):
        return None
    return visit if can_take_back(visit, current_person(), utcnow()) else None


@bp.get("/flats/<int:flat_id>/paper")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_add_on_paper(flat: Flat) -> ViewAnswer:
    return render_template("groups/house/add_on_paper.html", flat=flat, form=AddOnPaperForm())


@bp.post("/flats/<int:flat_id>/paper")
@requires(Permission.MANAGE_HOUSEHOLDS)
def add_on_paper(flat: Flat) -> ViewAnswer:
    form = AddOnPaperForm()
    if not form.validate():
        return render_template("groups/house/add_on_paper.html", flat=flat, form=form), 422
    with saving(_("%(name)s är med. Meddelanden kommer på papper.", name=form.name.data)):
        members_service.add_on_paper(
            flat, _group(flat.stairwell), name=form.name.data, language=form.language.data,
            by=current_person(), said_yes=form.said_yes.data,
        )  # fmt: skip
    return _to_flat(flat)


@bp.post("/flats/<int:flat_id>/answer")
@requires(Permission.MANAGE_HOUSEHOLDS)
def note_answer(flat: Flat) -> ViewAnswer:
    form = NoteAnswerForm()
    if not form.validate():
        flash(_("Välj ett av svaren."), "warn")
        return _to_flat(flat)
    household = households_service.note_household(flat, form.answer.data, by=current_person())
    db.session.commit()
    if household.status is not form.answer.data:
        flash(_("Hushållet deltar. Den som vill sluta lämnar gruppen eller flyttar ut."), "warn")
    else:
        flash(_("Svaret är sparat."), "done")
    return _to_flat(flat)


@bp.get("/flats/<int:flat_id>/moved-out")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_move_out(flat: Flat) -> ViewAnswer:
    here = next(each for each in households.households_of(flat.stairwell) if each.flat_id == flat.id)
    group, living = _group(flat.stairwell), households.members_at(here)
    leave_trace("flat-seen", about=flat, group=group)
    ends_role = somebody_coordinates(group, [each.person for each in living])
    return render_template("groups/house/ask_move_out.html", flat=flat, members=living, ends_role=ends_role)


@bp.post("/flats/<int:flat_id>/moved-out")
@requires(Permission.MANAGE_HOUSEHOLDS)
def move_out(flat: Flat) -> ViewAnswer:
    is_last = _("Gruppens enda kontaktombud bor här. Utse en ersättare först.")
    moved = _("Lägenheten är ej kontaktad. De som flyttade är inte med längre. Du kan ångra det i 7 dagar.")
    with saving(moved, unless={CoordinatorLivesThere: COORDINATOR_LIVES_THERE, LastCoordinator: is_last}):
        households_service.move_out(flat, by=current_person())
    return _to_flat(flat)


@bp.post("/flats/<int:flat_id>/moved-out/back")
@requires(Permission.MANAGE_HOUSEHOLDS)
def undo_move_out(flat: Flat) -> ViewAnswer:
    too_late = _("Det går inte att ångra längre. Se vem som står på lägenheten nu.")
    unless = dict.fromkeys((FlatTaken, AlreadyMember, TooLateToUndo), too_late)
    with saving(_("Hushållet är tillbaka som det var."), unless=unless):
        moves_service.undo_move_out(flat, by=current_person())
    return _to_flat(flat)


def _to_flat(flat: Flat) -> Response:
    return redirect(url_for("groups.house.flat", flat_id=flat.id), 303)
