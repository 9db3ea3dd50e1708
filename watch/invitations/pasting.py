"""Addresses in a line or a cell, with the name of those that are written as `Name <name@example.org>`.

Nothing else is taken for a name or a flat: what stands beside an address is shown to whoever fills it in.
Whatever has an @ comes back, as an address or to be mended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watch.personnummer import has_personnummer

# In quotes, in brackets, a word, or what stands between two neighbours; what is quoted is bounded, so that
# no start is tried to the end of a long text.
TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.){0,200})"|<(?P<inside>[^<>]*)>|(?P<word>[^\s,;،؛<>"]+)|(?P<stop>[,;،؛])'
)
CURLY = str.maketrans(dict.fromkeys("“”„«»", '"'))
AT = re.compile(r"\((?:at)\)|\[(?:at)\]", re.IGNORECASE)
MAY_BE_ADDRESS = re.compile(r"[^\W\d_]\.[^\W\d_]{2}")
AROUND = "'‘’.,:!?*•–-\u200b\u200e\u200f\u2060\ufeff"  # what a sentence or a list leaves around a word


@dataclass(frozen=True)
class Typed:
    """One neighbour as typed; `beside` is what else stood there, to be looked at and not sent."""

    address: str
    name: str = ""
    flat: str = ""
    beside: str = ""


def people_in(text: str) -> list[Typed]:
    """Everybody in a line, each address once; what may be meant as an address and is none comes too."""
    found = list(_people_in(text.translate(CURLY)))
    if not any("@" in each.address for each in found) and text.strip(' \t,;<>"'):
        return [Typed(" ".join(re.findall(r"[^\s,;<>\"]+", text)))]
    if not found and re.search('[<>"]', text):
        return [Typed(text.strip())]
    once = {each.address.casefold(): each for each in reversed(found)}
    return [*reversed(once.values())]


def _people_in(text: str) -> Iterator[Typed]:
    last: Typed | None = None
    before: list[str] = []  # what stood before, and belongs to nobody yet
    run: list[str] = []  # the words since a comma
    for token in TOKEN.finditer(text):
        kind, value = str(token.lastgroup), token[str(token.lastgroup)]
        if kind == "stop":
            before += run
            run = []
            continue
        addresses, words = _sorted_out(value) if kind != "quoted" or "@" in value else ([], [value])
        named = kind == "inside" and addresses
        name, run = (_name_of(run), []) if named else ("", run)
        for address in addresses:
            if last:
                yield last
            beside, doubtful = _checked([*before, *run])
            yield from doubtful
            last, name, before, run = Typed(address, name, beside=beside), "", [], []
        run += [] if named else words
    beside, doubtful = _checked([*before, *run])
    if last:
        yield replace(last, beside=" ".join(filter(None, (last.beside, beside))))
    yield from doubtful


def _sorted_out(text: str) -> tuple[list[str], list[str]]:
    """The addresses among some words, and the other words. Of mailto: and of a label only what follows."""
    addresses, words = [], []
    for word in text.replace('\\"', '"').split():
        if "@" in word and not AT.search(word):
            bits = re.split(r"[()\[\]]", word)
            addresses += [_bare(bit) for bit in bits if "@" in bit]
            words += [bit for bit in bits if "@" not in bit and bit.strip(AROUND)]
        else:
            words.append(word)
    return list(dict.fromkeys(addresses)), words


def _bare(word: str) -> str:
    """An address without what stands around it: mailto: and its subject, a label, quotes, a full stop."""
    local, _at, domain = word.partition("@")
    if local.casefold().startswith("mailto:"):
        local = local[len("mailto:") :]
    local = local.rpartition(":")[2].lstrip("'‘’\u200b\u200e\u200f\u2060\ufeff")
    return f"{local}@{domain.partition('?')[0].rstrip(AROUND)}"


def _name_of(words: list[str]) -> str:
    """The words before brackets as a name: without its quotes, a number before it, or a label."""
    said = " ".join(words).replace('\\"', '"').rpartition(":")[2].strip(" '‘’•*–-")
    name = re.sub(r"^\d{1,4}[.)]\s*", "", said)
    return name if any(character.isalpha() for character in name) and "@" not in name else ""


def _checked(words: list[str]) -> tuple[str, list[Typed]]:
    """What stands beside an address, and what of it is no mere word: to be mended, for it may be somebody."""
    text = " ".join(words)
    if has_personnummer(text):
        return "", [Typed(text)]
    doubtful = [word for word in words if AT.search(word) or MAY_BE_ADDRESS.search(word)]
    beside = " ".join(word for word in words if word not in doubtful and word.strip(AROUND + "()[]/|"))
    return beside, [Typed(each) for each in doubtful]
