"""The form by which an officer calls an area's coordinators."""

from __future__ import annotations

from watch.meetings.forms.planning import MeetingForm
from watch.meetings.forms.reminders import RemindersForm


class CallCoordinatorsForm(MeetingForm, RemindersForm):
    """Asks when and where the coordinators of an area meet, and when to remind them."""
