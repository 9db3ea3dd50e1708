"""Pages where an officer starts the group of a building."""

from __future__ import annotations

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch.access import can, current_person, requires
from watch.accounts.errors import OfficerNeverCoordinates
from watch.bands import banded, banded_part
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.groups.errors import AskedMany
from watch.groups.labels import ASKED_MANY, OFFICERS_NEVER_COORDINATE
from watch.groups.queries import pages
from watch.interest.queries import Interested, interested_in
from watch.lifecycle import service
from watch.lifecycle.errors import GroupExists
from watch.lifecycle.forms import BY_MAIL, LATER, StartGroupForm
from watch.lifecycle.routes.blueprint import bp
from watch.models import Building, Group, GroupState, Person
from watch.permissions import Permission
from watch.positions import position_of
from watch.web import ViewAnswer


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
        could_coordinate=banded_part(interest.could_coordinate, interest.count, flats),
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
    if db.session.get_one(Group, group_id).state is GroupState.CLOSED:  # there it is opened or starts anew
        return redirect(url_for("closing.show", group_id=group_id), 303)
    flash(_("Huset har redan en grupp. Den startades nyss eller tidigare."), "info")
    return redirect(url_for("groups.show", group_id=group_id), 303)
