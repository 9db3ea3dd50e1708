"""The page of the mailed link for confirming a join request."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import public
from watch.extensions import db
from watch.groups.errors import TooLateToUndo
from watch.groups.queries.members import active_membership
from watch.joining.routes.accepting import light_window
from watch.joining.routes.blueprint import bp
from watch.joining.service import confirming, withdrawing
from watch.joining.service.confirming import Link
from watch.models import JoinRequest, RequestState
from watch.saving import saving
from watch.sure import is_sure
from watch.web import ViewAnswer, sent_to


@bp.get("/join/confirm/<token>")
@public
def confirm(token: str) -> ViewAnswer:
    """Show who asked from this mailbox, and in which street, with one button to confirm."""
    link = _opened(token)
    if link.verifications:
        return redirect(url_for(".ask_floor", token=token), 303)
    template = "joining/confirm.html" if link.requests else "joining/confirmed.html"
    return render_template(template, token=token, link=link)


@bp.post("/join/confirm/<token>")
@public
def confirm_address(token: str) -> Response:
    """Confirm the selected requests; a single one needs no selection.

    Redirects to the welcome page if that made somebody a member.
    """
    link = _opened(token)
    ticked, is_lone = request.form.getlist("who"), len(link.requests) == 1
    chosen = [each for each in link.requests if is_lone or str(each.id) in ticked]
    if link.requests and not chosen:
        flash(_("Kryssa för minst en person."), "warn")
        return redirect(url_for(".confirm", token=token), 303)
    confirmed = [each for each in chosen if confirming.confirm(each)]
    joined = next((each for each in confirmed if each.state is RequestState.APPROVED), None)
    membership = active_membership(joined.person, joined.group) if joined else None
    if confirmed and not membership:
        flash(_("Tack! Nu är din e-postadress bekräftad."), "done")
    db.session.commit()
    if confirmed:
        session.pop("asked", None)
    return light_window(membership) if membership else redirect(url_for(".confirm", token=token), 303)


@bp.post("/join/confirm/<token>/withdraw")
@public
def withdraw(token: str) -> Response:
    """Withdraw one of the requests that wait."""
    link = _opened(token)
    asked = _chosen([*link.waiting, *link.withdrawn])
    if asked and is_sure() and withdrawing.withdraw(asked):
        db.session.commit()
        flash(_("Din anmälan är borttagen. Kontaktombuden ser den inte längre."), "done")
    return redirect(url_for(".confirm", token=token), 303)


@bp.post("/join/confirm/<token>/again")
@public
def ask_again(token: str) -> Response:
    """Let a withdrawn request wait again."""
    link = _opened(token)
    asked = _chosen([*link.withdrawn, *link.waiting])
    too_late = _("Det går inte att ångra längre. Anmäl dig igen i stället.")
    if asked is None:
        flash(too_late, "warn")
        return redirect(url_for(".confirm", token=token), 303)
    with saving(_("Din anmälan väntar på svar igen."), unless={TooLateToUndo: too_late}):
        withdrawing.ask_again(asked)
    return redirect(url_for(".confirm", token=token), 303)


def _opened(token: str) -> Link:
    """Open the mailed link, in its reader's language. Raises LinkExpired, GroupEnded and BadToken."""
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    sent_to(mailbox_id=link.asked.person.mailbox_id)
    return link


def _chosen(requests: Sequence[JoinRequest]) -> JoinRequest | None:
    asked = request.form.get("request", "")
    return next((each for each in requests if str(each.id) == asked), None)
