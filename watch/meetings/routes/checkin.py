"""The door of a meeting: coordinators count there, or lend somebody the link to count."""

from __future__ import annotations

import secrets
from io import BytesIO

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language, paper, tokens
from watch.access import can, current_person, current_relations, may, public, requires
from watch.errors import LinkExpired
from watch.limits import limit_network
from watch.meetings import service, sheets
from watch.meetings.errors import CheckinClosed, MeetingCancelled, MeetingNotStarted, TooManyPresses
from watch.meetings.queries.checkin import (
    LENT_AFTER,
    LENT_BEFORE,
    Scopes,
    door_of,
    is_checkin_open,
    is_link_open,
    open_links,
)
from watch.meetings.routes.blueprint import bp
from watch.models import CheckinLink, Meeting, Purpose, utcnow
from watch.permissions import Permission
from watch.positions import groups_of
from watch.relations import relations_of
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

AT_ONCE = 100  # presses that a phone sends together after a time without network
CANCELLED = _l("Träffen är inställd.")
NOT_NOW: Explanations = {
    CheckinClosed: _l("Räkna vid dörren kan du från två timmar före träffen till ett dygn efter."),
    TooManyPresses: _l("Här har tryckts fler gånger än folk kan komma. Skriv antalet i stället."),
}
TOO_EARLY: Explanations = {
    MeetingNotStarted: _l("Det går att skriva hur många som kom när träffen har börjat."),
    MeetingCancelled: CANCELLED,
}


