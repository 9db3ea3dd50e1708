"""Labels of meetings and answers."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from watch.meetings.queries.reminding import Reader
from watch.models import Answer, MeetingKind

KINDS = {
    MeetingKind.STAIRWELL: _l("Trapphusträff"),
    MeetingKind.START: _l("Uppstartsmöte"),
    MeetingKind.ANNUAL: _l("Årlig träff"),
    MeetingKind.SAFETY_WALK: _l("Trygghetsvandring"),
    MeetingKind.COORDINATORS: _l("Ombudsträff"),
}
ANSWERS = {
    Answer.YES: _l("Jag kommer"),
    Answer.NO: _l("Jag kan inte"),
    Answer.MAYBE: _l("Kanske"),
}

REMINDER_DAYS = {
    0: _l("Ingen"),
    1: _l("Dagen före"),
    2: _l("2 dagar före"),
    3: _l("3 dagar före"),
    7: _l("En vecka före"),
    14: _l("Två veckor före"),
}


def said_by(reader: Reader) -> str:
    """Return what a reader of a reminder has answered; by name if several read the same mail."""
    if reader.name is None:
        match reader.answer:
            case Answer.YES:
                return ngettext(
                    "Du har svarat att du kommer.",
                    "Du har svarat att ni kommer, %(num)d personer.",
                    reader.people,
                )
            case Answer.MAYBE:
                return _("Du har svarat kanske.")
        return _("Du har inte svarat än.")
    match reader.answer:
        case Answer.YES:
            return ngettext(
                "%(name)s kommer.", "%(name)s med sällskap kommer, %(num)d personer.", reader.people,
                name=reader.name,
            )  # fmt: skip
        case Answer.MAYBE:
            return _("%(name)s kommer kanske.", name=reader.name)
    return _("%(name)s har inte svarat än.", name=reader.name)
