"""The public page of a meeting that is open to everybody, where strangers say how many they will be."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch.access import public
from watch.extensions import db
from watch.limits import limit_network, limit_wrong_codes
from watch.meetings import service
from watch.meetings.errors import MeetingCancelled, MeetingStarted, TooManyGuests
from watch.meetings.forms.guests import GuestForm
from watch.meetings.queries import calls
from watch.meetings.queries.public import (
    coming_public_meetings,
    guest_answer,
    next_public_meeting,
    public_meeting,
)
from watch.meetings.routes.blueprint import bp, is_open
from watch.meetings.routes.so_far import so_far
from watch.models import Area, GuestAnswer, Meeting, utcnow
from watch.saving import Explanations, saving
from watch.tokens import show_code, tidy_code
from watch.web import ViewAnswer


def _is_open_here() -> bool:
    code: str = (request.view_args or {})["code"]
    return bool(session.get("opened_meeting") == tidy_code(code))


WRONG_CODES = limit_wrong_codes(_is_open_here)
SAYING = limit_network(  # refused forms do not count
    "20 per hour", "guests", methods=["POST"], deduct_when=lambda response: response.status_code == 303
)
ON_FRONT = 3  # meetings
NO_ANSWER = _l(
    "Inget svar har den adressen. Det kan vara borttaget, eller så är ett tecken fel. "
    "Har du ett svar kvar, öppna dess egen adress, så räknas ni en gång."
)
NOT_NOW: Explanations = {
    MeetingCancelled: _l("Träffen är inställd, så du behöver inte svara."),
    MeetingStarted: _l("Träffen har redan börjat, så det går inte att svara längre."),
    TooManyGuests: _l("Så många har sagt att de kommer att vi inte räknar fler. Du är välkommen ändå."),
}


@bp.app_template_global()
def coming_meetings(area: Area | None = None) -> list[Meeting]:
    """Return the next meeting of an area that is open to everybody, or the next ones of all areas."""
    if area is None:
        return list(coming_public_meetings(utcnow(), ON_FRONT))
    meeting = next_public_meeting(area, utcnow())
    return [meeting] if meeting else []


@bp.app_template_global()
def public_path(meeting: Meeting) -> str:
    """Return the path of a meeting's public page, with its code as it is printed."""
    return url_for("meetings.public_page", code=_code_of(meeting))


@bp.get("/m/<code>")
@WRONG_CODES
@public
def public_page(code: str) -> ViewAnswer:
    """Show a meeting that is open to everybody, as it is now, and ask who comes."""
    meeting = public_meeting(code)
    if meeting is None:
        return _unknown_code()
    session["opened_meeting"] = meeting.code
    return _page(meeting, GuestForm())


@bp.post("/m/<code>")
@WRONG_CODES
@public
@SAYING
def answer_publicly(code: str) -> ViewAnswer:
    """Save how many come, and lead to the page where that can be changed."""
    meeting, form = public_meeting(code), GuestForm()
    return _say(meeting, form, form.form_key.data) if meeting else _unknown_code()


@bp.get("/m/<code>/<token>")
@WRONG_CODES
@public
def public_answer(code: str, token: str) -> ViewAnswer:
    """Show what was answered, to be changed or taken back."""
    meeting = public_meeting(code)
    if meeting is None:
        return _unknown_code()
    if given := guest_answer(meeting, token):
        return _page(meeting, _form_of(given), given)
    flash(str(NO_ANSWER), "info")
    return redirect(public_path(meeting), 303)


@bp.post("/m/<code>/<token>")
@WRONG_CODES
@public
@SAYING
def change_public_answer(code: str, token: str) -> ViewAnswer:
    """Save another number, unless the answer was taken back meanwhile."""
    meeting = public_meeting(code)
    if meeting is None:
        return _unknown_code()
    if given := guest_answer(meeting, token):
        return _say(meeting, GuestForm(), given.key, given)
    flash(_("Ditt svar är borttaget. Kommer du ändå? Svara på nytt."), "info")
    return redirect(public_path(meeting), 303)


@bp.post("/m/<code>/<token>/withdraw")
@WRONG_CODES
@public
@limit_network("60 per hour")
def withdraw_public_answer(code: str, token: str) -> ViewAnswer:
    """Take an answer back."""
    meeting = public_meeting(code)
    if meeting is None:
        return _unknown_code()
    with saving(_("Ditt svar är borttaget."), unless=NOT_NOW):
        service.withdraw_as_guest(meeting, token)
    return redirect(public_path(meeting), 303)


def _say(meeting: Meeting, form: GuestForm, key: str, given: GuestAnswer | None = None) -> ViewAnswer:
    if not form.validate():
        return _page(meeting, form, given)[0], 422
    with saving(_("Tack! Ditt svar är sparat."), unless=NOT_NOW) as saved:
        service.answer_as_guest(meeting, key, form.people.data)
    if not saved and given is None:
        return redirect(public_path(meeting), 303)
    return redirect(url_for("meetings.public_answer", code=_code_of(meeting), token=key), 303)


def _form_of(given: GuestAnswer) -> GuestForm:
    return GuestForm(formdata=None, data={"form_key": given.key, "people": given.people})


def _page(meeting: Meeting, form: GuestForm, given: GuestAnswer | None = None) -> tuple[str, int]:
    page = render_template(
        "meetings/public_page.html", meeting=meeting, code=_code_of(meeting), form=form, given=given,
        is_open=is_open(meeting), is_over=meeting.ends_at <= utcnow(), coming=so_far(meeting),
        changed=calls.last_change(meeting) if meeting.changed_at else None,
    )  # fmt: skip
    return page, 200


def _code_of(meeting: Meeting) -> str:
    return show_code(meeting.code or "")


def _unknown_code() -> ViewAnswer:
    """Answer 404. The transaction ends first, so that the limits can count in the database."""
    page = render_template("meetings/unknown_code.html")
    db.session.rollback()
    return page, 404
