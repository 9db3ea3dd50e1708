"""The page after asking to join, where a wrong address can be changed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import public
from watch.extensions import db
from watch.groups.errors import NotOpen
from watch.joining.forms import BY_VISIT, ChangeAddressForm
from watch.joining.routes.blueprint import bp
from watch.joining.service import changing
from watch.joining.service.changing import PendingRequest
from watch.limits import ASKING


@bp.get("/join/sent")
@public
def sent() -> str:
    pending = PendingRequest.opened(session.get("asked"))
    form = ChangeAddressForm(data={"address": pending.address}) if pending else None
    by_visit = request.args.get("how") == BY_VISIT
    return _sent_page(pending, form, by_visit=by_visit)


def _sent_page(
    pending: PendingRequest | None, form: ChangeAddressForm | None, *, by_visit: bool = False
) -> str:
    vouched = pending is not None and pending.submission.vouch is not None
    return render_template("joining/sent.html", by_visit=by_visit, form=form, vouched=vouched)


@bp.post("/join/sent")
@ASKING
@public
def change_address() -> Response | tuple[str, int]:
    """Ask again with another address. Only the browser that asked can, and the answer is the same for all."""
    pending, form = PendingRequest.opened(session.get("asked")), ChangeAddressForm()
    if pending is None:
        flash(_("Det har gått för lång tid. Anmäl dig en gång till, med rätt adress."), "info")
        return redirect(url_for("places.front"), 303)
    if not form.validate():
        return _sent_page(pending, form), 422
    if form.address.data == pending.address:
        flash(_("Det är samma adress som förut. Har du fått ett mejl i dag gäller länken i det."), "info")
        return redirect(url_for(".sent"), 303)
    try:
        changed = changing.change_address(pending, form.address.data, language=language.current())
    except NotOpen:
        db.session.rollback()
        flash(_("Huset har ingen grupp att gå med i just nu."), "info")
        return redirect(url_for("places.front"), 303)
    db.session.commit()
    session["asked"] = changed
    flash(
        _(
            "Adressen är ändrad. Anmälde du dig bara en gång gäller inte länken till den förra adressen "
            "längre. Har du redan fått ett mejl till den nya adressen i dag gäller länken i det."
        ),
        "done",
    )
    return redirect(url_for(".sent"), 303)


@bp.post("/join/forget")
@public
def forget() -> Response:
    """Remove everything about requests and joining from this browser."""
    for each in ("asked", "joined", "interest", "opened", "opened_meeting"):
        session.pop(each, None)
    flash(_("Klart. På den här telefonen syns inget om dig."), "done")
    return redirect(url_for("places.front"), 303)
