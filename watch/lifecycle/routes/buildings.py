"""The page where an officer gives a group another building, or a building a group of its own."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.groups.queries import pages
from watch.lifecycle import service
from watch.lifecycle.errors import (
    GroupExists,
    InGroup,
    Merged,
    NotAlike,
    NotOpen,
    OnlyBuilding,
    SeveralBuildings,
    TellsTooMuch,
    TooLateToTakeOut,
)
from watch.lifecycle.forms import AddBuildingForm, MergeForm, SplitForm
from watch.lifecycle.queries.buildings import addable_buildings, came_today, mergeable_groups
from watch.lifecycle.routes.blueprint import bp, note_assurance
from watch.models import Building, Group, GroupState, utcnow
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

IS_IN_IT: Explanations = {InGroup: _l("Huset hör redan till gruppen.")}
IS_ONE: Explanations = {Merged: _l("Grupperna är redan en och samma.")}
NOT_SO: Explanations = {
    GroupExists: _l("Huset har redan en grupp. Ingenting är ändrat."),
    NotOpen: _l("Gruppen är avslutad. Öppna den igen, eller starta den på nytt."),
    NotAlike: _l("Den andra gruppen har kommit längre. Slå ihop dem från den gruppens sida i stället."),
    SeveralBuildings: _l("Den andra gruppen har flera hus. Ge huset en egen grupp först."),
    OnlyBuilding: _l("Gruppen har inte huset, eller bara det. Ingenting är delat."),
    TooLateToTakeOut: _l("Huset har hört till gruppen över natten. Ge det en egen grupp i stället."),
    TellsTooMuch: _l(
        "Så få hushåll, eller nästan alla, är med att de nya siffrorna skulle visa vilka. "
        "Ingenting är ändrat."
    ),
}


@bp.get("/groups/<int:group_id>/buildings")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def buildings(group: Group) -> ViewAnswer:
    """Show the group's buildings, and which others it may get."""
    if group.state is GroupState.CLOSED:
        return redirect(url_for("closing.show", group_id=group.id), 303)
    return _buildings_page(group, adding=AddBuildingForm(request.args))


def _buildings_page(
    group: Group,
    *,
    adding: AddBuildingForm | None = None,
    split: SplitForm | None = None,
    merging: MergeForm | None = None,
) -> str:
    free, others = addable_buildings(group), mergeable_groups(group)
    adding = adding or AddBuildingForm()
    adding.offer(free)
    return render_template(
        "lifecycle/buildings.html", group=group, adding=adding, split=split or SplitForm(group), free=free,
        merging=merging or MergeForm(others), others=others,
        flats={each.id: pages.flats_in(each) for each in group.buildings},
        added_today=[each for each in group.buildings if came_today(each, utcnow())],
    )  # fmt: skip


@bp.post("/groups/<int:group_id>/buildings")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def add_building(group: Group) -> ViewAnswer:
    form = AddBuildingForm()
    form.offer(addable_buildings(group))
    if not form.validate():
        if not addable_buildings(group):
            return _to_buildings(group, NOT_SO[GroupExists])
        return _buildings_page(group, adding=form), 422
    building = _in_area(form.building.data, group)
    with saving(_("Huset hör till gruppen nu."), already=IS_IN_IT, unless=NOT_SO):
        service.add_building(group, building, by=current_person())
    return redirect(url_for("lifecycle.buildings", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/buildings/<int:building_id>/remove")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def take_out(group: Group, building_id: int) -> ViewAnswer:
    """Give a building that was added today by mistake a group of its own that is starting."""
    building, own = _in_area(building_id, group), None
    with saving(_("Huset har en egen grupp under uppstart nu."), unless=NOT_SO):
        own = service.take_out(group, building, by=current_person())
    if own is None:
        return redirect(url_for("lifecycle.buildings", group_id=group.id), 303)
    return redirect(url_for("lifecycle.checklist", group_id=own.id), 303)


@bp.post("/groups/<int:group_id>/buildings/split")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def split_off(group: Group) -> ViewAnswer:
    form = SplitForm(group)
    if not form.validate():
        if len(group.buildings) == 1:
            return _to_buildings(group, NOT_SO[OnlyBuilding])
        return _buildings_page(group, split=form), 422
    building = _in_area(form.building.data, group)
    own = group
    with saving(_("Huset har en egen grupp nu. De som är med där får ett mejl."), unless=NOT_SO):
        own = service.split_off(group, building, reason=form.reason.data or "", by=current_person())
        note_assurance(form, group)
    return redirect(url_for("lifecycle.buildings", group_id=own.id), 303)


@bp.post("/groups/<int:group_id>/buildings/merge")
@requires(Permission.CHANGE_GROUP_STATE, second_factor=True)
def merge(group: Group) -> ViewAnswer:
    """Merge another group of one building, with everybody in it, into this one."""
    form = MergeForm(mergeable_groups(group))
    if not form.validate():
        return _buildings_page(group, merging=form), 422
    other = _group_in_area(form.other.data, group)
    try:
        with saving(_("Grupperna är en nu. De som är med får ett mejl."), already=IS_ONE):
            service.merge(group, other, reason=form.reason.data or "", by=current_person())
            note_assurance(form, group)
    except tuple(NOT_SO) as refused:
        db.session.rollback()
        form.form_errors = [NOT_SO[type(refused)]]
        return _buildings_page(group, merging=form), 422
    return redirect(url_for("lifecycle.buildings", group_id=group.id), 303)


def _group_in_area(number: int, group: Group) -> Group:
    other = db.session.get(Group, number) if 0 < number <= LARGEST_NUMBER else None
    if other is None or other.area_id != group.area_id:
        abort(404)
    return other


def _in_area(number: int, group: Group) -> Building:
    building = db.session.get(Building, number) if 0 < number <= LARGEST_NUMBER else None
    if building is None or building.property.area_id != group.area_id:
        abort(404)
    return building


def _to_buildings(group: Group, why: str | LazyString) -> Response:
    """Say why a form that the page does not have any more was refused."""
    flash(str(why), "warn")
    return redirect(url_for("lifecycle.buildings", group_id=group.id), 303)
