"""Names and addresses as mail programs, lists and people write them, read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

BRACKETS = re.compile(r"<([^<>]*)>")
FLAT = re.compile(r"\d{4}")


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

    Without angle brackets nothing is left out: what is no address comes back to be mended.
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
    """Without brackets: pieces between commas, each with an address or several, or none at all."""
    if "@" not in line:
        bits = re.findall(r"[^\s,;<>\"]+", line)
        if bits or line.strip(' \t,;<>"'):
            yield Typed(1, " ".join(bits))
        elif re.search(r'[<>"]', line):
            yield Typed(1, line.strip())
        return
    for piece in re.split("[,;]", re.sub(r'"[^"]*"', " ", line)):
        bits = re.findall(r"[^\s<>]+", piece)
        addresses = [bit for bit in bits if "@" in bit]
        others = [bit for bit in bits if "@" not in bit]
        words = [bit for bit in others if not re.search(r"[\d.]", bit)]
        flats = [bit for bit in others if FLAT.fullmatch(bit)]
        if len(addresses) == 1 and len(words) + len(flats) == len(others) and len(flats) < 2:
            yield Typed(1, _unwrapped(addresses[0]), " ".join(words), "".join(flats))
        else:
            yield from (Typed(1, _unwrapped(bit)) for bit in bits)


def _unwrapped(bit: str) -> str:
    """What stands behind mailto:, without its subject; Outlook puts 'quotes' around what is no name."""
    bit = bit.strip("'") if bit.startswith("'") else bit
    scheme, _colon, rest = bit.partition(":")
    return rest.partition("?")[0] if scheme.casefold() == "mailto" else bit
