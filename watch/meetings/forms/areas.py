"""The form by which an officer calls an area's coordinators."""

from __future__ import annotations

from watch.meetings.forms.planning import MeetingForm


class CallCoordinatorsForm(MeetingForm):
    """Asks when and where the coordinators of an area meet."""
