"""How searches compare what is typed with what is stored: names, streets, areas, titles and addresses.

Case, accents, rings and dots, punctuation, kinds of digits, and the ways to write an Arabic letter make no
difference. Every search uses this folding.
"""

from __future__ import annotations

import re
import unicodedata

from watch.signs import composed

# Letters that Unicode does not take apart, and Arabic letters that are written for each other
ALIKE = str.maketrans(
    {"ø": "o", "æ": "a", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "œ": "o", "\u0671": "\u0627"}
    | dict.fromkeys("\u0649\u06cc\u06d2", "\u064a")  # yeh: without dots, Persian, Urdu
    | dict.fromkeys("\u0629\u06c1\u06be\u06d5", "\u0647")  # heh: marbuta, Urdu, Kurdish
    | {"\u06a9": "\u0643", "\u0640": ""}  # Persian kaf; tatweel
)
BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])[:'’‘`´](?=[^\W\d_])")  # S:t, O'Brien
APART = re.compile(r"[\s,;،؛]+")
LONG = 4  # letters of a word that is also found where the text has a space in it


def folded(text: str) -> str:
    """Return text as a search compares it: "Långgata ٢١, S:t Olof" is "langgata 21 st olof"."""
    plain = unicodedata.normalize("NFKD", composed(text).casefold()).translate(ALIKE)
    letters = "".join(_digit(sign) for sign in plain if unicodedata.category(sign) not in {"Mn", "Cf"})
    return " ".join(re.findall(r"\w+", BETWEEN_LETTERS.sub("", letters)))


def plain_digits(text: str) -> str:
    """Return text with its digits of all kinds as 0–9, and full-width letters as usual ones."""
    return "".join(map(_digit, unicodedata.normalize("NFKC", composed(text))))


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign, sign))


def is_found(search: str, text: str) -> bool:
    """Return True if each word of a search stands in the text, in any order. An address is one word."""
    meant = folded(text)
    words = [word for typed in APART.split(search) for word in _words(typed)]
    if not words:
        return search.strip() in text
    return all(word in meant or (len(word) >= LONG and word in meant.replace(" ", "")) for word in words)


def _words(typed: str) -> list[str]:
    plain = folded(typed.removeprefix("mailto:"))
    return [plain] if "@" in typed and plain else plain.split()


def contains(text: str, word: str) -> bool:
    """Return True if folded text contains the word, or the word as a part of another."""
    return word in text


def nearly_contains(text: str, word: str) -> bool:
    """Return True if a word of folded text begins with `word`, allowing one typing error.

    An error is a wrong, missing or extra letter, or two letters exchanged ("sodermalmsgaten"). Words under
    four letters and numbers must be exact.
    """
    if len(word) < LONG or not word.isalpha():
        return word in text
    begun = (len(word) - 1, len(word), len(word) + 1)
    words = [*text.split(), text.replace(" ", "")]
    return word in text or any(_is_one_slip(word, each[:length]) for each in words for length in begun)


def _is_one_slip(typed: str, meant: str) -> bool:
    differ = (place for place, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other)
    same = next(differ, min(len(typed), len(meant)))
    typed, meant = typed[same:], meant[same:]
    return (
        typed[1:] == meant[1:]  # wrong
        or typed == meant[1:]  # missing
        or typed[1:] == meant  # too many
        or (typed[:2] == meant[1::-1] and typed[2:] == meant[2:])  # exchanged
    )
