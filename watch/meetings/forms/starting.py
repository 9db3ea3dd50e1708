"""The form by which an officer calls those who are interested in a building."""

from __future__ import annotations

from watch.meetings.forms.planning import MeetingForm
from watch.meetings.forms.reminders import RemindersForm


class CallStartMeetingForm(MeetingForm, RemindersForm):
    """Asks when and where the start meeting is, and when to remind of it."""
