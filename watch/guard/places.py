"""Finds a flat, and names of people, in what should be the name of a place: "Hos Kalle, lgh 1203"."""

from __future__ import annotations

import re
import unicodedata

from watch.guard.letters import read_mixed_as_latin
from watch.guard.people import Sentence

FLAT = re.compile(
    r"\b(?:lägenhet\w*|lgh|flat|apartment|apt|guri\w*|(?:ال)?شقة)\W{0,3}(?:nr\W+|no\W+|nummer )?\d"
    r"|(?<!\d)[01]\d\s?[0-3]\d(?!\s?\d)",  # a lägenhetsnummer: two digits of floor, two of door
    re.IGNORECASE,
)


def tells_flat(place: str) -> bool:
    """Return True if a place has the number of a flat."""
    return FLAT.search(_plain(place)) is not None


def people_at(place: str) -> list[str]:
    """Return what may be names of people in a place. Many places are called after somebody."""
    return Sentence(_plain(place)).people(is_strict=True)


def _plain(text: str) -> str:
    return read_mixed_as_latin(unicodedata.normalize("NFKC", text))
