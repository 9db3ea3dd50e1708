"""Pages for appointing coordinators and ending an appointment."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import can, current_person, current_relations, requires
from watch.accounts.errors import OfficerNeverCoordinates
from watch.extensions import db
from watch.groups.errors import AlreadyCoordinator, AskedMany, AskedOften, GroupClosed, LastCoordinator
from watch.groups.forms import AppointCoordinatorForm, AppointLeadForm
from watch.groups.labels import ASKED_MANY, GROUP_IS_CLOSED, OFFICERS_NEVER_COORDINATE
from watch.groups.queries import members, tasks
from watch.groups.queries.flats import stairwells_of_group
from watch.groups.queries.unreached import is_unreached
from watch.groups.service import contact_details
from watch.groups.service import coordinators as coordinators_service
from watch.interest.queries import interested_in
from watch.joining.queries.asking import has_waited_long
from watch.models import Coordinator, Group, GroupState, Person, Stairwell, Task
from watch.names import name_key
from watch.permissions import Permission
from watch.saving import Explanations, Words, saving
from watch.web import ViewAnswer, leave_trace

bp = Blueprint("coordinators", __name__)
IS_ASKED: Explanations = {
    AlreadyCoordinator: _l("Den personen är redan kontaktombud, eller har redan fått frågan.")
}
THANKS_FOR_NO = _l("Tack för ditt svar. Den som frågade ser att svaret blev nej.")
NOT_ASKED: Explanations = {
    GroupClosed: GROUP_IS_CLOSED,
    OfficerNeverCoordinates: OFFICERS_NEVER_COORDINATE,
    AskedOften: _l("Den adressen har fått frågan flera gånger i dag. Fråga igen i morgon."),
    AskedMany: ASKED_MANY,
}


@bp.get("/groups/<int:group_id>/coordinators")
@requires(Permission.SEE_COORDINATORS)
def index(group: Group) -> ViewAnswer:
    return _index(group, _coordinator_form(group), _lead_form(group))


def _index(group: Group, form: AppointCoordinatorForm, lead_form: AppointLeadForm) -> str:
    relations, coordinators = current_relations(), members.coordinators_of(group)
    appoints = can(Permission.APPOINT_LEAD, group)
    return render_template(
        "groups/coordinators/index.html",
        group=group,
        is_closed=group.state is GroupState.CLOSED,
        coordinators=coordinators,
        called=_called(coordinators, group),
        nobody_reached=not any(members.is_reached(each) for each in coordinators),
        somebody_waits=appoints and has_waited_long(group),
        form=form,
        lead_form=lead_form,
        unreached=[each.id for each in coordinators if is_unreached(each)],
        sees_names=group.id in relations.coordinates or group.area_id in relations.officer_of,
        refusals=members.refusals_to(current_person(), group),
        me=current_person(),
        lets_ports_be=group.id in relations.leads and Task.MORE_COORDINATORS in tasks.set_aside_in(group),
    )


def _called(coordinators: list[Coordinator], group: Group) -> dict[int, str]:
    """Return what the reader may call each person asked: a name they know, else the address they typed.

    An address must not reveal the name of its owner, nor a name its address. The lead knows the members, the
    officer those who gave their name.
    """
    known: set[int] = set()
    if group.id in current_relations().leads:
        known.update(db.session.scalars(members.active_member_ids(group)))
    if can(Permission.APPOINT_LEAD, group):
        known.update(person.id for building in group.buildings for person in interested_in(building).named)
    asks = can(Permission.APPOINT_COORDINATORS, group) or can(Permission.APPOINT_LEAD, group)
    addresses = members.asked_addresses(current_person(), group) if asks else {}
    names = {each.id: each.person.name for each in coordinators if each.person_id in known}
    return {**addresses, **names}


def _coordinator_form(group: Group, *, filled: bool = False) -> AppointCoordinatorForm:
    form = AppointCoordinatorForm() if filled else AppointCoordinatorForm(None)
    leads = can(Permission.APPOINT_COORDINATORS, group)
    people = members.members_to_ask(group) if leads else []
    if people:
        leave_trace("members-seen", about=group)
    form.offer(sorted(people, key=lambda each: name_key(each.person.name)), _stairwells(group))
    return form


def _lead_form(group: Group, *, filled: bool = False) -> AppointLeadForm:
    form = AppointLeadForm(prefix="lead") if filled else AppointLeadForm(None, prefix="lead")
    form.offer(_named(group) if can(Permission.APPOINT_LEAD, group) else [])
    return form


def _named(group: Group) -> list[Person]:
    """Return the interested people who gave the police contact their name and have not been asked."""
    asked = {coordinator.person_id for coordinator in members.coordinators_of(group)}
    named = [person for building in group.buildings for person in interested_in(building).named]
    return [person for person in named if person.id not in asked]


def _stairwells(group: Group) -> list[Stairwell]:
    return stairwells_of_group(group, with_flats=True)


@bp.post("/groups/<int:group_id>/coordinators")
@requires(Permission.APPOINT_COORDINATORS, second_factor=True)
def appoint(group: Group) -> ViewAnswer:
    """Show what the coordinator would see, and ask them once that is confirmed."""
    form = _coordinator_form(group, filled=True)
    if not form.validate():
        return _index(group, form, _lead_form(group)), 422
    if form.confirmed.data:
        return _appoint(group, form.whom, form.chosen, lead=False)
    form.confirmed.data = "yes"
    whom, here = form.whom, {each.id for each in form.chosen} or None
    return render_template(
        "groups/coordinators/appoint.html",
        group=group,
        form=form,
        name=whom if isinstance(whom, str) else whom.name,
        people=len(members.members_of(group, here)),
        stairwells=[each.number for each in form.chosen],
    )


@bp.post("/groups/<int:group_id>/coordinators/lead")
@requires(Permission.APPOINT_LEAD, second_factor=True)
def appoint_lead(group: Group) -> ViewAnswer:
    form = _lead_form(group, filled=True)
    if not form.validate():
        return _index(group, _coordinator_form(group), form), 422
    return _appoint(group, form.chosen, [], lead=True)


def _appoint(group: Group, whom: Person | str, stairwells: list[Stairwell], *, lead: bool) -> Response:
    asked = _("Frågan är på väg med mejl. Uppdraget gäller när personen har svarat ja.")
    with saving(asked, already=IS_ASKED, unless=NOT_ASKED):
        coordinators_service.appoint(group, whom, lead=lead, stairwells=stairwells, by=current_person())
    return _to_index(group.id)


@bp.post("/coordinators/<int:coordinator_id>/end")
@requires(Permission.END_APPOINTMENT)
def end(coordinator: Coordinator) -> ViewAnswer:
    is_last = _("Gruppen behöver minst ett kontaktombud. Utse en ersättare först.")
    with saving(_what_ends(coordinator), unless={LastCoordinator: is_last}) as saved:
        coordinators_service.end_appointment(coordinator, by=current_person())
    if saved and coordinator.accepted_at and _is_without_coordinator(coordinator.group):
        flash(_("Gruppen är nu utan kontaktombud. Kommunpolisen utser ett nytt."), "warn")
    return _to_index(coordinator.group_id)


def _is_without_coordinator(group: Group) -> bool:
    return not any(each.accepted_at for each in members.coordinators_of(group))


def _what_ends(coordinator: Coordinator) -> Words:
    if coordinator.accepted_at:
        return _("Uppdraget är avslutat. Det gäller från och med nu.")
    if coordinator.person_id == current_person().id:
        return THANKS_FOR_NO
    return _("Frågan är tillbakadragen.")


@bp.post("/coordinators/<int:coordinator_id>/details")
@requires(Permission.SEE_COORDINATOR_DETAILS)
def details(coordinator: Coordinator) -> ViewAnswer:
    """Show a coordinator's e-mail and phone. An audit entry records that they were seen."""
    contact_details.note_details_seen(coordinator, by=current_person())
    db.session.commit()
    return render_template("groups/coordinators/details.html", coordinator=coordinator)


@bp.get("/coordinators/<int:coordinator_id>/details")
@bp.get("/coordinators/<int:coordinator_id>/duty")
@bp.get("/coordinators/<int:coordinator_id>/end")
@requires(Permission.SEE_COORDINATORS)
def back_to_index(coordinator: Coordinator) -> Response:
    """Redirect a tab that was reopened at the address of a button to the page with the button."""
    return _to_index(coordinator.group_id)


@bp.post("/coordinators/<int:coordinator_id>/duty")
@requires(Permission.SEE_COORDINATORS)
def accept_new_duty(coordinator: Coordinator) -> ViewAnswer:
    """Accept that officers see one's phone and e-mail, which an older text of the duty did not say."""
    if coordinator.person_id != current_person().id:
        abort(403)
    with saving(_("Tack! Nu kan kommunpolisen se hur du nås.")):
        contact_details.accept_new_duty(coordinator)
    return _to_index(coordinator.group_id)


def _to_index(group_id: int) -> Response:
    return redirect(url_for("groups.coordinators.index", group_id=group_id), 303)
