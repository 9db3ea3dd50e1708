"""Tells a misspelling from another word."""

from __future__ import annotations

import re

from watch.meetings.exact_words import exact_words
from watch.searching import folded

SHORT, LONG = 3, 7  # letters: a short word is another one with any other letter; a long one may differ by two
NAMES = 5  # letters from which a word counts as part of a longer one: "måndag" of "måndagskväll"


def is_nearly(old: str, new: str) -> bool:
    """Return True if two texts have the same words, each but for a letter or two."""
    words, others = re.findall(r"\w+", old), re.findall(r"\w+", new)
    return len(words) == len(others) and all(
        _is_same_word(*each) for each in set(zip(words, others, strict=True))
    )


def _is_same_word(one: str, other: str) -> bool:
    """Return True for a word and its misspelling ("Tvätstugan"), but not for "juni" and "juli"."""
    one, other = one.casefold(), other.casefold()
    if one == other:
        return True
    if not (one.isalpha() and other.isalpha()):
        return False
    letters = min(len(one), len(other))
    if letters <= SHORT:
        return folded(one) == folded(other)
    if _slips(one, other) > (1 if letters < LONG else 2):
        return False
    return not any(_is_another(folded(one), folded(other), words) for words in exact_words())


def _is_another(one: str, other: str, words: frozenset[str]) -> bool:
    """Return True if one is or names a day, a month or a number, and the other one may be another of them."""
    if one == other:
        return False
    named, beside = ({each for each in words if len(each) >= NAMES and each in word} for word in (one, other))
    if not (named <= beside or beside <= named):
        return True
    pairs = ((typed, meant) for typed, meant in ((one, other), (other, one)) if meant in words)
    return any(_is_as_near(typed, words - {meant}, _slips(typed, meant)) for typed, meant in pairs)


def _is_as_near(typed: str, words: frozenset[str], slips: int) -> bool:
    """Return True if a word is one of these with so many slips, or with fewer."""
    likely = (each for each in words if abs(len(each) - len(typed)) <= slips)
    return any(_slips(typed, each) <= slips for each in likely)


def _slips(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many, or exchanged with the next one."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for place, meant in enumerate(other, 1):
            fewest = min(now[-1] + 1, last[place] + 1, last[place - 1] + (letter != meant))
            is_exchanged = row > 1 and place > 1 and (letter, one[row - 2]) == (other[place - 2], meant)
            now.append(min(fewest, before[place - 2] + 1) if is_exchanged else fewest)
        before, last = last, now
    return last[-1]
