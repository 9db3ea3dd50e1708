"""A meeting on paper: an A4 for the notice board, its notes, and a sheet at the door to write on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from watch import language, paper
from watch.findings.labels import in_a_line
from watch.findings.queries import MOST_LEFT, findings_left, findings_of_meeting
from watch.meetings.labels import KINDS, change_said, earlier_said, houses_said, languages_said, when_said
from watch.meetings.markup import paragraphs_of
from watch.meetings.queries.calls import changes_told
from watch.meetings.queries.public import public_address
from watch.models import Building, Finding, Group, Language, Meeting, MeetingChange, PublishedNotes
from watch.printing.sheets import OtherWords, SheetCode, SheetPage, sheet, sheet_pictures


def sheet_of(meeting: Meeting, left: Sequence[Group] = (), *, for_homes: bool = False) -> bytes:
    """Return a meeting as PDF, or that it is cancelled or changed. Times are in Sweden.

    For the groups that have `left` a joint gathering the sheet says so instead. The copies for homes also say
    what is left since last time, as the mail does: for those who live there, not for whoever passes.
    """
    if left:
        return sheet([_page_of_leaving(meeting, left)], left[0].buildings[0])
    if meeting.cancelled_at:
        return sheet([_page_of_cancelling(meeting)], _house(meeting))
    page = _page(meeting, changes_told(meeting) if meeting.changed_at else ())
    if for_homes:
        page.paragraphs.extend(_left(meeting))
    return sheet([page], _house(meeting), _code(meeting))


def _left(meeting: Meeting) -> list[str]:
    with language.speaking(Language.SWEDISH):
        return _findings(_("Kvar sedan sist:"), findings_left(meeting))


def _findings(heading: str, findings: Sequence[Finding]) -> list[str]:
    """Return a paragraph with a line each under a heading, or nothing."""
    lines = [f"– {in_a_line(each)}" for each in findings[:MOST_LEFT]]
    if more := len(findings) - len(lines):
        lines.append(ngettext("och %(num)d till", "och %(num)d till", more))
    return ["\n".join([heading, *lines])] if lines else []


def pictures_of(meeting: Meeting) -> list[bytes]:
    """Return the pages of a meeting's sheet as PNG."""
    return sheet_pictures([_page(meeting)], _house(meeting), _code(meeting))


def _house(meeting: Meeting) -> Building | None:
    """Return the building whose landlord stands behind the sheet, if it is a meeting of groups."""
    if meeting.area or not meeting.parts:
        return None
    stairwells = meeting.stairwells
    return stairwells[0].building if stairwells else meeting.parts[0].group.buildings[0]


def _code(meeting: Meeting) -> SheetCode | None:
    """Return the code that leads to the public page of a meeting that is open to everybody."""
    if meeting.code is None:
        return None
    invitation = _l("Kommer du? Rikta telefonens kamera hit och säg hur många ni är.")
    return SheetCode(public_address(meeting), invitation)


def _page(meeting: Meeting, changes: Sequence[MeetingChange] = ()) -> SheetPage:
    """Return the page of a meeting; `changes` are what it was before each, the latest first."""
    before = next(iter(changes), None)
    with language.speaking(Language.SWEDISH):
        kind = str(KINDS[meeting.kind])
        facts = _changed(meeting, changes) if before else [when_said(meeting), meeting.place]
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=_whom(meeting),
            title=_("Träffen är ändrad") if before else kind,
            facts=[kind, *facts] if before else facts,
            paragraphs=_paragraphs(meeting, before),
            closing=_("Språk: %(languages)s", languages=languages_said(meeting)) if meeting.languages else "",
            others=_in_others(lambda: _in_short(meeting, changes)),
        )


def _changed(meeting: Meeting, changes: Sequence[MeetingChange]) -> list[str]:
    """Return when and where it is and was, also at the times before that: a home may hold that paper."""
    return change_said(changes[0], meeting) + earlier_said(changes[1:], meeting)


def _in_short(meeting: Meeting, changes: Sequence[MeetingChange]) -> str:
    kind = str(KINDS[meeting.kind])
    if changes:
        said = [f"{each}." for each in _changed(meeting, changes)]
        return " ".join([_("Träffen är ändrad: %(kind)s.", kind=kind), *said])
    return f"{kind}: {when_said(meeting)}, {meeting.place}"


def _page_of_cancelling(meeting: Meeting) -> SheetPage:
    """Return the page that says that a meeting is cancelled, with the reason as it was written."""
    changes = changes_told(meeting)
    with language.speaking(Language.SWEDISH):
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=_whom(meeting),
            title=_("Träffen är inställd"),
            facts=[str(KINDS[meeting.kind]), _was_to_be(meeting), *earlier_said(changes, meeting)],
            paragraphs=_parts_of(meeting.cancel_reason),
            others=_in_others(lambda: _called_off(meeting, changes)),
        )


