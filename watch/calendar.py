"""Meetings as calendar entries: one UID for life, and a higher SEQUENCE with each change.

Times are in UTC, which every calendar program reads alike, unlike time zones written as lists of dates. The
method is PUBLISH (RFC 5546, 3.2.1), which asks for no answer: after REQUEST, mail programs offer buttons
whose answers are mailed to an address that nobody reads. A cancelled meeting is published again with
STATUS:CANCELLED, because CANCEL may only follow a REQUEST. PUBLISH names an organiser and no attendee. A
calendar is often shared with others: nothing here names a person, a group or a house, and the link is the
meeting's page, which wants a sign-in, not the link of a mail by which anybody could answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import icalendar
from flask import current_app
from flask_babel import gettext as _

from watch.mail.kinds import FromAddress
from watch.models import Answer, Mailing, Meeting

LOOK_AGAIN = timedelta(hours=6)  # how often a calendar program should read a feed


def invitation(mailing: Mailing) -> icalendar.Calendar | None:
    """Return the entry of a call, change or reminder, which a calendar program adds or updates.

    A newcomer's welcome has one too if it calls them to a meeting that is still to come.
    """
    meeting = mailing.meeting or mailing.meeting_in_welcome
    if meeting is None:
        return None
    says = _("Svara med länken i mejlet.")
    return feed([entry(meeting, says=says, said_at=mailing.created_at, is_off=False)])


def cancellation(mailing: Mailing) -> icalendar.Calendar:
    """Return the entry that marks the meeting in a calendar as cancelled."""
    assert mailing.meeting is not None
    return feed([entry(mailing.meeting, said_at=mailing.created_at, is_off=True)])


def feed(events: Iterable[icalendar.Event], name: str | None = None) -> icalendar.Calendar:
    """Return a calendar of these entries. One that programs read again and again has a name."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Grannsamverkan//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("name", name)  # RFC 7986, 5.1 and 5.7, and before it what programs made up
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(LOOK_AGAIN).to_ical().decode())
    for event in events:
        calendar.add_component(event)
    return calendar


def entry(
    meeting: Meeting,
    *,
    says: str | None = None,
    answer: Answer | None = None,
    said_at: datetime | None = None,
    is_off: bool | None = None,
) -> icalendar.Event:
    """Return the entry of a meeting. `answer` is what counts for the reader: a no keeps their time free.

    `says` is its description, after which stands the link to join from home, which many programs show.

    `said_at` and `is_off` are those of a mail, which may be older than the meeting's last change.
    """
    is_off = meeting.cancelled_at is not None if is_off is None else is_off
    event = icalendar.Event()
    event.add("uid", f"{meeting.uid}@{urlsplit(current_app.config['BASE_URL']).hostname}")
    event.add("dtstamp", said_at or meeting.cancelled_at or meeting.changed_at or meeting.called_at)
    event.add("sequence", meeting.sequence)
    event.add("dtstart", meeting.starts_at)
    if not meeting.is_open_ended:
        event.add("dtend", meeting.ends_at)
    event.add("location", meeting.place)
    event.add("summary", _("Inställd: träff med grannar") if is_off else _("Träff med grannar"))
    is_unsure = answer is Answer.MAYBE
    event.add("status", "CANCELLED" if is_off else "TENTATIVE" if is_unsure else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off or answer is Answer.NO else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("organizer", _organiser())
    if not is_off and (said := _described(meeting, says)):
        event.add("description", said)
    event.add("url", f"{current_app.config['BASE_URL']}/meetings/{meeting.id}")
    return event


def _organiser() -> icalendar.vCalAddress:
    organiser = icalendar.vCalAddress(f"mailto:{current_app.config[FromAddress.NOTICES]}")
    organiser.params["CN"] = icalendar.vText("Grannsamverkan")
    return organiser


def _described(meeting: Meeting, says: str | None) -> str:
    at_home = [_("Via länk:"), meeting.link] if meeting.link else []
    return " ".join(filter(None, [says, *at_home]))
