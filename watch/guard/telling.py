"""Finds sentences that tell a crime of somebody who is pointed at without a name: "killen i 1203 langar"."""

from __future__ import annotations

import re
import tomllib
from itertools import islice
from pathlib import Path

from watch.guard.deeds import did_it
from watch.guard.pointers import FLAT, POINTER, ROLE, SLANDER
from watch.guard.wordings import DOES

_READ = tomllib.loads((Path(__file__).resolve().parent / "telling.toml").read_text(encoding="utf-8"))


def _pattern(where: str) -> re.Pattern[str]:
    joined = "|".join(f"(?:{wording})" for kind in _READ[where].values() for wording in kind)
    joined = joined.replace("{culprit}", _READ["parts"]["culprit"]).replace(" ", r"\s")
    return re.compile(rf"\b(?:{joined})", re.IGNORECASE)


def _words(where: str) -> re.Pattern[str]:
    return re.compile(rf"{_pattern(where).pattern}\b", re.IGNORECASE)


ALONE, KNOWN, HOME, FOUND = map(_pattern, ("alone", "who", "home", "found"))
BAD, KIND = map(_words, ("bad", "kind"))
NOT_KNOWN = re.compile(r"\b(?:inte|not|ingen|don't)\b", re.IGNORECASE)
HANDIWORK = re.compile(  # what people do for the house: "vaktmästaren klippte upp låset"
    r"\b(?:kasta|släng|klipp|bänd|såga|borra|dyrka|töm|plocka(?!\w* åt sig)|öppna|sparka|elda"
    r"|(?:ta|tar|tog|tagit)\b)",
    re.IGNORECASE,
)
SOON = 80  # characters in which a deed follows
MOST = 50  # people and flats that are looked at in a sentence


def residents_in(sentence: str) -> list[str]:
    """Return whoever is told by where they live, by kin, looks or origin, if a crime is told of them."""
    pointed = [*islice(POINTER.finditer(sentence), MOST), *islice(FLAT.finditer(sentence), MOST)]
    return [each[0] for each in pointed if did_it(sentence, each.start(), each.end())]


def blamed_in(sentence: str) -> list[str]:
    """Return whoever is pointed at in a sentence that has a bad word, in whatever order, and no kind one."""
    if KIND.search(sentence) or not BAD.search(POINTER.sub(" ", sentence)):
        return []
    return [each[0] for each in POINTER.finditer(sentence)]


def told_in(sentence: str) -> list[str]:
    """Return wordings that tell of somebody by themselves: a threat, who is known to have done it, a flat."""
    found = [each[0] for pattern in (ALONE, SLANDER) for each in pattern.finditer(sentence)]
    if HOME.search(sentence):
        found += [each[0] for each in FLAT.finditer(sentence)]
    for each in KNOWN.finditer(sentence):
        if not NOT_KNOWN.search(each[0]) and DOES.search(sentence, each.end(), each.end() + SOON):
            found.append(each[0].strip())
    return found + [each[0] for each in ROLE.finditer(sentence) if _misused(sentence, each)]


def _misused(sentence: str, role: re.Match[str]) -> bool:
    """Return True if a crime is told of whoever has a role, which is more than their work."""
    deed = DOES.search(sentence, role.end(), role.end() + SOON)
    is_work = deed is not None and HANDIWORK.match(deed[0]) is not None
    return not is_work and did_it(sentence, role.start(), role.end())
