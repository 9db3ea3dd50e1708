"""The stickers of households: coordinators write down who was given one."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.language import local
from watch.models import Flat, Household, utcnow
from watch.permissions import Permission
from watch.registers.queries.stickers import household_with_sticker
from watch.registers.routes.blueprint import bp
from watch.registers.service import stickers as service
from watch.saving import saving


@bp.app_template_global("household_with_sticker")
def _household(flat: Flat) -> Household | None:
    """Return the household of a flat if it may have a sticker, for the flat's page."""
    return household_with_sticker(flat)


@bp.post("/flats/<int:flat_id>/sticker")
@requires(Permission.MANAGE_HOUSEHOLDS)
def give_sticker(flat: Flat) -> Response:
    household = household_with_sticker(flat)
    if household is None:
        flash(_("Dekaler lämnas till dem som är med, när gruppen är aktiv."), "warn")
    else:
        with saving(_("Antecknat: dekalen är lämnad.")):
            service.give(household, local(utcnow()).date(), by=current_person())
    return _to_flat(flat)


@bp.post("/flats/<int:flat_id>/sticker/undo")
@requires(Permission.MANAGE_HOUSEHOLDS)
def take_back_sticker(flat: Flat) -> Response:
    if household := household_with_sticker(flat):
        with saving(_("Struket: ingen dekal är lämnad.")):
            service.take_back(household, by=current_person())
    return _to_flat(flat)


def _to_flat(flat: Flat) -> Response:
    return redirect(url_for("groups.house.flat", flat_id=flat.id), 303)
