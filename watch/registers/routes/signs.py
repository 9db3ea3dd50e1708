"""Signs of buildings: ordered once the group is active, put up, checked, taken down."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.language import local
from watch.models import Building, WatchSign, utcnow
from watch.permissions import Permission
from watch.registers.errors import ChangedMeanwhile, GroupNotActive
from watch.registers.forms.places import OrderForm, SignForm
from watch.registers.routes.blueprint import bp
from watch.registers.routes.places import BOTH_CHANGED, house_page, to_house
from watch.registers.service import signs as service
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

LOCKED: Explanations = {GroupNotActive: _l("Skyltar beställs när husets grupp är aktiv. Inget är sparat.")}


@bp.post("/buildings/<int:building_id>/signs")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def order(building: Building) -> ViewAnswer:
    form = OrderForm(building)
    if not form.validate():
        return house_page(building, form), 422
    with saving(_("Beställningen är antecknad."), unless=LOCKED):
        service.order(
            building, form.spot.data, form.chosen, form.ordered_on.data,
            key=form.key_of("spot", "ordered_on") or "", by=current_person(),
        )  # fmt: skip
    return to_house(building)


@bp.get("/signs/<int:sign_id>/edit")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def edit_sign(sign: WatchSign) -> str:
    return _edit(sign, SignForm(sign))


@bp.post("/signs/<int:sign_id>/edit")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def change_sign(sign: WatchSign) -> ViewAnswer:
    """Save the days of a sign. If somebody else has saved meanwhile, show both and ask."""
    form = SignForm(sign)
    if not form.validate():
        return _edit(sign, form), 422
    try:
        with saving(_("Skylten är ändrad.")):
            service.change(sign, dict(form.values), seen=form.seen.data, by=current_person())
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(sign)
        return _edit(sign, form, is_both=True), 422
    return to_house(sign.building)


@bp.post("/signs/<int:sign_id>/edit/check")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def check_sign(sign: WatchSign) -> Response:
    with saving(_("Antecknat: skylten är hel i dag.")):
        service.check(sign, local(utcnow()).date(), by=current_person())
    return to_house(sign.building)


@bp.post("/signs/<int:sign_id>/edit/remove")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def remove_sign(sign: WatchSign) -> Response:
    with saving(_("Borttaget. Du kan ångra dig.")):
        service.remove(sign, by=current_person())
    return redirect(url_for(".edit_sign", sign_id=sign.id), 303)


@bp.post("/signs/<int:sign_id>/edit/remove/undo")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def bring_back_sign(sign: WatchSign) -> Response:
    with saving(_("Nu finns skylten i registret igen.")):
        service.bring_back(sign, by=current_person())
    return to_house(sign.building)


def _edit(sign: WatchSign, form: SignForm, *, is_both: bool = False) -> str:
    return render_template(
        "registers/edit_sign.html", sign=sign, building=sign.building, form=form, is_both=is_both
    )
