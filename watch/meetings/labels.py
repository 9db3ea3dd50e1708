"""Labels of meetings and answers."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from watch import language
from watch.bands import FEW, at_least
from watch.meetings.queries.answers import is_of_one_group
from watch.meetings.queries.reminding import Reader
from watch.models import Answer, Area, Building, Meeting, MeetingAudience, MeetingChange, MeetingKind

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


def audience_said(audience: MeetingAudience) -> str:
    """Return whom a meeting is for that an officer has called; nothing if groups take part."""
    match audience:
        case MeetingAudience.COORDINATORS:
            return _("Kontaktombuden")
        case MeetingAudience.EVERYBODY:
            return _("Alla i området")
        case MeetingAudience.INTERESTED:
            return _("De som har visat intresse")
    return ""


def whom_said(meeting: Meeting) -> str:
    """Return whom a meeting is for, with the names of places."""
    match meeting.audience, meeting.area, meeting.building:
        case MeetingAudience.COORDINATORS, Area() as area, _other:
            return _("Kontaktombuden i %(area)s", area=area.name)
        case MeetingAudience.EVERYBODY, Area() as area, _other:
            return _("Alla i %(area)s", area=area.name)
        case MeetingAudience.INTERESTED, _area, Building() as building:
            return _(
                "De som har visat intresse för grannsamverkan på %(building)s",
                building=houses_said(meeting, building),
            )
    if meeting.stairwells:
        return ", ".join(each.address for each in meeting.stairwells)
    if meeting.group and {each.group_id for each in meeting.parts} == {meeting.group.id}:
        return _("Hela gruppen")
    takes_part = [each.group.name for each in meeting.parts if each.takes_part]
    if meeting.is_denied:
        return _("Ingen grupp var med")
    return ", ".join(takes_part) or _("De grupper som tackar ja")


def languages_said(meeting: Meeting) -> str:
    """Return the own names of the languages that are spoken at a meeting, or nothing."""
    spoken = (meeting.languages or "").split()
    return ", ".join(name for each, name in language.OWN_NAMES.items() if each.value in spoken)


def called_to(meeting: Meeting) -> str:
    """Return the sentence by which a mail invites its reader to a meeting."""
    kind = str(KINDS[meeting.kind]).lower()
    match meeting.audience, meeting.area, meeting.building:
        case MeetingAudience.INTERESTED, _area, Building() as building:
            return _(
                "Du är bjuden på %(kind)s för %(building)s.",
                kind=kind,
                building=houses_said(meeting, building),
            )
        case _other, Area() as area, _none:
            return _("Du är bjuden på %(kind)s i %(area)s.", kind=kind, area=area.name)
    if len(meeting.group_ids) > 1:
        return _(
            "Du är bjuden på %(kind)s med fler hus. %(group)s bjuder in.",
            kind=kind,
            group=meeting.called_from.name,
        )
    return _("Du är bjuden på %(kind)s i ditt hus.", kind=kind)


def houses_said(meeting: Meeting, building: Building) -> str:
    """Return the address of the house whose start meeting it is, or of all houses of its groups."""
    there = meeting.group_there.name if meeting.group_there else building.address
    return ", ".join([there, *(each.group.name for each in meeting.parts)])


def reason_called(meeting: Meeting) -> str:
    """Return why somebody gets the mail that invites them to a meeting."""
    match meeting.audience:
        case MeetingAudience.COORDINATORS:
            return _("Du får mejlet för att du är kontaktombud.")
        case MeetingAudience.INTERESTED:
            if meeting.group_there:
                return _(
                    "Du får mejlet för att du har visat intresse för grannsamverkan i ditt hus, "
                    "eller är med där."
                )
            return _("Du får mejlet för att du har visat intresse för grannsamverkan i ditt hus.")
    return _("Du får mejlet för att du är med i grannsamverkan i ditt hus.")


def who_sees_answers(meeting: Meeting) -> str:
    """Return who sees how many come to a meeting, and that they do not see who."""
    if meeting.audience is MeetingAudience.INTERESTED:
        return _(
            "Den som bjuder in ser ungefär hur många som kommer, inte vilka, och de bjudna ser inte varandra."
        )
    if meeting.area:
        return _("Den som bjuder in ser hur många som kommer, inte vilka.")
    return _("Kontaktombuden ser hur många som kommer, inte vilka.")


def so_far_said(meeting: Meeting, people: int, *, exact: bool = False) -> str:
    """Return how many come so far, or nothing; `people` is what routes.so_far gives.

    The exact number is for coordinators, and from five on for the members of the one group that meets.
    """
    if meeting.audience is MeetingAudience.INTERESTED:
        return _("Av de andra kommer %(number)s hittills.", number=at_least(people)) if people else ""
    is_counted = meeting.audience is MeetingAudience.COORDINATORS or is_of_one_group(meeting)
    if not is_counted:
        return _("Hittills kommer %(number)s.", number=at_least(people)) if people else ""
    if people < FEW and not exact and meeting.audience is not MeetingAudience.COORDINATORS:
        return _("Färre än 5 kommer hittills.")
    return ngettext("%(num)d kommer hittills.", "%(num)d kommer hittills.", people) if people else ""


def told_by_mail(meeting: Meeting, number: int) -> str:
    """Return how many are told of something by mail, in the word for those whom the meeting is for."""
    if meeting.audience is MeetingAudience.COORDINATORS:
        return ngettext(
            "%(num)d kontaktombud får besked med mejl.", "%(num)d kontaktombud får besked med mejl.", number
        )
    return ngettext("%(num)d granne får besked med mejl.", "%(num)d grannar får besked med mejl.", number)


def when_said(meeting: Meeting | MeetingChange, *, joiner: str = "") -> str:
    """Return when a meeting begins, and ends if anybody has said so; `joiner` keeps the two on one line."""
    begins = language.moment(meeting.starts_at)
    if meeting.is_open_ended:
        return begins
    return _("%(moment)s–%(end)s", moment=begins, end=joiner + language.clock_of_end(meeting.ends_at))


def change_said(before: MeetingChange, meeting: Meeting) -> list[str]:
    """Return when and where a changed meeting is, each beside what it was if that is different."""
    now, then = when_said(meeting), when_said(before)
    said = [_("Nu: %(when)s", when=now), _("Förut: %(when)s", when=then)]
    if now == then:
        said = [_("När: %(when)s, som förut", when=now)]
    if before.place == meeting.place:
        return [*said, _("Var: %(place)s", place=meeting.place)]
    return [
        *said,
        _("Plats nu: %(place)s", place=meeting.place),
        _("Plats förut: %(place)s", place=before.place),
    ]


def earlier_said(told: Sequence[MeetingChange], meeting: Meeting) -> list[str]:
    """Return each other time and place that somebody may still have on paper, the latest first."""
    now = _("%(when)s, %(place)s", when=when_said(meeting), place=meeting.place)
    earlier = (_("%(when)s, %(place)s", when=when_said(each), place=each.place) for each in told)
    return [_("Tidigare: %(when)s", when=each) for each in dict.fromkeys(earlier) if each != now]


def reminders_said(meeting: Meeting) -> list[tuple[str, str]]:
    """Return when a meeting is reminded of and what the reminders say besides, each with its name."""
    return [
        (_("Första påminnelsen"), str(REMINDER_DAYS[meeting.remind_early])),
        (_("Sista påminnelsen"), str(REMINDER_DAYS[meeting.remind_late])),
        (_("Egna ord i påminnelsen"), meeting.reminder_text or "–"),
    ]


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
