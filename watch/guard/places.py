"""Finds a flat, and names of people, in what should be the name of a place: "Hos Kalle, lgh 1203"."""

from __future__ import annotations

import re
import unicodedata

from watch.guard.deeds import is_arabic_name
from watch.guard.letters import read_mixed_as_latin
from watch.guard.people import Sentence, Word

SAID = (
    r"\b(?:lägenhet\w*|lgh|flat|apartment|apt|guri\w*|(?:ال)?شقة)\W{0,3}(?:nr\W+|no\W+|nummer )?\d"
    r"|\b(?:tr|trappor|våning\w*|vån|plan|floor)\b.{0,15}\b(?:vänster|höger|mitten|left|right)\b"
    r"|\b(?:vänster|höger|left|right)\b.{0,6}\b(?:tr|trappor|våning\w*|vån|plan|floor)\b"
)
NUMBER = r"(?<!\d)[01]\d\s?[0-3]\d(?!\s?\d)"  # a lägenhetsnummer: two digits of floor, two of door
NAMED_FLAT = re.compile(SAID, re.IGNORECASE)
FLAT = re.compile(f"{SAID}|{NUMBER}", re.IGNORECASE)


def tells_flat(place: str) -> bool:
    """Return True if a place has the number of a flat."""
    return FLAT.search(_plain(place)) is not None


def names_flat(text: str) -> bool:
    """Return True if a text names a flat as such ("lgh 1202"); 1202 alone may be a year or a time of day."""
    return NAMED_FLAT.search(_plain(text)) is not None


def people_at(place: str) -> list[str]:
    """Return what may be names of people in a place. Many places are called after somebody."""
    sentence = Sentence(_plain(place))
    named = [word.text for word in sentence.words if _is_plain_name(word)]
    return list(dict.fromkeys([*sentence.people(is_strict=True), *named]))


def _is_plain_name(word: Word) -> bool:
    """Return True for a first name in small letters that is no other word, and for an Arabic name."""
    return is_arabic_name(word.text) or (word.is_first_name and not word.is_other_word)


def _plain(text: str) -> str:
    return read_mixed_as_latin(unicodedata.normalize("NFKC", text))
