"""The page where the owner of an address recorded at the door verifies it by giving their floor."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _

from watch import language
from watch.access import public
from watch.extensions import db
from watch.joining.forms import FloorForm
from watch.joining.queries.confirming import has_failed, joins_records
from watch.joining.routes.accepting import light_window
from watch.joining.routes.blueprint import bp
from watch.joining.service import confirming, verifying
from watch.models import Channel
from watch.web import ViewAnswer, sent_to

bp.add_app_template_global(joins_records)


@bp.get("/join/confirm/<token>/floor")
@public
def ask_floor(token: str) -> ViewAnswer:
    """Ask for the floor. Nothing about the neighbour is shown, because the address may be mistyped."""
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    sent_to(mailbox_id=link.asked.person.mailbox_id)
    if not link.verifications:
        return redirect(url_for(".confirm", token=token), 303)
    return render_template("joining/ask_floor.html", token=token, link=link, form=_floor_form(link))


def _floor_form(link: confirming.Link) -> FloorForm:
    form = FloorForm()
    form.offer(each.membership.stairwell for each in link.verifications)
    return form


@bp.post("/join/confirm/<token>/floor")
@public
def verify_address(token: str) -> ViewAnswer:
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    sent_to(mailbox_id=link.asked.person.mailbox_id)
    if not link.verifications:
        return redirect(url_for(".confirm", token=token), 303)
    form = _floor_form(link)
    if not form.validate():
        return render_template("joining/ask_floor.html", token=token, link=link, form=form), 422
    verified = [each for each in link.verifications if verifying.verify(each, int(form.floor.data))]
    if not verified:
        was_last = all(has_failed(each) for each in link.verifications)
        flash(_wrong_floor(link, was_last=was_last), "warn")
        db.session.commit()
        return redirect(url_for("places.front") if was_last else url_for(".ask_floor", token=token), 303)
    membership = next((each.membership for each in verified if each.membership.left_at is None), None)
    if not membership:
        flash(_("Tack! Nu är din e-postadress bekräftad."), "done")
    db.session.commit()
    session.pop("asked", None)
    return light_window(membership) if membership else redirect(url_for(".confirm", token=token), 303)


def _wrong_floor(link: confirming.Link, *, was_last: bool) -> str:
    """Return what to say of a wrong floor, and how the neighbour is reached until it is right."""
    if all(each.membership.channel is Channel.PAPER for each in link.verifications):
        told = _("Det stämmer inte med vad som skrevs upp vid dörren. Du är med på papper så länge.")
    else:
        told = _("Våningen stämmer inte. Dina mejl går till samma adress som förut.")
    cure = _("Säg till ditt kontaktombud, så får du en ny länk.")
    return f"{told} {cure}" if was_last else told