@bp.get("/meetings/<int:meeting_id>/checkin")
@requires(Permission.COUNT_AT_DOOR)
def checkin(meeting: Meeting) -> ViewAnswer:
    """Show names, flats and the number, with + and – for each."""
    if not is_checkin_open(meeting, utcnow()):
        flash(str(_not_now(meeting)[CheckinClosed]), "info")
        return _to_meeting(meeting)
    door = door_of(meeting, _own_scopes(meeting))
    action = url_for("meetings.press", meeting_id=meeting.id)
    return render_template(
        "meetings/checkin.html", meeting=meeting, door=door, action=action, key=secrets.token_hex(8),
        can_close=meeting.starts_at <= utcnow() and can(Permission.MANAGE_MEETINGS, meeting), is_lent=False,
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/checkin")
@requires(Permission.COUNT_AT_DOOR)
def press(meeting: Meeting) -> Response:
    """Count presses; a phone that had no network sends several."""
    with saving(unless=_not_now(meeting)) as saved:
        service.press(meeting, _presses(), _own_scopes(meeting))
    return (
        redirect(url_for("meetings.checkin", meeting_id=meeting.id), 303) if saved else _to_meeting(meeting)
    )


@bp.post("/meetings/<int:meeting_id>/checkin/close")
@requires(Permission.MANAGE_MEETINGS)
def close_checkin(meeting: Meeting) -> Response:
    """Save the number as the head count, or say what somebody else has saved already."""
    came = None
    with saving(unless=TOO_EARLY) as saved:
        came = service.close_checkin(meeting, by=current_person())
    if saved:
        flash(*_closed(came, service.count_at_door(meeting)))
    return _to_meeting(meeting)


def _closed(came: int | None, at_door: int) -> tuple[str, str]:
    """Return what is saved now and how to show it: as a warning if the door has counted something else."""
    if came is None:
        told = _("Det är redan sparat att ni inte räknade. Inget är ändrat: rätta antalet om det är fel.")
        return told, "warn"
    if came != at_door:
        told = ngettext(
            "Det är redan sparat att %(num)d kom. Inget är ändrat: rätta antalet om det är fel.",
            "Det är redan sparat att %(num)d kom. Inget är ändrat: rätta antalet om det är fel.",
            came,
        )
        return told, "warn"
    return ngettext("Klart. %(num)d kom.", "Klart. %(num)d kom.", came), "done"


@bp.get("/meetings/<int:meeting_id>/checkin/link")
@requires(Permission.COUNT_AT_DOOR)
def checkin_link(meeting: Meeting) -> str:
    """Show the code of the coordinator's own link, to hold up for whoever will count."""
    links = open_links(meeting)
    own = next((each for each in links if each.by_id == current_person().id), None)
    address = _address(own) if own else None
    return render_template(
        "meetings/checkin_link.html", meeting=meeting, links=links, address=address,
        code=paper.qr(address) if address else None,
        opens_at=meeting.starts_at - LENT_BEFORE, closes_at=meeting.ends_at + LENT_AFTER,
        is_over=not meeting.is_on or meeting.ends_at <= utcnow(),
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/checkin/link")
@requires(Permission.COUNT_AT_DOOR)
def lend(meeting: Meeting) -> Response:
    is_over = _("Träffen är över, så det finns inget att låna ut.")
    with saving(unless={CheckinClosed: CANCELLED if meeting.cancelled_at else is_over}):
        service.lend(meeting, by=current_person())
    return redirect(url_for("meetings.checkin_link", meeting_id=meeting.id), 303)


@bp.post("/meetings/<int:meeting_id>/checkin/link/end")
@requires(Permission.MANAGE_MEETINGS)
def end_links(meeting: Meeting) -> Response:
    with saving(_("Länken gäller inte längre.")):
        service.end_links(meeting, by=current_person())
    return redirect(url_for("meetings.checkin_link", meeting_id=meeting.id), 303)


@bp.get("/meetings/<int:meeting_id>/signin.pdf")
@requires(Permission.COUNT_AT_DOOR)
def sign_in_sheet(meeting: Meeting) -> Response:
    """Give an A4 on which those who come write how many they are."""
    page = current_app.config["BASE_URL"] + url_for("meetings.checkin", meeting_id=meeting.id)
    pdf, day = BytesIO(sheets.sign_in_sheet(meeting, page)), language.local(meeting.starts_at).date()
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"närvaro-{day}.pdf")


@bp.get("/door/<token>")
@public
def door(token: str) -> str:
    """Show flats and the number to whoever was lent the link; no names, and not what others count."""
    link = _link_behind(token)
    meeting = link.meeting
    if not is_link_open(link, utcnow()):
        return render_template("meetings/door_early.html", opens_at=meeting.starts_at - LENT_BEFORE)
    return render_template(
        "meetings/checkin.html", meeting=meeting, door=door_of(meeting, _lent_scopes(link), link),
        action=url_for("meetings.press_at_door", token=token), key=secrets.token_hex(8),
        can_close=False, is_lent=True, closes_at=meeting.ends_at + LENT_AFTER,
    )  # fmt: skip


@bp.post("/door/<token>")
@public
@limit_network("1000 per hour")
def press_at_door(token: str) -> Response:
    link = _link_behind(token)
    with saving(unless=NOT_NOW):
        if is_link_open(link, utcnow()):
            service.press(link.meeting, _presses(), _lent_scopes(link), link)
    return redirect(url_for("meetings.door", token=token), 303)


def _not_now(meeting: Meeting) -> Explanations:
    """Return why presses are not counted now: a cancelled meeting has no door."""
    return {**NOT_NOW, CheckinClosed: CANCELLED} if meeting.cancelled_at else NOT_NOW


def _presses() -> list[service.Press]:
    sent = request.form.getlist("press")[:AT_ONCE]
    return [each for each in map(service.read_press, sent) if each is not None]


def _link_behind(token: str) -> CheckinLink:
    """Return the link, also before it opens.

    Raises BadToken, and LinkExpired if the meeting is over, or its lender has ended it or may not count now.
    """
    link = tokens.row_of(Purpose.CHECK_IN, CheckinLink, token)
    is_lent = link.is_current and link.meeting.is_on and utcnow() < link.meeting.ends_at + LENT_AFTER
    if not is_lent or link.by is None or not may(link.by, Permission.COUNT_AT_DOOR, link.meeting):
        raise LinkExpired
    return link


def _address(link: CheckinLink) -> str:
    path = url_for("meetings.door", token=tokens.make(Purpose.CHECK_IN, link))
    return f"{current_app.config['BASE_URL']}{path}"


def _own_scopes(meeting: Meeting) -> Scopes:
    return current_relations().scopes_among(groups_of(meeting))


def _lent_scopes(link: CheckinLink) -> Scopes:
    assert link.by is not None  # held by _link_behind
    return relations_of(link.by).scopes_among(groups_of(link.meeting))


def _to_meeting(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)
