"""Mails each officer on Mondays what needs them, if anything does."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from watch.followup.mails import OFFICERS_WEEK
from watch.followup.queries.needs import what_needs_somebody
from watch.followup.queries.officers import areas_followed_by, officers_to_tell
from watch.language import local
from watch.mail import outbox

TELL_AT = time(7, 30)  # local time in Borås
MONDAY = 0


def tell_officers(now: datetime) -> None:
    """Mail each officer who has something to do, once a week. Running it twice sends nothing more.

    The Monday lasts until the same hour on Tuesday, so that a machine that was down makes up for it.
    """
    if (local(now) - timedelta(hours=TELL_AT.hour, minutes=TELL_AT.minute)).weekday() != MONDAY:
        return
    for officer in officers_to_tell(now):
        areas = areas_followed_by(officer.person_id)
        if what_needs_somebody(areas, now):
            outbox.queue(OFFICERS_WEEK, to=officer.person, about=officer)
