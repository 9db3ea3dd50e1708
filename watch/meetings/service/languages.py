"""Changes which languages are spoken at a meeting that is open to everybody."""

from __future__ import annotations

from collections.abc import Sequence

from watch import audit
from watch.extensions import db
from watch.meetings.errors import ChangedMeanwhile
from watch.meetings.queries.seen import languages_seen
from watch.meetings.service.plans import expect_open
from watch.models import Meeting, Person


def choose_languages(meeting: Meeting, languages: Sequence[str], *, seen: str, by: Person) -> None:
    """Say which languages (codes) are spoken at a coming meeting. Nobody is mailed: time and place stay.

    `seen` is what the writer was shown (languages_seen). Raises MeetingCancelled, MeetingStarted, and
    ChangedMeanwhile if somebody has chosen otherwise.
    """
    db.session.refresh(meeting, with_for_update=True)
    expect_open(meeting)
    chosen = " ".join(languages) or None
    if chosen == meeting.languages:
        return
    if seen != languages_seen(meeting):
        raise ChangedMeanwhile
    meeting.languages = chosen
    audit.note("languages-chosen", about=meeting, by=by, area=meeting.area)
