"""A notice as an A4 for the notice board, a page in each language it was written in."""

from __future__ import annotations

from flask_babel import gettext as _

from watch import language
from watch.models import Building, Language, Notice, NoticeText
from watch.notices.labels import LEVELS, SENDERS
from watch.printing.sheets import SheetPage, sheet, sheet_pictures


def sheet_of(notice: Notice) -> bytes:
    """Return a notice as PDF."""
    return sheet(_pages(notice), _building(notice))


def pictures_of(notice: Notice) -> list[bytes]:
    """Return the pages of a notice's sheet as PNG."""
    return sheet_pictures(_pages(notice), _building(notice))


def _pages(notice: Notice) -> list[SheetPage]:
    texts = {text.language: text for text in notice.texts}
    return [_page(notice, texts[each]) for each in Language if each in texts]


def _building(notice: Notice) -> Building | None:
    if notice.stairwell:
        return notice.stairwell.building
    return notice.group.buildings[0] if notice.group else None


def _page(notice: Notice, text: NoticeText) -> SheetPage:
    with language.speaking(text.language):
        return SheetPage(
            language=text.language,
            direction=language.direction(text.language),
            source=f"{LEVELS[notice.level]} · {_sender(notice)} · {language.day(notice.sent_at)}",
            title=text.title,
            paragraphs=[part for part in text.body.split("\n\n") if part.strip()],
            closing=_closing(notice),
        )


def _sender(notice: Notice) -> str:
    if notice.stairwell:
        return notice.stairwell.address
    return str(SENDERS.get(notice.organisation, notice.organisation))


def _closing(notice: Notice) -> str:
    said = []
    if notice.source:
        said.append(_("Källa: %(source)s", source=notice.source))
    if notice.valid_until:
        said.append(_("Gäller till och med %(day)s", day=language.day(notice.valid_until)))
    return ". ".join(said)
