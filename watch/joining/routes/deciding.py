"""Pages where a coordinator decides on a join request, signed in or by the mailed link."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from watch import audit, language
from watch.access import current_person, may, public, requires
from watch.extensions import db
from watch.joining.errors import AlreadyDecided, NotDecided
from watch.joining.forms import DecideRequestForm
from watch.joining.queries.asking import taken_flats
from watch.joining.routes.blueprint import bp
from watch.joining.service import deciding
from watch.models import JoinRequest, Person, RequestState
from watch.permissions import Permission
from watch.web import ViewAnswer, leave_trace, sent_to


@bp.get("/a/<token>")
@public
def decide(token: str) -> ViewAnswer:
    """Show one request to the coordinator it was mailed to, without signing in."""
    join_request, coordinator = _mailed_request(token)
    return _decide_page(join_request, coordinator, *_mailed(token))


def _mailed_request(token: str) -> tuple[JoinRequest, Person]:
    """Return the request of a mailed page, and use its coordinator's language.

    Raises LinkExpired and BadToken.
    """
    join_request, coordinator = deciding.request_to_decide(token)
    language.follow_letter(coordinator.language)
    sent_to(person_id=coordinator.id)
    return join_request, coordinator


def _mailed(token: str) -> tuple[str, str]:
    return url_for("joining.approve_by_mail", token=token), url_for("joining.decline_by_mail", token=token)


def _decide_form(join_request: JoinRequest, actions: tuple[str, str]) -> DecideRequestForm:
    form = DecideRequestForm()
    if actions == _signed_in(join_request):
        del form.sure
    if join_request.person.mailbox_id is None or join_request.is_of_member:
        del form.reason
    if join_request.flat:
        del form.flat
    else:
        form.offer(join_request.stairwell.flats)
    return form


def _decide_page(
    join_request: JoinRequest,
    reader: Person,
    approve_action: str,
    decline_action: str,
    form: DecideRequestForm | None = None,
) -> ViewAnswer:
    """Show a request that waits or was answered; one that was withdrawn is shown to nobody."""
    if join_request.state is RequestState.WITHDRAWN:
        flash(_("Anmälan gäller inte längre."), "info")
        return redirect(_members(join_request), 303)
    leave_trace("request-seen", about=join_request, group=join_request.group, by=reader)
    form = form or _decide_form(join_request, (approve_action, decline_action))
    waits = join_request.state is RequestState.WAITING
    sees_flats = may(reader, Permission.SEE_HOUSE, join_request.stairwell)  # not in others' stairwells
    return render_template(
        "joining/decide.html", join_request=join_request, form=form, approve_action=approve_action,
        decline_action=decline_action, waits=waits,
        is_taken=bool(waits and sees_flats and taken_flats([join_request])),
        says_no=form.says_no or request.args.get("answer") == "no",
    )  # fmt: skip


@bp.post("/a/<token>/approve")
@public
def approve_by_mail(token: str) -> ViewAnswer:
    join_request, coordinator = _mailed_request(token)
    onwards = url_for("joining.decide", token=token)
    return _answer(_approve, join_request, coordinator, _mailed(token), onwards)


@bp.post("/a/<token>/decline")
@public
def decline_by_mail(token: str) -> ViewAnswer:
    join_request, coordinator = _mailed_request(token)
    onwards = url_for("joining.decide", token=token)
    return _answer(_decline, join_request, coordinator, _mailed(token), onwards)


@bp.get("/requests/<int:join_request_id>")
@requires(Permission.DECIDE_REQUESTS)
def show(join_request: JoinRequest) -> ViewAnswer:
    return _decide_page(join_request, current_person(), *_signed_in(join_request))


@bp.post("/requests/<int:join_request_id>/approve")
@requires(Permission.DECIDE_REQUESTS)
def approve(join_request: JoinRequest) -> ViewAnswer:
    return _answer(_approve, join_request, current_person(), _signed_in(join_request), _members(join_request))


@bp.post("/requests/<int:join_request_id>/decline")
@requires(Permission.DECIDE_REQUESTS)
def decline(join_request: JoinRequest) -> ViewAnswer:
    return _answer(_decline, join_request, current_person(), _signed_in(join_request), _members(join_request))


@bp.post("/requests/<int:join_request_id>/told")
@requires(Permission.DECIDE_REQUESTS)
def tell(join_request: JoinRequest) -> ViewAnswer:
    try:
        deciding.tell(join_request, by=current_person())
    except NotDecided:
        flash(_("Anmälan är inte besvarad än."), "info")
    else:
        db.session.commit()
        flash(_("Bra, då är det sagt."), "done")
    return redirect(_members(join_request), 303)


def _signed_in(join_request: JoinRequest) -> tuple[str, str]:
    number = join_request.id
    approve_action = url_for("joining.approve", join_request_id=number)
    return approve_action, url_for("joining.decline", join_request_id=number)


def _members(join_request: JoinRequest) -> str:
    return url_for("groups.house.members", group_id=join_request.group_id)


def _answer(
    say: Callable[[JoinRequest, DecideRequestForm, Person], None],
    join_request: JoinRequest,
    by: Person,
    actions: tuple[str, str],
    onwards: str,
) -> ViewAnswer:
    """Validate and decide. If a colleague was first, say who."""
    form = _decide_form(join_request, actions)
    form.says_no = say is _decline
    if join_request.state is RequestState.WAITING and not form.validate():
        page = _decide_page(join_request, by, *actions, form)
        return (page, 422) if isinstance(page, str) else page
    try:
        say(join_request, form, by)
    except AlreadyDecided as decided:
        db.session.rollback()
        _tell_who_was_first(decided, by)
    else:
        db.session.commit()
    return redirect(onwards, 303)


def _approve(join_request: JoinRequest, form: DecideRequestForm, by: Person) -> None:
    name, was_member = join_request.person.name, join_request.is_of_member
    membership = deciding.approve(join_request, by=by, flat=form.chosen)
    if membership is not None and was_member:
        flash(_("Lägenheten är sparad."), "done")
    elif membership is None:
        flash(_("%(name)s var redan med i gruppen.", name=name), "info")
    elif join_request.person.mailbox_id is None:
        flash(_("%(name)s är med i gruppen. Gå förbi och berätta det.", name=name), "done")
    else:
        flash(_("%(name)s är med i gruppen. Vi mejlar besked.", name=name), "done")


def _decline(join_request: JoinRequest, form: DecideRequestForm, by: Person) -> None:
    deciding.decline(join_request, by=by, reason=form.reason.data if form.reason else None)
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=join_request, by=by, group=join_request.group)
    name = join_request.person.name
    if join_request.is_of_member:
        flash(_("Du har svarat nej. %(name)s är kvar i gruppen utan lägenhet.", name=name), "done")
    elif join_request.person.mailbox_id is None:
        flash(_("Du har svarat nej. %(name)s har ingen e-postadress: säg det vid dörren.", name=name), "done")
    else:
        flash(_("Du har svarat nej. Vi mejlar besked."), "done")


def _tell_who_was_first(decided: AlreadyDecided, by: Person) -> None:
    if decided.by is None or decided.state is RequestState.WITHDRAWN:
        flash(_("Anmälan gäller inte längre."), "info")
    elif decided.by.id == by.id:
        flash(_("Du har redan svarat."), "info")
    elif decided.state is RequestState.APPROVED:
        flash(_("%(name)s har redan svarat ja.", name=decided.by.name), "info")
    else:
        flash(_("%(name)s har redan svarat nej.", name=decided.by.name), "info")
