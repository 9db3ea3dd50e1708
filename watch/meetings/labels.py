"""Labels of meetings and answers."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.models import Answer, Meeting, MeetingChange, MeetingKind

KINDS = {
    MeetingKind.STAIRWELL: _l("Trapphusträff"),
    MeetingKind.START: _l("Uppstartsmöte"),
    MeetingKind.ANNUAL: _l("Årlig träff"),
    MeetingKind.SAFETY_WALK: _l("Trygghetsvandring"),
    MeetingKind.COORDINATORS: _l("Ombudsträff"),
    MeetingKind.CITIZENS: _l("Medborgarmöte"),
    MeetingKind.JOINT: _l("Gemensam träff"),
}
ANSWERS = {
    Answer.YES: _l("Jag kommer"),
    Answer.NO: _l("Jag kan inte"),
    Answer.MAYBE: _l("Kanske"),
}


def when_said(meeting: Meeting | MeetingChange, *, joiner: str = "") -> str:
    """Return when a meeting begins, and ends if anybody has said so; `joiner` keeps the two on one line."""
    begins = language.moment(meeting.starts_at)
    if meeting.is_open_ended:
        return begins
    return _("%(moment)s–%(end)s", moment=begins, end=joiner + language.clock_of_end(meeting.ends_at))
