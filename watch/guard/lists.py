"""Finds lists of people, as of who was at a gathering, and members who are named in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise, product

from watch.guard.deeds import is_arabic_name
from watch.guard.people import Word
from watch.searching import folded

PRESENT = re.compile(  # what a list of those who came begins with
    r"\b(?:närvarande|närvaro|deltagare|deltog|deltar|på plats|kom|frånvarande|anmälda|present|participants"
    r"|attending|attendees|attended|absent|came|joogay|yimid|ka qaybgalay|الحاضرون|حضر|المشاركون)\b"
    r"(?P<colon>[^\S\n]*:)?",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[,،;/&•·|\n]|\s[-–—+]\s|\b(?:och|samt|and|iyo)\b|\sو(?=\w)", re.IGNORECASE)
BESIDE = re.compile(r"\([^)\n]*\)|\d+|\b(?:lgh|lägenhet|port|nr)\b|^[\W_]+|[\W_]+$", re.IGNORECASE)
MOST_WORDS, MOST_CHARACTERS = 4, 100  # of a name, and of what stands beside it
INITIAL_FIRST = re.compile(r"(?<!\w)(?=[^\W\d_]\b)(\w)\.?[^\S\n]{0,3}\b(\w{2,60})")  # "C. Öberg"
INITIAL_LAST = re.compile(r"(?<!\w)(\w{2,60})[^\S\n]{1,3}(?=[^\W\d_]\b)(\w)")  # "Carin Ö"
ENOUGH = 3  # names in a row are a list, also where nothing says of what


def people_listed(text: str) -> list[str]:
    """Return the names of a list of people, as written: "Närvarande: Ahmed G, Alva E"."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n|[.!?]\s", unicodedata.normalize("NFKC", text)):
        begins = PRESENT.search(block)
        listed = block[begins.end() if begins else 0 :].rpartition(":")[2]
        names = [name for name in map(_bare, BETWEEN.split(listed)) if _is_name(name)]
        least = ENOUGH if begins is None else 1 if begins["colon"] else 2
        found += names if len(names) >= least else []
    return list(dict.fromkeys(found))


def _bare(item: str) -> str:
    if len(item) > MOST_CHARACTERS:  # no name, and slow to trim
        return ""
    return BESIDE.sub("", BESIDE.sub("", item).strip()).strip()


def _is_name(item: str) -> bool:
    """Return True for a known first name and perhaps others: "Ahmed G"; and for a word with an initial."""
    words = [Word(each, 0, len(each)) for each in item.split()]
    if words and is_arabic_name(words[0].text):
        return len(words) <= MOST_WORDS
    if not 0 < len(words) <= MOST_WORDS or not all(each.is_capital for each in words):
        return False
    has_initial = len(words) == 2 and len(words[1].text.rstrip(".")) == 1
    return words[0].is_first_name or (has_initial and not words[0].is_no_person)


def named_in(text: str, names: Iterable[str]) -> list[str]:
    """Return those of these names that stand in a text, in any order, or with an initial ("C. Öberg").

    Accents, rings, dots and the s of a genitive make no difference. A first name alone may be anybody's.
    """
    beside = {pair for two in pairwise(folded(text).split()) for pair in _pairs(*two)}
    initials = {
        pair
        for each in INITIAL_FIRST.finditer(text)
        if not each[1].islower()
        for pair in _pairs(*each.groups())
    }
    initials |= {
        pair
        for each in INITIAL_LAST.finditer(text)
        if not each[2].islower()
        for pair in _pairs(*each.groups())
    }
    return [name for name in names if _is_named(folded(name).split(), beside, initials)]


def _pairs(one: str, two: str) -> Iterable[tuple[str, str]]:
    """Return two words of a text, folded, with and without the s of a genitive."""
    first, second = folded(one), folded(two)
    return product({first, first.removesuffix("s")}, {second, second.removesuffix("s")})


def _is_named(words: list[str], beside: set[tuple[str, str]], initials: set[tuple[str, str]]) -> bool:
    if len(words) < 2:
        return False
    first, last = words[0], words[-1]
    short = {(first[0], last), (last, first[0]), (first, last[0])}
    return bool(beside & {(first, last), (last, first), (first, words[1])} or initials & short)
