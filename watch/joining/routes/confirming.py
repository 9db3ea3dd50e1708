"""The mailed link that asks whether it was you, and what its one button does."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import public
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.joining.forms import FloorForm
from watch.joining.routes.accepting import light_window
from watch.joining.routes.blueprint import bp
from watch.joining.service import confirming
from watch.models import JoinRequest, RequestState


@bp.get("/join/confirm/<token>")
@public
def confirm(token: str) -> Response:
    """Who asks from this mailbox, and in which street; one button says that it was they."""
    return _confirm_page(token)


def _confirm_page(token: str, form: FloorForm | None = None) -> Response:
    mine, everybody = _behind(token)
    at_door, asked = _to_confirm(everybody)
    page = render_template(
        "joining/confirm.html", token=token, mine=mine, asked=asked,
        form=form or (_floor_form(at_door) if at_door else None),
        waiting=[each for each in everybody if not each.asks_owner], is_in=confirming.takes_part(mine),
    )  # fmt: skip
    return make_response(page, 422 if form else 200)


def _behind(token: str) -> tuple[JoinRequest, list[JoinRequest]]:
    """What the link is about; its page speaks the mail's language.

    Raises LinkExpired, GroupEnded, BadToken.
    """
    mine, everybody = confirming.requests_to_confirm(token)
    language.follow_letter(mine.person.language)
    return mine, everybody


def _to_confirm(requests: list[JoinRequest]) -> tuple[list[JoinRequest], list[JoinRequest]]:
    """Those who were written up at the door, of whom nothing is shown, and those who asked."""
    owners = [each for each in requests if each.asks_owner]
    return [each for each in owners if each.membership_id], [
        each for each in owners if not each.membership_id
    ]


def _floor_form(at_door: list[JoinRequest]) -> FloorForm:
    form = FloorForm()
    homes = [each.membership.stairwell for each in at_door if each.membership]
    form.offer(flat for stairwell in homes if stairwell for flat in stairwell.flats)
    return form


@bp.post("/join/confirm/<token>")
@public
def confirm_address(token: str) -> Response:
    """The owner of the mailbox confirms those who were ticked; a lone request needs no tick."""
    _mine, everybody = _behind(token)
    _at_door, asked = _to_confirm(everybody)
    ticked = request.form.getlist("who")
    chosen = asked if len(asked) == 1 else [each for each in asked if str(each.id) in ticked]
    if asked and not chosen:
        flash(_("Kryssa för minst en person."), "warn")
        return redirect(url_for(".confirm", token=token), 303)
    return _confirmed(token, confirming.confirm_address(chosen))


@bp.post("/join/confirm/<token>/floor")
@public
def confirm_by_floor(token: str) -> Response:
    """Whoever was written up at the door confirms the address by what only they know."""
    _mine, everybody = _behind(token)
    at_door, _asked = _to_confirm(everybody)
    if not at_door:
        return redirect(url_for(".confirm", token=token), 303)
    form = _floor_form(at_door)
    if not form.validate():
        return _confirm_page(token, form)
    confirmed = confirming.confirm_by_floor(at_door, int(form.floor.data))
    if not confirmed:
        flash(_("Det stämmer inte med vad som skrevs upp vid dörren. Du är med på papper så länge."), "warn")
    if not confirmed and not any(each.membership_id for each in at_door):  # that was the last try
        db.session.commit()
        return redirect(url_for("places.front"), 303)
    return _confirmed(token, confirmed)


def _confirmed(token: str, confirmed: list[JoinRequest]) -> Response:
    """Whoever is in sees the window that is lit; the others, what waits."""
    joined = [each for each in confirmed if each.state is RequestState.APPROVED]
    membership = active_membership(joined[0].person, joined[0].group) if joined else None
    if confirmed and not membership:
        flash(_("Tack! Nu är din e-postadress bekräftad."), "done")
    db.session.commit()
    if confirmed:
        session.pop("asked", None)
    if membership:
        return light_window(membership)
    return redirect(url_for(".confirm", token=token), 303)
