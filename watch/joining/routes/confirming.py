"""The page of the mailed link for confirming a join request."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import public
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.joining.routes.accepting import light_window
from watch.joining.routes.blueprint import bp
from watch.joining.service import confirming
from watch.models import RequestState
from watch.web import ViewAnswer, sent_to


@bp.get("/join/confirm/<token>")
@public
def confirm(token: str) -> ViewAnswer:
    """Show who asked from this mailbox, and in which street, with one button to confirm."""
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    sent_to(mailbox_id=link.asked.person.mailbox_id)
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
    link = confirming.open_link(token)
    language.follow_letter(link.asked.person.language)
    sent_to(mailbox_id=link.asked.person.mailbox_id)
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
