"""Finds names that are none, but tell something of somebody: everybody in the house would read them."""

from __future__ import annotations

import re
import unicodedata

from watch.guard.letters import read_mixed_as_latin
from watch.guard.people import ACCUSED, CULPRIT, SUSPECT, suspects_in
from watch.guard.plates import plates_in
from watch.guard.wordings import TOLD
from watch.guard.words import words

FLAT = re.compile(r"(?:\d\s?){4}")  # the number of a flat, or more
THREAT = re.compile(
    r"\b(?:skjut|slakta|hata|kill|shoot|hate|gola(?:re|r|de)|tjall(?:a|ar|are)|snitch|hora|horan|hor)\b",
    re.IGNORECASE,
)


def tells_of_somebody(name: str) -> bool:
    """Return True if a name has a deed, a threat, a plate or the number of a flat: "Mörda Khalid".

    A first name that is another word as well is a name: "Gun", "Frank".
    """
    plain = read_mixed_as_latin(unicodedata.normalize("NFKC", name))
    if FLAT.search(plain) or plates_in(plain) or suspects_in(plain):
        return True
    said = [found for each in (TOLD, CULPRIT, ACCUSED, SUSPECT, THREAT) for found in each.finditer(plain)]
    return any(each[0].casefold() not in words("first_names") for each in said)
