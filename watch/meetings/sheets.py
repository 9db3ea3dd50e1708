"""A meeting as an A4 for the notice board: Swedish in large letters, a sentence in each other language."""

from __future__ import annotations

from watch import language
from watch.meetings.labels import KINDS, when_said
from watch.models import Building, Language, Meeting
from watch.printing.sheets import OtherWords, SheetPage, sheet, sheet_picture


def sheet_of(meeting: Meeting) -> bytes:
    """Return a meeting as PDF. Times are in Sweden."""
    return sheet([_page(meeting)], _house(meeting))


def picture_of(meeting: Meeting) -> bytes | None:
    """Return a meeting's sheet as PNG."""
    return sheet_picture(_page(meeting), _house(meeting))


def _house(meeting: Meeting) -> Building:
    stairwells = meeting.stairwells
    return stairwells[0].building if stairwells else meeting.parts[0].group.buildings[0]


def _page(meeting: Meeting) -> SheetPage:
    with language.speaking(Language.SWEDISH):
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=_whom(meeting),
            title=str(KINDS[meeting.kind]),
            facts=[when_said(meeting), meeting.place, *([meeting.link] if meeting.link else [])],
            paragraphs=[part for part in (meeting.about or "").split("\n\n") if part.strip()],
            others=[_in(each, meeting) for each in Language if each is not Language.SWEDISH],
        )


def _whom(meeting: Meeting) -> str:
    if meeting.stairwells:
        return ", ".join(each.address for each in meeting.stairwells)
    return ", ".join(each.group.name for each in meeting.parts if each.takes_part)


def _in(reader: Language, meeting: Meeting) -> OtherWords:
    with language.speaking(reader):
        said = f"{KINDS[meeting.kind]}: {when_said(meeting)}, {meeting.place}"
        return OtherWords(reader, language.direction(reader), said)
