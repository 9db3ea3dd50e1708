"""Tells a misspelling from another word."""

from __future__ import annotations

import re

from watch.searching import folded

SHORT, LONG = 3, 7  # letters: a short word is another one with any other letter; a long one may differ by two
ONE_LETTER_APART = {"juni", "juli", "june", "july"}


def is_nearly(old: str, new: str) -> bool:
    """Return True if two texts have the same words, each but for a letter or two."""
    words, others = re.findall(r"\w+", old), re.findall(r"\w+", new)
    return len(words) == len(others) and all(map(_is_same_word, words, others))


def _is_same_word(one: str, other: str) -> bool:
    """Return True for a word and its misspelling ("Tvätstugan"), but not for "juni" and "juli"."""
    one, other = one.casefold(), other.casefold()
    if one == other:
        return True
    if not (one.isalpha() and other.isalpha()) or {one, other} <= ONE_LETTER_APART:
        return False
    letters = min(len(one), len(other))
    if letters <= SHORT:
        return folded(one) == folded(other)
    return _slips(one, other) <= (1 if letters < LONG else 2)


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
