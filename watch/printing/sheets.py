"""A4 sheets for the notice board: what every such sheet has besides its own text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from watch import language, paper
from watch.backing import backed_by
from watch.contacts.labels import backing_words
from watch.contacts.queries import backing_of
from watch.models import Building, Language
from watch.printing.letter_pages import foot_words


@dataclass(frozen=True)
class OtherWords:
    """The sheet's message in one sentence of another language."""

    language: Language
    direction: str
    text: str


@dataclass(frozen=True)
class SheetPage:
    """A page in one language. `source` is who says it; `facts` are set large, such as a day and a place."""

    language: Language
    direction: str
    source: str
    title: str
    facts: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    closing: str = ""
    others: list[OtherWords] = field(default_factory=list)


@dataclass(frozen=True)
class SheetCode:
    """The page to which the code on a sheet leads, and the words that invite to point a camera at it."""

    address: str
    invitation: LazyString


@dataclass(frozen=True)
class Foot:
    """What stands at the foot of a page, in its language: how to join, who stands behind it, whom to call."""

    invitation: str
    alt: str
    behind: str
    phones: str


def sheet(pages: Sequence[SheetPage], building: Building | None, code: SheetCode | None = None) -> bytes:
    """Return the pages as PDF. Its code leads to its own page, the building's, or else to the front page."""
    return paper.pdf("sheet", _facts(pages, building, code))


def sheet_pictures(
    pages: Sequence[SheetPage], building: Building | None, code: SheetCode | None = None
) -> list[bytes]:
    """Return every page of the paper as PNG, for a screen. None are returned if it cannot be drawn."""
    try:
        return paper.pictures("sheet", _facts(pages, building, code))
    except paper.CannotPrint:
        return []


def _facts(
    pages: Sequence[SheetPage], building: Building | None, code: SheetCode | None = None
) -> dict[str, object]:
    code = code or _to_join(building)
    return {
        "title": pages[0].title,
        "pages": [asdict(each) | {"foot": asdict(_foot(each, building, code))} for each in pages],
        "address": code.address.partition("://")[2],
        "qr": paper.qr_for_pdf(code.address),
    }


def _foot(page: SheetPage, building: Building | None, code: SheetCode) -> Foot:
    with language.speaking(page.language):  # the browser of the person who prints may use another
        return Foot(
            invitation=str(code.invitation),
            alt=_("QR-kod till %(address)s", address=code.address),
            behind=_behind(building),
            phones=foot_words(),
        )


def _behind(building: Building | None) -> str:
    """Return who stands behind the sheet, and whom to ask, as the posters say it."""
    return backing_words(backing_of([building])[building.id]) if building else backed_by()


def _to_join(building: Building | None) -> SheetCode:
    path = url_for("places.building", building_id=building.id) if building else url_for("places.front")
    invitation = _l("Vill du vara med i grannsamverkan? Rikta telefonens kamera hit.")
    return SheetCode(f"{current_app.config['BASE_URL']}{path}", invitation)
