"""Signs that nobody sees, and marks on letters: which may be typed, which are dropped, which are refused.

Soft hyphens and zero-width spaces come along when text is copied from web pages and mean nothing. Joiners,
direction marks and balanced isolates are a part of Arabic, Persian and Indian text and of emoji. Overrides
could show a text otherwise than it is, so they are refused (trust.md, "Input that must be refused").
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

JOINERS = "\u200c\u200d"  # zero-width non-joiner and joiner
ISOLATES, END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
OF_TEXTS = f"{JOINERS}\u061c\u200e\u200f{ISOLATES}{END_OF_ISOLATE}"
# soft hyphen, zero-width space, word joiner, byte order mark, Word's optional hyphen, the place of a picture,
# and the tags that make a black flag that of England
MEANINGLESS = dict.fromkeys([*map(ord, "\u00ad\u200b\u2060\ufeff\x1f\ufffc"), *range(0xE0001, 0xE0080)])
# Marks, embeddings and isolates, which say in which direction to write; overrides are not among them
OF_DIRECTION = dict.fromkeys([0x61C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, *range(0x2066, 0x206A)])
# joiners, and what chooses the look of the sign before it
IN_ADDRESSES = MEANINGLESS | OF_DIRECTION | dict.fromkeys([0x180E, 0x200C, 0x200D, *range(0xFE00, 0xFE10)])
LINE_BREAKS = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), "\n")  # Word's vertical tab among them
BLANKS = "\u115f\u1160\u3164\uffa0\u2800"  # letters and a pattern that look like a space
MOST_MARKS = 30  # combining marks on one letter; written languages need a few (Unicode's "stream-safe" text)
MOST_SHOWN = 4  # marks on one letter that a line of text has room for
MAY_BE_PILE = re.compile(rf"\W{{{MOST_MARKS + 1},}}")  # combining marks are no word characters
SHOWN_BEFORE = 40  # characters


def is_hidden_character(character: str) -> bool:
    """Return True for control, bidirectional, zero-width and line-separating characters."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}


def plain_text(text: str) -> str:
    """Return text without signs that mean nothing, every line break as a line feed."""
    return text.translate(MEANINGLESS | LINE_BREAKS | {0x1E: "-"})  # Word's non-breaking hyphen


def plain_line(text: str) -> str:
    """Return one line of text in the same way, with a space for each tab and separator of lines."""
    return text.translate(MEANINGLESS | dict.fromkeys([*LINE_BREAKS, ord("\t")], " ") | {0x1E: "-"})


def before_hidden_sign(text: str, allowed: str = "", *, joins: bool = False) -> str | None:
    """Return the words before the first sign that nobody sees, or None if there is none.

    `allowed` are taken, isolates only where each is ended; with `joins`, joiners only between visible signs.
    """
    for place, sign in enumerate(text):
        is_wrong = sign not in allowed and (is_hidden_character(sign) or sign in BLANKS)
        if is_wrong or (joins and sign in JOINERS and not _is_joined(text, place)):
            return _words_before(text, place)
    return None if _is_balanced(text) else _words_before(text, _first_isolate(text))


def _words_before(text: str, place: int) -> str:
    before = "".join(" " if is_hidden_character(each) else each for each in text[:place])
    return " ".join(before.split()[-3:])[-SHOWN_BEFORE:]


def _is_joined(text: str, place: int) -> bool:
    """Return True if visible characters stand on both sides of a joiner, or another joiner does."""
    around = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    return all(
        sign and not sign.isspace() and (sign in JOINERS or not is_hidden_character(sign)) for sign in around
    )


def _is_balanced(text: str) -> bool:
    """Return True if each isolate is ended in its own line, as the Unicode bidirectional algorithm wants."""
    for line in text.splitlines():
        depth = 0
        for sign in line:
            depth += (sign in ISOLATES) - (sign == END_OF_ISOLATE)
            if depth < 0:
                return False
        if depth:
            return False
    return True


def _first_isolate(text: str) -> int:
    return next(place for place, sign in enumerate(text) if sign in ISOLATES + END_OF_ISOLATE)


def composed(text: str) -> str:
    """Return text in composed form (NFC), unless combining marks are piled up on one letter.

    Python's normalisation takes quadratic time in such marks, so a form full of them would take minutes.
    """
    return text if has_pile(text, MOST_MARKS) else unicodedata.normalize("NFC", text)


def has_pile(text: str, most: int = MOST_SHOWN) -> bool:
    """Return True if a letter has more than `most` combining marks, which would cover the lines around it."""
    maybe = MAY_BE_PILE if most == MOST_MARKS else re.compile(rf"\W{{{most + 1},}}")
    return any(_holds_pile(found[0], most) for found in maybe.finditer(text))


def _holds_pile(text: str, most: int) -> bool:
    return any(is_mark and len(list(signs)) > most for is_mark, signs in groupby(text, is_mark_on_letter))


def is_mark_on_letter(character: str) -> bool:
    """Return True if the character combines with the letter before it."""
    decomposed = unicodedata.normalize("NFD", character)[0]
    return unicodedata.combining(decomposed) > 0 or unicodedata.category(character) == "Me"
