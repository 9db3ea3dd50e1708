"""The form by which an officer calls those who are interested in a building."""

from __future__ import annotations

from datetime import date, time

from watch.meetings.forms.planning import CallForm, DraftForm


class CallStartMeetingForm(CallForm):
    """Asks when and where the start meeting is, and when to remind of it."""

    def propose(self, day: str) -> None:
        """Fill in a day, written as 2027-01-26, and six in the evening. Anything else is left out."""
        try:
            self.day.data, self.starts.data = date.fromisoformat(day), time(18)
        except ValueError:
            return


class DraftStartMeetingForm(DraftForm, CallStartMeetingForm):
    """Asks the same for a draft."""
