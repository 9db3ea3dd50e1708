"""A meeting as a calendar entry: one UID for its whole life, a higher SEQUENCE for each word about it.

Its moments are in UTC, which every calendar program reads alike; zones written as lists of dates are not.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import icalendar
from flask import current_app
from flask_babel import gettext as _
from icalendar.parser import Contentline

from watch.mail.compiled_mail import has_placeholder
from watch.mail.kinds import KINDS, FromAddress
from watch.mail.smtp import Calendar
from watch.models import Mailing, Meeting


def calendar_of(mailing: Mailing, recipient: str, link: str | None) -> Calendar | None:
    """The calendar entry of a mail about a meeting; None for all other mails."""
    method = KINDS[mailing.kind].calendar
    if method is None or not isinstance(mailing.about, Meeting):
        return None
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Grannsamverkan//SV")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(mailing, mailing.about, recipient, link, cancelled=method == "CANCEL"))
    return Calendar(_with_whole_marks(calendar.to_ical().decode()), method)


def _with_whole_marks(text: str) -> str:
    """Lines folded at 75 octets (RFC 5545, 3.1), but for those where that would cut a placeholder in two."""
    lines = text.replace("\r\n ", "").splitlines()
    return "\r\n".join(
        [line if has_placeholder(line) else Contentline(line).to_ical().decode() for line in lines] + [""]
    )


def _event(
    mailing: Mailing, meeting: Meeting, recipient: str, link: str | None, *, cancelled: bool
) -> icalendar.Event:
    event = icalendar.Event()
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
    if link and not cancelled:
        event.add("url", link)
    return event
