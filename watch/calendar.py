"""A meeting as a calendar entry: one UID for life, and a higher SEQUENCE with each change.

Times are in UTC, which every calendar program reads alike, unlike time zones written as lists of dates. The
method is PUBLISH (RFC 5546, 3.2.1), which asks for no answer: after REQUEST, mail programs offer buttons
whose answers are mailed to an address that nobody reads. A cancelled meeting is published again with
STATUS:CANCELLED, because CANCEL may only follow a REQUEST. PUBLISH names an organiser and no attendee.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import icalendar
from flask import current_app
from flask_babel import gettext as _

from watch.mail.kinds import FromAddress
from watch.models import Mailing


def invitation(mailing: Mailing, link: str | None) -> icalendar.Calendar | None:
    """Return the entry of a call, change or reminder, which a calendar program adds or updates.

    A newcomer's welcome has one too if it calls them to a meeting that is still to come.
    """
    if mailing.meeting is None and mailing.meeting_in_welcome is None:
        return None
    event = _event(mailing, "CONFIRMED")
    event.add("summary", _("Träff med grannar"))
    event.add("description", _("Svara med länken i mejlet."))
    if link:
        event.add("url", link)
    return _published(event)


def cancellation(mailing: Mailing, _link: str | None) -> icalendar.Calendar:
    """Return the entry that marks the meeting in a calendar as cancelled."""
    event = _event(mailing, "CANCELLED")
    event.add("summary", _("Inställd: träff med grannar"))
    return _published(event)


def _published(event: icalendar.Event) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Grannsamverkan//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar


def _event(mailing: Mailing, status: str) -> icalendar.Event:
    event, meeting = icalendar.Event(), mailing.tells_of
    assert meeting is not None
    event.add("uid", f"{meeting.uid}@{urlsplit(current_app.config['BASE_URL']).hostname}")
    event.add("dtstamp", mailing.created_at)
    event.add("sequence", meeting.sequence)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("location", meeting.place)
    event.add("status", status)
    event.add("class", "PRIVATE")
    organiser = icalendar.vCalAddress(f"mailto:{current_app.config[FromAddress.NOTICES]}")
    organiser.params["CN"] = icalendar.vText("Grannsamverkan")
    event.add("organizer", organiser)
    return event
