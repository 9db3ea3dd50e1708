"""Street addresses: how they are written, and sorted in Swedish order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from watch.searching import folded

# Keys hold a–z and 0–9 only, because the databases sort other characters differently.
AFTER_Z = str.maketrans({"å": "zza", "ä": "zzb", "æ": "zzb", "ö": "zzc", "ø": "zzc", "ü": "y"})
StreetNumber = tuple[int, str]


def swedish_sort_key(text: str, most: int = 200) -> str:
    """Return a sort key of at most `most` characters: å, ä, ö after z, numbers by value."""
    letters = unicodedata.normalize("NFC", text).casefold().translate(AFTER_Z)
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", letters)
        if not unicodedata.combining(character)
    )
    valued = re.sub(r"\d+", lambda number: number[0].lstrip("0").zfill(5), plain)
    # a space becomes 0, which sorts before every letter
    return "0".join(re.findall(r"[a-z0-9]+", valued))[:most]


def slug_of(name: str) -> str:
    """Return a name as part of a URL, never empty: "Hässleholmen" becomes "hassleholmen"."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(name)))[:50] or "omrade"


def street_number(number: str) -> StreetNumber:
    """Return a street number as digits and letter: "12A" becomes (12, "A")."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 0, number[digits.end() :] if digits else number)


def address_of(stairwells: Iterable[tuple[str, str]], most: int = 200) -> str:
    """Return a building's address from (street, number) pairs: "Norrby Långgata 21–27".

    Several streets are joined. If it would be longer than `most`, only the first and last number are given.
    """
    ordered = sorted(set(stairwells), key=lambda each: (swedish_sort_key(each[0]), street_number(each[1])))
    streets = [
        (street, [number for _, number in group]) for street, group in groupby(ordered, lambda e: e[0])
    ]
    said = ", ".join(f"{street} {_runs(numbers)}" for street, numbers in streets)
    if len(said) > most:
        said = ", ".join(f"{street} {_span(numbers[0], numbers[-1])}" for street, numbers in streets)
    return said if len(said) <= most else said[: most - 1] + "…"


def _runs(numbers: Sequence[str]) -> str:
    """Join numbers in steps of one or two: 12A, 12B, 21, 23, 25, 29 becomes "12A–B, 21–25, 29"."""
    runs: list[list[str]] = []
    for number in numbers:
        if runs and _continues(runs[-1], number):
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_span(run[0], run[-1]) for run in runs)


def _continues(run: Sequence[str], number: str) -> bool:
    step = _step(run[-1], number)
    return step is not None and (len(run) == 1 or step == _step(run[0], run[1]))


def _step(one: str, next_: str) -> str | None:
    """Return how a number follows another: "letter", "1" or "2"; None if it does not."""
    (first, letter), (second, next_letter) = street_number(one), street_number(next_)
    if first == second and len(letter) == len(next_letter) == 1 and ord(next_letter) - ord(letter) == 1:
        return "letter"
    if not letter and not next_letter and second - first in (1, 2):
        return str(second - first)
    return None


def _span(first: str, last: str) -> str:
    if first == last:
        return first
    number, letter = street_number(last)
    return f"{first}–{letter if letter and street_number(first)[0] == number else last}"