def _called_off(meeting: Meeting, changes: Sequence[MeetingChange]) -> str:
    said = _("Träffen blir inte av: %(kind)s.", kind=KINDS[meeting.kind])
    earlier = [f"{each}." for each in earlier_said(changes, meeting)]
    return " ".join([said, _was_to_be(meeting), *earlier])


def _was_to_be(meeting: Meeting) -> str:
    return _("Skulle ha varit: %(when)s, %(place)s", when=when_said(meeting), place=meeting.place)


def _page_of_leaving(meeting: Meeting, groups: Sequence[Group]) -> SheetPage:
    with language.speaking(Language.SWEDISH):
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=", ".join(each.name for each in groups),
            title=str(KINDS[meeting.kind]),
            facts=[_has_left(meeting)],
            others=_in_others(lambda: _has_left(meeting)),
        )


def _has_left(meeting: Meeting) -> str:
    left = _("Er grupp är inte längre med på den gemensamma träffen.")
    return f"{left} " + _("Det gäller: %(when)s, %(place)s", when=when_said(meeting), place=meeting.place)


def _paragraphs(meeting: Meeting, before: MeetingChange | None) -> list[str]:
    """Return the text, and where the link stands: whoever passes the notice board must not get it.

    A text that is new is said to be. The one before it stands on the paper that the home has got already.
    """
    said = _parts_of(meeting.about)
    if before and said and before.about != meeting.about:
        said.insert(0, _("Att prata om, nu:"))
    if before and before.link and before.link != meeting.link:
        said.append(_("Länken är ny.") if meeting.link else _("Nu finns ingen länk."))
    if meeting.link:
        said.append(_("Du kan också vara med på video. Länken står i mejlet och på träffens sida."))
    return said


def _parts_of(text: str | None) -> list[str]:
    return [part for part in (text or "").split("\n\n") if part.strip()]


def _whom(meeting: Meeting) -> str:
    if meeting.code:
        return _("Öppet för alla i %(area)s", area=meeting.called_from.name)
    if meeting.building:
        return houses_said(meeting, meeting.building)
    if meeting.stairwells:
        return ", ".join(each.address for each in meeting.stairwells)
    return ", ".join(each.group.name for each in meeting.parts if each.takes_part)


def notes_sheet_of(meeting: Meeting, notes: PublishedNotes) -> bytes:
    """Return the published notes of a meeting as PDF, in the language they were written in."""
    with language.speaking(Language.SWEDISH):
        page = SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=f"{KINDS[meeting.kind]} · {when_said(meeting)}",
            title=_("Minnesanteckningar"),
            paragraphs=paragraphs_of(notes.text) + _found(meeting),
        )
        return sheet([page], _house(meeting))


def _found(meeting: Meeting) -> list[str]:
    """Return what was found at a meeting; not of several groups, of which one's is not for the others."""
    if meeting.group is None or {each.group_id for each in meeting.parts} != {meeting.group_id}:
        return []
    return _findings(_("Åtgärder från träffen:"), findings_of_meeting(meeting))


def _in_others(say: Callable[[], str]) -> list[OtherWords]:
    """Return what `say` returns in each of the other languages."""
    return [_in(each, say) for each in Language if each is not Language.SWEDISH]


def _in(reader: Language, say: Callable[[], str]) -> OtherWords:
    with language.speaking(reader):
        return OtherWords(reader, language.direction(reader), say())


def sign_in_sheet(meeting: Meeting, page: str) -> bytes:
    """Return an A4 as PDF with lines for those who come, asking for no name. Its code leads to a page."""
    with language.speaking(Language.SWEDISH):
        title = _("Vi som är här")
        facts = {
            "title": title,
            "when": f"{KINDS[meeting.kind]}, {when_said(meeting)}, {meeting.place}",
            "asked": [_asked(each) for each in Language],
            "flat": _("Port och lägenhet, om ni vill"),
            "people": _("Hur många"),
            "counter": _("För den som räknar: rikta telefonens kamera hit."),
            "after": _("Riv arket när antalet är skrivet."),
            "qr": paper.qr_for_pdf(page),
            "alt": _("QR-kod till %(address)s", address=page),
        }
    return paper.pdf("signin", facts)


def _asked(reader: Language) -> dict[str, str]:
    """Return what the sheet asks for in one of the house's languages."""
    with language.speaking(reader):
        asked = _("Skriv hur många ni är. Namn behövs inte.")
        return {"language": reader.value, "direction": language.direction(reader), "text": asked}
