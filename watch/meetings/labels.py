"""Labels of meetings and answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.models import Answer, MeetingKind

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
