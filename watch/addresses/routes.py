"""Pages for changing one's own address, and for what the mailed links confirm and undo."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, public, signed_in
from watch.accounts.errors import CoordinatorNeverFollows, OfficerNeverCoordinates
from watch.addresses import queries, service
from watch.addresses.errors import AskedOften, ConfirmedElsewhere, SameAddress
from watch.addresses.forms import ChangeAddressForm
from watch.errors import LinkExpired
from watch.extensions import browser_that_asks, db
from watch.limits import limit_network
from watch.models import AddressChange, utcnow
from watch.saving import saving
from watch.web import ViewAnswer, sent_to

bp = Blueprint("addresses", __name__)

NEVER_BOTH = _l(
    "Adressen kan inte användas. Den som är kommunpolis eller grannsamverkansansvarig, eller har "
    "fastighetsägarens eller kommunens sida, delar aldrig e-postadress med ett kontaktombud. Välj en annan "
    "adress."
)
REFUSALS = {
    SameAddress: _l("Det är adressen du har i dag. Skriv den nya."),
    AskedOften: _l("Du har skrivit många adresser i dag. Försök igen i morgon."),
}
ROLES_MIX = dict.fromkeys((OfficerNeverCoordinates, CoordinatorNeverFollows), NEVER_BOTH)


@bp.get("/me/email")
@signed_in
def change() -> ViewAnswer:
    return _change_page(ChangeAddressForm())


@bp.post("/me/email")
@signed_in
def send_link() -> ViewAnswer:
    form = ChangeAddressForm()
    if not form.validate():
        return _change_page(form), 422
    try:
        service.ask_for_change(current_person(), form.email.data, browser=browser_that_asks())
    except tuple(REFUSALS) as refused:
        db.session.rollback()
        form.email.errors = (str(REFUSALS[type(refused)]),)
        return _change_page(form), 422
    db.session.commit()
    flash(_("Vi har mejlat en länk till den nya adressen. Inget ändras förrän du trycker på den."), "done")
    return _to_settings()


def _change_page(form: ChangeAddressForm) -> str:
    person = current_person()
    pending = queries.pending_change(person, utcnow())
    return render_template("addresses/change.html", form=form, person=person, pending=pending)


@bp.post("/me/email/cancel")
@signed_in
def cancel() -> Response:
    service.cancel_change(current_person())
    db.session.commit()
    flash(_("Bytet är avbrutet. Du har kvar din adress."), "done")
    return _to_settings()


def _to_settings() -> Response:
    return redirect(url_for("accounts.settings"), 303)


@bp.get("/email/<token>")
@public
def confirm(token: str) -> ViewAnswer:
    """Ask whether the address is the person's. Nobody is named, because it may be mistyped."""
    asked = _read(queries.change_to_confirm(token))
    is_done = service.is_done(asked)
    if not is_done and not asked.is_pending(utcnow()):
        raise LinkExpired(asked.person.language)
    return render_template("addresses/confirm.html", token=token, is_done=is_done)


@bp.post("/email/<token>")
@public
@limit_network("120 per hour")
def confirm_change(token: str) -> ViewAnswer:
    asked = _read(queries.change_to_confirm(token))
    try:
        with saving(unless=ROLES_MIX):
            service.confirm_change(asked, browser=session.get("browser"))
    except ConfirmedElsewhere:
        db.session.rollback()
        return render_template("addresses/elsewhere.html"), 403
    return redirect(url_for(".confirm", token=token), 303)


@bp.get("/email/undo/<token>")
@public
def undo(token: str) -> ViewAnswer:
    asked = _read(queries.change_to_undo(token))
    is_undone = service.is_undone(asked)
    if not is_undone and not asked.can_be_undone(utcnow()):
        raise LinkExpired(asked.person.language)
    return render_template(
        "addresses/undo.html", token=token, person=asked.person, until=asked.undo_until, is_undone=is_undone
    )


@bp.post("/email/undo/<token>")
@public
@limit_network("120 per hour")
def undo_change(token: str) -> ViewAnswer:
    asked = _read(queries.change_to_undo(token))
    with saving(unless=ROLES_MIX):
        service.undo_change(asked)
    return redirect(url_for(".undo", token=token), 303)


def _read(change: AddressChange) -> AddressChange:
    """Let the page speak the language of its mail, and say so if somebody else is signed in."""
    language.follow_letter(change.person.language)
    sent_to(person_id=change.person_id)
    return change
