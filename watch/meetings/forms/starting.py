"""The form by which an officer calls those who are interested in a building."""

from __future__ import annotations

from watch.meetings.forms.planning import CallForm, DraftForm


class CallStartMeetingForm(CallForm):
    """Asks when and where the start meeting is, and when to remind of it."""


class DraftStartMeetingForm(DraftForm, CallStartMeetingForm):
    """Asks the same for a draft."""
