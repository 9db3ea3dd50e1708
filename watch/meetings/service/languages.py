"""Changes which languages are spoken at a meeting that is open to everybody."""

from __future__ import annotations

from collections.abc import Sequence

from watch import audit
from watch.meetings.service.plans import expect_open
from watch.models import Meeting, Person


def choose_languages(meeting: Meeting, languages: Sequence[str], *, by: Person) -> None:
    """Say which languages (codes) are spoken at a coming meeting. Nobody is mailed: time and place stay.

    Raises MeetingCancelled and MeetingStarted.
    """
    expect_open(meeting)
    chosen = " ".join(languages) or None
    if chosen != meeting.languages:
        meeting.languages = chosen
        audit.note("languages-chosen", about=meeting, by=by, area=meeting.area)
