"""The register of an area's buildings, and the forms that change a building, an address or a target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.bands import banded_part, roughly
from watch.groups.queries.pages import facts_of
from watch.language import local
from watch.models import Area, Building, Group, Property, Stairwell, utcnow
from watch.paging import page_of
from watch.permissions import Permission
from watch.registers.errors import ChangedMeanwhile, NameTaken
from watch.registers.forms.places import (
    AddressForm,
    BuildingForm,
    FilterHousesForm,
    OrderForm,
    PlaceForm,
    PropertyForm,
    TargetForm,
)
from watch.registers.queries import places as queries
from watch.registers.queries.stickers import stickers_at
from watch.registers.routes.blueprint import bp
from watch.registers.service import places as service
from watch.saving import saving
from watch.web import ViewAnswer

BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")
TAKEN = _l("Det namnet eller den adressen har redan en annan. Skriv en annan, eller ändra den först.")


@bp.get("/areas/<slug>/buildings")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def buildings(area: Area) -> str:
    """Show an area's buildings with property, landlord, flats and signs."""
    form, today = FilterHousesForm(request.args), local(utcnow()).date()
    page = page_of(
        queries.building_ids(area, form.wanted, today),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "registers/buildings.html", area=area, form=form, page=page, houses=queries.houses_by_id(page.keys)
    )


@bp.get("/buildings/<int:building_id>/register")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def show(building: Building) -> str:
    return house_page(building, OrderForm(building))


def house_page(building: Building, form: OrderForm) -> str:
    """Return a building's page of the register, with the form for ordering signs."""
    group = queries.group_of(building)
    return render_template(
        "registers/show.html",
        building=building, area=building.property.area, signs=queries.signs_at([building.id]), form=form,
        can_order=queries.can_order(group), stickers=_stickers(building, group),
        is_one_of_several=group is not None and len(group.buildings) > 1,
    )  # fmt: skip


def _stickers(building: Building, group: Group | None) -> str:
    """Return how many households had a sticker last night, as a part of those that take part."""
    number = stickers_at(building, utcnow())
    if group is None:
        return roughly(number)
    flats = group.flats_told(facts_of(group).flats)
    return banded_part(number, group.counted_taking_part, flats)


@bp.get("/buildings/<int:building_id>/edit")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def edit(building: Building) -> str:
    return _edit(building, building, _building_form(building))


@bp.post("/buildings/<int:building_id>/edit")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def change(building: Building) -> ViewAnswer:
    form = _building_form(building)

    def save() -> None:
        land = form.properties[form.land.data]
        seen = form.seen.data
        service.change_building(building, form.house_name.data or "", land, seen=seen, by=current_person())

    return _save(building, building, form, form.house_name, save)


@bp.get("/stairwells/<int:stairwell_id>/edit")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def edit_address(stairwell: Stairwell) -> str:
    return _edit(stairwell.building, stairwell, AddressForm(stairwell))


@bp.post("/stairwells/<int:stairwell_id>/edit")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def change_address(stairwell: Stairwell) -> ViewAnswer:
    form = AddressForm(stairwell)

    def save() -> None:
        seen = form.seen.data
        service.change_address(stairwell, *form.values, seen=seen, by=current_person())

    return _save(stairwell.building, stairwell, form, form.street_address, save)


@bp.get("/buildings/<int:building_id>/property")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def edit_property(building: Building) -> str:
    return _edit(building, building.property, _property_form(building.property))


@bp.post("/buildings/<int:building_id>/property")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def change_property(building: Building) -> ViewAnswer:
    land = building.property
    form = _property_form(land)

    def save() -> None:
        said = form.designation.data or "", form.landlord.data or ""
        service.change_property(land, *said, seen=form.seen.data, by=current_person())

    return _save(building, land, form, form.designation, save)


@bp.get("/areas/<slug>/target")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def edit_target(area: Area) -> str:
    return _target(area, TargetForm(area))


@bp.post("/areas/<slug>/target")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def change_target(area: Area) -> ViewAnswer:
    form = TargetForm(area)
    if not form.validate():
        return _target(area, form), 422
    try:
        with saving(_("Målet är sparat.")):
            said = form.groups.data, form.by.data, form.share.data
            service.change_target(area, *said, seen=form.seen.data, by=current_person())
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(area)
        return _target(area, form, is_both=True), 422
    return redirect(url_for(".buildings", slug=area.slug), 303)


def _save(
    building: Building, thing: Any, form: PlaceForm, named: Any, save: Callable[[], None]
) -> ViewAnswer:
    """Save what was typed. If somebody else has saved meanwhile, show both and ask."""
    if not form.validate():
        return _edit(building, thing, form), 422
    try:
        with saving(_("Registret är ändrat.")):
            save()
    except NameTaken:
        named.errors = (TAKEN,)
        return _edit(building, thing, form), 422
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(thing)
        return _edit(building, thing, form, is_both=True), 422
    return to_house(building)


def to_house(building: Building) -> Response:
    """Redirect to a building's page of the register."""
    return redirect(url_for("registers.show", building_id=building.id), 303)


def _building_form(building: Building) -> BuildingForm:
    return BuildingForm(building, queries.properties_of(building.property.area))


def _property_form(land: Property) -> PropertyForm:
    return PropertyForm(land, queries.landlords())


def _edit(building: Building, thing: Any, form: PlaceForm, *, is_both: bool = False) -> str:
    kind = type(thing).__tablename__
    return render_template(
        "registers/edit.html", building=building, thing=thing, kind=kind, form=form, is_both=is_both
    )


def _target(area: Area, form: TargetForm, *, is_both: bool = False) -> str:
    return render_template("registers/edit_target.html", area=area, form=form, is_both=is_both)
