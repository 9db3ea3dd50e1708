"""Names and addresses as mail programs, lists and people write them, read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from watch.personnummer import has_personnummer

BRACKETS = re.compile(r"<([^<>]*)>")
FLAT = re.compile(r"\d{4}")
MAY_BE_ADDRESS = re.compile(r"\w\.\w{2}|\(at\)|\[at\]")
NAME = re.compile(r"[^\W\d_][\w'’.-]*")
PARTICLES = {"abu", "af", "al", "bin", "da", "de", "del", "di", "el", "ibn", "van", "von"}
NO_NAMES = {"port", "lgh", "lgh.", "lägenhet", "tel", "tel."}


@dataclass(frozen=True)
class Typed:
    """One neighbour as typed: the line's number, three cells, and what was wrong with the line itself."""

    number: int
    address: str
    name: str = ""
    flat: str = ""
    cure: Any = None


def pasted_in(line: str, number: int = 1) -> list[Typed]:
    """Everybody in a line: Name <a@x.se>, mailto:, a; b, c, Name a@x.se 1203; each address once.

    What may be meant as an address and is none comes back to be mended.
    """
    found = list(_in_brackets(line) if _has_bracketed_address(line) else _plain(line))
    once = {each.address.casefold(): replace(each, number=number) for each in reversed(found)}
    return list(reversed(once.values()))


def _has_bracketed_address(line: str) -> bool:
    return any("@" in match[1] for match in BRACKETS.finditer(line))


def _in_brackets(line: str) -> Iterator[Typed]:
    """The addresses in brackets with the name before them, and plain addresses between; no other words."""
    end = 0
    for match in BRACKETS.finditer(line):
        before, end = line[end : match.start()], match.end()
        name = _name_before(before)
        outside = re.sub(r'"[^"]*"', " ", before).removesuffix(name)
        yield from (Typed(1, _unwrapped(bit)) for bit in re.findall(r"[^\s,;]+", outside) if "@" in bit)
        if "@" in match[1]:
            yield Typed(1, _unwrapped(match[1].strip()), name)
    yield from (Typed(1, _unwrapped(bit)) for bit in re.findall(r"[^\s,;<>]+", line[end:]) if "@" in bit)


def _name_before(text: str) -> str:
    """The name before an address in brackets: in quotes, else the last words; an address is none."""
    quoted = re.findall(r'"([^"]*)"', text)
    name: str = (quoted or re.split("[,;]", text))[-1].strip()
    return "" if "@" in name else name


def _plain(line: str) -> Iterator[Typed]:
    """Without brackets: one neighbour in the line, or pieces between commas with an address or several."""
    if "@" not in line:
        bits = re.findall(r"[^\s,;<>\"]+", line)
        if bits or line.strip(' \t,;<>"'):
            yield Typed(1, " ".join(bits))
        elif re.search(r'[<>"]', line):
            yield Typed(1, line.strip())
        return
    if one := _one_of([bit for each in re.findall(r"[^\s,;<>]+", line) if (bit := each.strip('"'))]):
        yield one
        return
    for piece in re.split("[,;]", re.sub(r'"[^"]*"', " ", line)):
        bits = re.findall(r"[^\s<>]+", piece)
        if one := _one_of(bits):
            yield one
        else:
            yield from (Typed(1, _unwrapped(bit)) for bit in bits)


def _one_of(bits: list[str]) -> Typed | None:
    """One neighbour: an address, with a name and a flat beside it; a phone and the like are left out.

    None where there are several addresses, or what may be meant as one, or a personnummer.
    """
    places = [place for place, bit in enumerate(bits) if "@" in bit]
    others = " ".join(bit for bit in bits if "@" not in bit)
    if len(places) != 1 or MAY_BE_ADDRESS.search(others) or has_personnummer(others):
        return None
    (place,) = places
    (name, flat, _), (name_after, flat_after, has_more) = _beside(bits[:place]), _beside(bits[place + 1 :])
    if flat and flat_after:
        return None
    return Typed(1, _unwrapped(bits[place]), name or ("" if has_more else name_after), flat or flat_after)


def _beside(words: list[str]) -> tuple[str, str, bool]:
    """The name among words, a flat with its port, and whether there are other numbers, as of a street."""
    numbers = [place for place, word in enumerate(words) if re.search(r"\d", word)]
    flats = [place for place in numbers if FLAT.fullmatch(words[place])]
    name = _name_of([w for w in words if not re.search(r"\d", w) and w.casefold() not in NO_NAMES])
    return name, " ".join(words[numbers[0] : flats[-1] + 1]) if flats else "", numbers != flats


def _name_of(words: list[str]) -> str:
    """The words as a name, where all can be one: each with a capital, a particle, or of a script without."""
    said = [word for word in words if any(sign.isalpha() for sign in word)]
    can_be = all(NAME.fullmatch(word) and (not word[0].islower() or word in PARTICLES) for word in said)
    return " ".join(said) if can_be else ""


def _unwrapped(bit: str) -> str:
    """What stands behind mailto:, without its subject; Outlook puts 'quotes' around what is no name."""
    bit = bit.strip("'") if bit.startswith("'") else bit
    scheme, _colon, rest = bit.partition(":")
    return rest.partition("?")[0] if scheme.casefold() == "mailto" else bit
