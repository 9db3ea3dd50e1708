"""Finds text about suspects, which may not be stored (GDPR article 10; trust.md, rule 8).

It finds the usual wordings only. The writer is referred to the police, and can still reword the text.
"""

from __future__ import annotations

import re

from watch.fields import REGISTRATION_PLATE

SUSPECT = re.compile(r"\bmisstänk(?:t|ta|te|s|er)\b", re.IGNORECASE)
CAPITALISED = re.compile(r"\b[A-ZÅÄÖ][a-zåäöéü]+\b")
SENTENCE_END = re.compile(r"[.!?\n]+")
PLACE_ENDINGS = ("gatan", "gata", "vägen", "torget", "gränd", "holmen", "huset", "parken", "skolan", "plan")
NO_NAMES = frozenset(
    {"Polisen", "Kommunen", "Bostäder", "Victoriahem", "Grannsamverkan", "Norrby", "Boda", "Hulta", "Borås"}
)
SCRIPT_LINK = re.compile(r"javascript\s*:", re.IGNORECASE)


def has_plate(text: str) -> bool:
    """Return True for a registration plate (ABC 123, abc123), but not for "och 200 kronor"."""
    return any(" " not in found[0] or found[0][:3].isupper() for found in REGISTRATION_PLATE.finditer(text))


def names_a_suspect(text: str) -> bool:
    """Return True if a sentence has both "misstänkt" and a person's name."""
    return any(SUSPECT.search(part) and _holds_a_name(part) for part in SENTENCE_END.split(text))


def _holds_a_name(sentence: str) -> bool:
    """Return True if a capitalised word is no place and does not merely begin the sentence."""
    words = sentence.strip()
    for found in CAPITALISED.finditer(words):
        word = found[0]
        if word in NO_NAMES or word.lower().endswith(PLACE_ENDINGS):
            continue
        if found.start() > 0 or CAPITALISED.match(words[found.end() :].lstrip()):
            return True
    return False
