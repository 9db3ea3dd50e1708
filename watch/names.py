"""Names of people: how they are typed, and when two are the same."""

from __future__ import annotations

import re
import unicodedata

from watch.signs import BLANKS, JOINERS, OF_DIRECTION, composed

SPACES = re.compile(r"[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
ALIKE = str.maketrans(dict.fromkeys("’ʼ‘`´", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013", "-"))
INITIAL = re.compile(r"\b([^\W\d_]|Dr|Mr|Mrs|Ms|St|Prof)\.(?=[^\W\d_]{2})", re.IGNORECASE)
EDGES = " " + "".join(map(chr, OF_DIRECTION))
SWEDISH_ORDER = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})
LINK = re.compile(  # mail programs also link evil.example, evil。se, 8.8.8.8 and tel:112
    r"[\\@]|//|www\.|\w[.。]\w{2}|\d[.。]\d|\w{2}:(?:\d|\S{3})|\w{2}[.。]\w+/", re.IGNORECASE
)


def tidy_name(text: str) -> str:
    """Return a typed name with single spaces, in composed form, and with a space after a title ("Dr. Ek").

    Signs of direction at its edges, which programs put around a name that is copied, are dropped.
    """
    return INITIAL.sub(r"\1. ", composed(SPACES.sub(" ", text).strip(EDGES)))


def folded_name(name: str) -> str:
    """Return a name as it is compared: without case, joiners, double spaces and apart accents.

    Apostrophes and hyphens of all kinds are one: phones type their own.
    """
    plain = name.translate(dict.fromkeys(map(ord, JOINERS))).translate(ALIKE)
    return " ".join(composed(plain).casefold().split())


def is_same_name(one: str, other: str) -> bool:
    """Return True if two names are the same to a reader: "Kim Ek" and "kim  ek"."""
    return folded_name(one) == folded_name(other)


def has_letter(name: str) -> bool:
    """Return True if a name has a letter that can be seen, of any script."""
    return any(unicodedata.category(sign) in {"Lu", "Ll", "Lt", "Lo"} and sign not in BLANKS for sign in name)


def is_like_link(name: str) -> bool:
    """Return True if a mail program would turn a part of the name into a link."""
    return LINK.search(unicodedata.normalize("NFKC", name)) is not None


def name_key(name: str) -> str:
    """Return what a name is sorted by in Swedish order: å, ä, ö after z."""
    return name.casefold().translate(SWEDISH_ORDER)
