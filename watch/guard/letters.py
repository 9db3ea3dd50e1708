"""Reads letters of other scripts that look like Latin ones as those: "АВС 123" in Cyrillic."""

from __future__ import annotations

import re

CYRILLIC = "АВСЕНІЈКМОРЅТХУаеіјкморсѕухвнт"
AS_LATIN = "ABCEHIJKMOPSTXYaeijkmopcsyxbht"
GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ"
AS_LATIN_TOO = "ABEZHIKMNOPTYXaeikvoptux"
LOOK_ALIKES = str.maketrans(CYRILLIC + GREEK, AS_LATIN + AS_LATIN_TOO)
WORD = re.compile(r"[^\W\d_]+")
LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


def read_as_latin(text: str) -> str:
    """Return the text with every look-alike as the Latin letter."""
    return text.translate(LOOK_ALIKES)


def read_mixed_as_latin(text: str) -> str:
    """Return the text with the look-alikes in those words that have Latin letters too."""
    return WORD.sub(lambda word: read_as_latin(word[0]) if LATIN.search(word[0]) else word[0], text)
