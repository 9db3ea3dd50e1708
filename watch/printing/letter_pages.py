"""Lays out letters as pages and as PDF."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from werkzeug.utils import secure_filename

from watch import language, paper, tokens
from watch.backing import NOTHING_LOST
from watch.contacts.labels import backing_words
from watch.contacts.queries import Backing, backing_of
from watch.groups.queries.joinable import group_to_join
from watch.models import Language, Letter
from watch.printing.queries import code_of

FEW = 60  # more letters are drawn in a process of their own
LETTER_SENTENCES = (
    _l("Grannsamverkan är att grannar i samma hus känner varandra och hjälps åt."),
    _l("Alla som bor här får vara med."),
    NOTHING_LOST,
    _l(
        "Bara kontaktombuden för din port och huvudkontaktombudet ser ditt namn och din lägenhet. "
        "Polisen och hyresvärden ser det aldrig."
    ),
    _l("Rikta telefonens kamera mot koden, eller skriv adressen i webbläsaren."),
)
BY_VISIT = _l("Har du ingen e-postadress kommer ett kontaktombud till dig.")


def foot_words() -> str:
    """Return the phone numbers for crime and tips, which stand at the foot of every printed page."""
    crime = _l("Pågående brott: ring %(number)s.", number="112")
    tips = _l("Tips: %(number)s eller %(site)s.", number=language.left_to_right("114 14"), site="polisen.se")
    return f"{crime} {tips}"


@dataclass(frozen=True)
class LetterWords:
    """The text that is the same in every letter, in one language."""

    language: Language
    direction: str
    heading: str
    sentences: list[str]
    code: str
    by_hand: str


@dataclass(frozen=True)
class OwnWords:
    """The text that differs between letters, in one language: addressee, visit, expiry, who stands behind."""

    to: str
    knock: str
    until: str
    behind: str


def pages_of(letters: Sequence[Letter], languages: Collection[Language]) -> dict[str, Any]:
    """Return the values for templates/print/letters.typ. Each letter is in all the languages."""
    chosen = [each for each in Language if each in languages]
    stairwells = {letter.flat.stairwell for letter in letters}
    knocked = {
        stairwell.id for stairwell in stairwells if group_to_join(stairwell)
    }  # elsewhere no coordinator could visit
    backing = backing_of({stairwell.building for stairwell in stairwells})
    own = zip(*(_own_words_in(each, letters, knocked, backing) for each in chosen), strict=True)
    with language.speaking(Language.SWEDISH):  # the browser of the person who prints may use another language
        return {
            "title": str(_l("Brev om grannsamverkan")),
            "heading": "Grannsamverkan",
            "foot": foot_words(),
            "words": [asdict(_words_in(each)) for each in chosen],
            "letters": [_page_of(letter, words) for letter, words in zip(letters, own, strict=True)],
        }


def _words_in(reader: Language) -> LetterWords:
    with language.speaking(reader):
        return LetterWords(
            language=reader,
            direction=language.direction(reader),
            heading=str(_l("Var med i grannsamverkan i ditt hus")),
            sentences=[str(each) for each in LETTER_SENTENCES],
            code=str(_l("Kod")),
            by_hand=str(_l("Ditt kontaktombud")),
        )


def _own_words_in(
    reader: Language, letters: Sequence[Letter], knocked: Collection[int], backing: Mapping[int, Backing]
) -> list[OwnWords]:
    with language.speaking(reader):
        behind = {number: backing_words(each) for number, each in backing.items()}
        return [
            _own_words(letter, letter.flat.stairwell_id in knocked, behind[letter.flat.stairwell.building_id])
            for letter in letters
        ]


def _own_words(letter: Letter, is_knocked: bool, behind: str) -> OwnWords:
    place = {"address": letter.flat.stairwell.address, "flat": letter.flat.number}
    day = language.day(letter.expires_at)
    return OwnWords(
        knock=str(BY_VISIT) if is_knocked else "",
        to=str(_l("Till dig som bor på %(address)s, lägenhet %(flat)s", **place)),
        until=str(_l("Koden gäller din lägenhet, en gång, till och med %(day)s.", day=day)),
        behind=behind,
    )


def _page_of(letter: Letter, words: Iterable[OwnWords]) -> dict[str, Any]:
    code = tokens.show_code(code_of(letter))
    address = f"{current_app.config['BASE_URL']}/j/{code}"
    return {
        "words": [asdict(each) for each in words],
        "code": code,
        "address": address.partition("://")[2],
        "link": address,
        "alt": str(_l("QR-kod till %(address)s", address=address)),
    }


def behind_words(backing: Backing) -> list[dict[str, str]]:
    """Return in each language who stands behind the group and what joining costs."""
    return [_behind_in(each, backing) for each in Language]


def _behind_in(reader: Language, backing: Backing) -> dict[str, str]:
    with language.speaking(reader):
        return {
            "language": reader,
            "direction": language.direction(reader),
            "behind": f"{backing_words(backing)} {NOTHING_LOST}",
            "by_hand": str(_l("Ditt kontaktombud")),
        }


def file_name(address: str, place: int | None = None) -> str:
    """Return a file name in ASCII for letters that start with this address."""
    words = [str(_l("brev")), address.replace("–", "-"), *([str(place)] if place else [])]
    return secure_filename(" ".join(words) + ".pdf").lower().replace("_", "-")


def pdf_of(pages: Mapping[str, Any]) -> bytes:
    """Return the pages as PDF. Up to 60 letters are drawn in this process, which takes a second or two."""
    return paper.pdf("letters", _with_codes(pages)) if len(pages["letters"]) <= FEW else long_pdf_of(pages)


def long_pdf_of(pages: Mapping[str, Any]) -> bytes:
    """Return many pages as PDF, drawn in a process of its own to save memory.

    Raises subprocess.SubprocessError.
    """
    return paper.long_pdf("letters", _with_codes(pages))


def _with_codes(pages: Mapping[str, Any]) -> dict[str, Any]:
    """Add each page's QR code. This takes a while, so call it after the transaction has ended."""
    letters = [page | {"qr": paper.qr_for_pdf(page["link"])} for page in pages["letters"]]
    return {**pages, "letters": letters}
