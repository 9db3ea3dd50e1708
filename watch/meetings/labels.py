"""Labels of meetings and answers."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from watch import language
from watch.meetings.queries.reminding import Reader
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

REMINDER_DAYS = {
    0: _l("Ingen"),
    1: _l("Dagen före"),
    2: _l("2 dagar före"),
    3: _l("3 dagar före"),
    7: _l("En vecka före"),
    14: _l("Två veckor före"),
}


def when_said(meeting: Meeting | MeetingChange, *, joiner: str = "") -> str:
    """Return when a meeting begins, and ends if anybody has said so; `joiner` keeps the two on one line."""
    begins = language.moment(meeting.starts_at)
    if meeting.is_open_ended:
        return begins
    return _("%(moment)s–%(end)s", moment=begins, end=joiner + language.clock_of_end(meeting.ends_at))


def said_by(reader: Reader) -> str:
    """Return what counts as a reader's answer in a reminder; by name if several read the same mail."""
    match reader.answer:
        case Answer.YES:
            return _who_comes(reader)
        case Answer.MAYBE if reader.name and reader.is_for_home:
            return _("%(name)s: hushållet kommer kanske.", name=reader.name)
        case Answer.MAYBE if reader.name:
            return _("%(name)s kommer kanske.", name=reader.name)
        case Answer.MAYBE:
            return _("Ditt hushåll har svarat kanske.") if reader.is_for_home else _("Du har svarat kanske.")
    if reader.name:
        return _("%(name)s har inte svarat än.", name=reader.name)
    return _("Du har inte svarat än.")


def _who_comes(reader: Reader) -> str:
    match reader:
        case Reader(name=None, is_for_home=False):
            return ngettext(
                "Du har svarat att du kommer.", "Du har svarat att ni kommer, %(num)d personer.",
                reader.people,
            )  # fmt: skip
        case Reader(name=None):
            return ngettext(
                "Ditt hushåll har svarat att %(num)d person kommer.",
                "Ditt hushåll har svarat att %(num)d personer kommer.",
                reader.people,
            )
        case Reader(is_for_home=False):
            return ngettext(
                "%(name)s kommer.", "%(name)s med sällskap kommer, %(num)d personer.", reader.people,
                name=reader.name,
            )  # fmt: skip
    return ngettext(
        "%(name)s: hushållet kommer, %(num)d person.", "%(name)s: hushållet kommer, %(num)d personer.",
        reader.people, name=reader.name,
    )  # fmt: skip
