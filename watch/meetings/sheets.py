"""A meeting as an A4 for the notice board: Swedish in large letters, a sentence in each other language.

The notes of a meeting are a sheet of their own.
"""

from __future__ import annotations

from flask_babel import gettext as _

from watch import language
from watch.meetings.labels import KINDS
from watch.meetings.markup import paragraphs_of
from watch.models import Building, Language, Meeting, PublishedNotes
from watch.printing.sheets import OtherWords, SheetPage, sheet, sheet_picture


def sheet_of(meeting: Meeting) -> bytes:
    """Return a meeting as PDF. Times are in Sweden."""
    return sheet([_page(meeting)], _house(meeting))


def picture_of(meeting: Meeting) -> bytes | None:
    """Return a meeting's sheet as PNG."""
    return sheet_picture(_page(meeting), _house(meeting))


def _house(meeting: Meeting) -> Building:
    return meeting.stairwell.building if meeting.stairwell else meeting.group.buildings[0]


def _page(meeting: Meeting) -> SheetPage:
    with language.speaking(Language.SWEDISH):
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=meeting.stairwell.address if meeting.stairwell else meeting.group.name,
            title=str(KINDS[meeting.kind]),
            facts=[_time(meeting), meeting.place],
            paragraphs=[part for part in (meeting.about or "").split("\n\n") if part.strip()],
            others=[_in(each, meeting) for each in Language if each is not Language.SWEDISH],
        )


def notes_sheet_of(meeting: Meeting, notes: PublishedNotes) -> bytes:
    """Return the published notes of a meeting as PDF, in the language they were written in."""
    with language.speaking(Language.SWEDISH):
        page = SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=f"{KINDS[meeting.kind]} · {_time(meeting)}",
            title=_("Minnesanteckningar"),
            paragraphs=paragraphs_of(notes.text),
        )
        return sheet([page], _house(meeting))


def _in(reader: Language, meeting: Meeting) -> OtherWords:
    with language.speaking(reader):
        said = f"{KINDS[meeting.kind]}: {_time(meeting)}, {meeting.place}"
        return OtherWords(reader, language.direction(reader), said)


def _time(meeting: Meeting) -> str:
    begins, ends = language.moment(meeting.starts_at), language.clock_of_end(meeting.ends_at)
    return _("%(moment)s–%(end)s", moment=begins, end=ends)
