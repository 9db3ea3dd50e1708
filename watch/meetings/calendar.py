"""A meeting as a calendar entry: one UID for life, and a higher SEQUENCE with each change.

Times are in UTC, which every calendar program reads alike, unlike time zones written as lists of dates.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import icalendar
from flask import current_app
from flask_babel import gettext as _

from watch.mail.kinds import FromAddress
from watch.models import Mailing


def invitation(mailing: Mailing, recipient: str, link: str | None) -> icalendar.Calendar:
    """Return the entry of a call or reminder, which a calendar program adds or updates."""
    return _calendar("REQUEST", _event(mailing, recipient, link, cancelled=False))


def cancellation(mailing: Mailing, recipient: str, _link: str | None) -> icalendar.Calendar:
    """Return the entry that removes the meeting from a calendar."""
    return _calendar("CANCEL", _event(mailing, recipient, None, cancelled=True))


def _calendar(method: str, event: icalendar.Event) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Grannsamverkan//SV")
    calendar.add("version", "2.0")
    calendar.add("method", method)  # RFC 5546
    calendar.add_component(event)
    return calendar


def _event(mailing: Mailing, recipient: str, link: str | None, *, cancelled: bool) -> icalendar.Event:
    event, meeting = icalendar.Event(), mailing.meeting
    assert meeting is not None
    event.add("uid", f"{meeting.uid}@{urlsplit(current_app.config['BASE_URL']).hostname}")
    event.add("dtstamp", mailing.created_at)
    event.add("sequence", mailing.version + cancelled)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", _("Träff med grannar"))
    event.add("location", meeting.place)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    organiser = icalendar.vCalAddress(f"mailto:{current_app.config[FromAddress.NOTICES]}")
    organiser.params["CN"] = icalendar.vText("Grannsamverkan")
    event.add("organizer", organiser)
    attendee = icalendar.vCalAddress(f"mailto:{recipient}")
    attendee.params["RSVP"] = icalendar.vText("FALSE")  # answers go through the mail's link
    event.add("attendee", attendee)
    if link:
        event.add("url", link)
    return event
