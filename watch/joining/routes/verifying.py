"""The page where the owner of an address recorded at the door verifies it by giving their floor."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import public
from watch.extensions import db
from watch.joining.forms import FloorForm
from watch.joining.routes.accepting import light_window
from watch.joining.routes.blueprint import bp
from watch.joining.service import confirming, verifying


@bp.get("/join/confirm/<token>/floor")
@public
def ask_floor(token: str) -> Response:
    """Ask for the floor. Nothing about the neighbour is shown, because the address may be mistyped."""
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    if not link.verifications:
        return redirect(url_for(".confirm", token=token), 303)
    form = FloorForm()
    form.offer(each.membership.stairwell for each in link.verifications)
    return _floor_page(token, link, form)


def _floor_page(token: str, link: confirming.Link, form: FloorForm) -> Response:
    page = render_template("joining/ask_floor.html", token=token, link=link, form=form)
    return make_response(page, 422 if form.errors else 200)


@bp.post("/join/confirm/<token>/floor")
@public
def verify_address(token: str) -> Response:
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    if not link.verifications:
        return redirect(url_for(".confirm", token=token), 303)
    form = FloorForm()
    form.offer(each.membership.stairwell for each in link.verifications)
    if not form.validate():
        return _floor_page(token, link, form)
    verified = [each for each in link.verifications if verifying.verify(each, int(form.floor.data))]
    if not verified:
        flash(_("Det stämmer inte med vad som skrevs upp vid dörren. Du är med på papper så länge."), "warn")
        was_last = all(each.floor_tries == verifying.FLOOR_TRIES for each in link.verifications)
        db.session.commit()
        return redirect(url_for("places.front") if was_last else url_for(".ask_floor", token=token), 303)
    membership = next((each.membership for each in verified if each.membership.left_at is None), None)
    if not membership:
        flash(_("Tack! Nu är din e-postadress bekräftad."), "done")
    db.session.commit()
    session.pop("asked", None)
    return light_window(membership) if membership else redirect(url_for(".confirm", token=token), 303)
