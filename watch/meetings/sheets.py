"""A meeting as an A4 for the notice board: Swedish in large letters, a sentence in each other language."""

from __future__ import annotations

from watch import language
from watch.meetings.labels import KINDS, when_said
from watch.models import Language, Meeting
from watch.printing.sheets import OtherWords, SheetPage, sheet


def sheet_of(meeting: Meeting) -> bytes:
    """Return a meeting as PDF. Times are in Sweden."""
    stairwells = meeting.stairwells
    house = stairwells[0].building if stairwells else meeting.parts[0].group.buildings[0]
    with language.speaking(Language.SWEDISH):
        page = SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=_whom(meeting),
            title=str(KINDS[meeting.kind]),
            facts=[when_said(meeting), meeting.place, *([meeting.link] if meeting.link else [])],
            paragraphs=[part for part in (meeting.about or "").split("\n\n") if part.strip()],
            others=[_in(each, meeting) for each in Language if each is not Language.SWEDISH],
        )
        return sheet([page], house)


def _whom(meeting: Meeting) -> str:
    if meeting.stairwells:
        return ", ".join(each.address for each in meeting.stairwells)
    return ", ".join(each.group.name for each in meeting.parts if each.takes_part)


def _in(reader: Language, meeting: Meeting) -> OtherWords:
    with language.speaking(reader):
        said = f"{KINDS[meeting.kind]}: {when_said(meeting)}, {meeting.place}"
        return OtherWords(reader, language.direction(reader), said)
