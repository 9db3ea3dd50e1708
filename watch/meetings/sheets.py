"""A meeting on paper: an A4 for the notice board, its notes, and a sheet at the door to write on."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from watch import language, paper
from watch.findings.labels import in_a_line
from watch.findings.queries import findings_left, findings_of_meeting
from watch.meetings.labels import KINDS, languages_said, when_said
from watch.meetings.markup import paragraphs_of
from watch.meetings.queries.public import public_address
from watch.models import Building, Finding, Language, Meeting, PublishedNotes
from watch.printing.sheets import OtherWords, SheetCode, SheetPage, sheet, sheet_pictures

MOST_FINDINGS = 8  # as in the mail


def sheet_of(meeting: Meeting, *, for_homes: bool = False) -> bytes:
    """Return a meeting as PDF. Times are in Sweden.

    The copies for homes also say what is left since last time, as the mail does. That is for those who live
    there, not for whoever passes a notice board.
    """
    page = _page(meeting)
    if for_homes:
        page.paragraphs.extend(_left(meeting))
    return sheet([page], _house(meeting), _code(meeting))


def _left(meeting: Meeting) -> list[str]:
    with language.speaking(Language.SWEDISH):
        return _findings(_("Kvar sedan sist:"), findings_left(meeting))


def _findings(heading: str, findings: Sequence[Finding]) -> list[str]:
    """Return a paragraph with a line each under a heading, or nothing."""
    lines = [f"– {in_a_line(each)}" for each in findings[:MOST_FINDINGS]]
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


def _page(meeting: Meeting) -> SheetPage:
    with language.speaking(Language.SWEDISH):
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=_whom(meeting),
            title=str(KINDS[meeting.kind]),
            facts=[when_said(meeting), meeting.place],
            paragraphs=_paragraphs(meeting),
            closing=_("Språk: %(languages)s", languages=languages_said(meeting)) if meeting.languages else "",
            others=[_in(each, meeting) for each in Language if each is not Language.SWEDISH],
        )


def _paragraphs(meeting: Meeting) -> list[str]:
    """Return the text, and where the link stands: whoever passes the notice board must not get it."""
    by_video = [_("Du kan också vara med på video. Länken står i mejlet och på träffens sida.")]
    about = [part for part in (meeting.about or "").split("\n\n") if part.strip()]
    return about + (by_video if meeting.link else [])


def _whom(meeting: Meeting) -> str:
    if meeting.code:
        return _("Öppet för alla i %(area)s", area=meeting.called_from.name)
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


def _in(reader: Language, meeting: Meeting) -> OtherWords:
    with language.speaking(reader):
        said = f"{KINDS[meeting.kind]}: {when_said(meeting)}, {meeting.place}"
        return OtherWords(reader, language.direction(reader), said)


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
