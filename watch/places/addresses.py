"""Addresses as people say them, and keys that sort and find them the Swedish way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

# Keys hold a–z and 0–9 only: any other character is put elsewhere by one database or another.
AFTER_Z = str.maketrans({"å": "zza", "ä": "zzb", "æ": "zzb", "ö": "zzc", "ø": "zzc", "ü": "y"})
StreetNumber = tuple[int, str]


def swedish_sort_key(text: str, most: int = 200) -> str:
    """What a place is sorted by: å, ä, ö after z, and numbers by their value. At most `most` characters."""
    letters = unicodedata.normalize("NFC", text).casefold().translate(AFTER_Z)
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", letters)
        if not unicodedata.combining(character)
    )
    valued = re.sub(r"\d+", lambda number: number[0].lstrip("0").zfill(5), plain)
    return "0".join(re.findall(r"[a-z0-9]+", valued))[:most]  # a gap sorts before every letter, as 0


def folded(text: str) -> str:
    """Text as it is searched for: without accents, case and needless characters ("Långgata" → "langgata")."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(re.findall(r"\w+", letters))


def contains(text: str, word: str) -> bool:
    """Whether folded text holds a word or a part of one."""
    return word in text


def nearly_contains(text: str, word: str) -> bool:
    """Whether a word of folded text begins so, but for one slip: a letter wrong, missing, too many, or two
    that changed places ("sodermalmsgaten", "vaglangdsgtan"). Short words and numbers are not forgiven.
    """
    if len(word) < 4 or not word.isalpha():
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
        or (typed[:2] == meant[1::-1] and typed[2:] == meant[2:])  # changed places
    )


def slug_of(name: str) -> str:
    """A name as part of a web address ("Hässleholmen" → "hassleholmen"); never empty."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(name)))[:50] or "omrade"


def street_number(number: str) -> StreetNumber:
    """12A as (12, "A")."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 0, number[digits.end() :] if digits else number)


def address_of(stairwells: Iterable[tuple[str, str]], most: int = 200) -> str:
    """The address of a building from the (street, number) of its stairwells: "Norrby Långgata 21–27".

    Several streets are joined. What is longer than `most` characters says first and last number only.
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
    """21, 23, 25, 29, 12A, 12B as 12A–B, 21–25, 29: a run goes on while its step stays one or two."""
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
    """How a number follows another: the next letter, the next number, or the next but one."""
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
