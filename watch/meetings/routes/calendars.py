"""Meetings for calendar programs: one as a file to download, and a person's own at an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import icalendar
from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from watch import calendar, language, tokens
from watch.access import current_person, public, requires, signed_in
from watch.errors import LinkExpired
from watch.extensions import db, limiter
from watch.limits import limit_network
from watch.meetings import service
from watch.meetings.labels import KINDS
from watch.meetings.queries import answers, feeds
from watch.meetings.queries.public import public_address, public_meeting, public_meetings_of
from watch.meetings.routes.answering import meeting_of, row_behind
from watch.meetings.routes.blueprint import bp
from watch.meetings.routes.public import WRONG_CODES
from watch.models import Area, CalendarFeed, Meeting, Person, Purpose, utcnow
from watch.permissions import Permission

FILE = "traff.ics"


@bp.get("/meetings/<int:meeting_id>/calendar.ics")
@requires(Permission.SEE_MEETING)
def calendar_file(meeting: Meeting) -> Response:
    """Give a meeting as a file for the calendar, with the reader's own answer."""
    mine = answers.my_answer(meeting, current_person())
    event = calendar.entry(meeting, answer=mine.answer if mine else None)
    return _file(calendar.feed([event]))


@bp.get("/r/<token>/calendar.ics")
@public
@limit_network("60 per hour")
def open_calendar_file(token: str) -> Response:
    """Give the meeting of an answer link as a file for the calendar, without signing in."""
    row = row_behind(token)
    meeting = meeting_of(row)
    if not answers.people_of_mail(row, meeting):
        raise LinkExpired
    return _file(calendar.feed([calendar.entry(meeting)]))


@bp.get("/me/calendar")
@signed_in
def own_calendar() -> str:
    """Show the address of the reader's calendar, or offer to make one."""
    feed = feeds.feed_of(current_person())
    token = tokens.make(Purpose.CALENDAR, feed) if feed else None
    address = _absolute(url_for("meetings.feed", feed=token)) if token else None
    return render_template(
        "meetings/own_calendar.html", address=address, token=token, subscribe=_subscribing(address)
    )


@bp.post("/me/calendar")
@signed_in
def make_feed() -> Response:
    return _change(service.make_feed, _("Din kalender har en adress nu."))


@bp.post("/me/calendar/renew")
@signed_in
def renew_feed() -> Response:
    """Renew the address that the page showed, and no newer one: a press may come twice."""
    spread = request.form.get("spread", "")
    renewed = _("Din kalender har en ny adress. Den gamla fungerar inte längre.")
    return _change(lambda person: service.renew_feed(person, spread), renewed)


@bp.post("/me/calendar/end")
@signed_in
def end_feed() -> Response:
    return _change(service.end_feed, _("Adressen fungerar inte längre."))


def _one_calendar() -> str:
    """Return the address of a feed as the limit counts it: programs of many people read from one network."""
    return str((request.view_args or {}).get("feed"))


@bp.get("/calendar/<feed>.ics")
@public
@limiter.limit("60 per hour", key_func=_one_calendar)
@limit_network("3000 per hour")
def feed(feed: str) -> Response:
    """Give a person's meetings to their calendar program. An address that ended looks like any wrong one."""
    try:
        found = tokens.row_of(Purpose.CALENDAR, CalendarFeed, feed)
    except tokens.BadToken:
        abort(404)
    with language.speaking(found.person.language):
        events = [
            calendar.entry(meeting, answer=said)
            for meeting, said in feeds.meetings_for(found.person, utcnow())
        ]
        shown = calendar.feed(events, _("Träffar med grannar"))
    return _kept(shown)


@bp.get("/m/<code>/calendar.ics")
@WRONG_CODES
@public
@limit_network("600 per hour")
def public_calendar_file(code: str) -> Response:
    """Give a meeting that is open to everybody as a file for the calendar."""
    meeting = public_meeting(code) or abort(404)
    return _file(calendar.feed([_public_entry(meeting)]))


@bp.get("/areas/<slug>/calendar.ics")
@public
@limit_network("600 per hour")
def area_feed(slug: str) -> Response:
    """Give an area's meetings that are open to everybody to any calendar program."""
    area = db.session.scalar(select(Area).where(Area.slug == slug)) or abort(404)
    events = [_public_entry(meeting) for meeting in public_meetings_of(area, utcnow())]
    return _kept(calendar.feed(events, _("Öppna träffar i %(area)s", area=area.name)))


def _public_entry(meeting: Meeting) -> icalendar.Event:
    name = _("%(kind)s i %(area)s", kind=KINDS[meeting.kind], area=meeting.called_from.name)
    return calendar.entry(meeting, name=name, page=public_address(meeting))


def _change(change: Callable[[Person], None], said: str) -> Response:
    change(current_person())
    db.session.commit()
    flash(said, "done")
    return redirect(url_for("meetings.own_calendar"), 303)


def _file(shown: icalendar.Calendar) -> Response:
    response = make_response(shown.to_ical())
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f"attachment; filename={FILE}"
    return response


def _kept(shown: icalendar.Calendar) -> Response:
    """Return a calendar that programs read again and again: it is sent once more only if it has changed."""
    response = _file(shown)
    response.cache_control.private = response.cache_control.no_cache = True  # kept by that program alone
    response.add_etag()
    return response.make_conditional(request)


def _subscribing(address: str | None) -> str | None:
    """Return the address as calendar programs that are installed take it at once."""
    return urlsplit(address)._replace(scheme="webcal").geturl() if address else None


def _absolute(path: str) -> str:
    """Return a path with the configured base address, because Host is whatever the reader sends."""
    return f"{current_app.config['BASE_URL']}{path}"
