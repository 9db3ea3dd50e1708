"""Finds addresses in a line or a cell, and the names in `Name <name@example.org>`.

No other text becomes a name or a flat; it is shown beside the address for the coordinator to fill in.
Everything with an @ is returned, as an address or as text to correct.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watch.personnummer import has_personnummer

# In quotes, in brackets, a word, or a separator. Quoted text is limited to 200 characters, so that an
# unclosed quote is not searched to the end of a long text.
TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.){0,200})"|<(?P<inside>[^<>]*)>|(?P<word>[^\s,;،؛<>"]+)|(?P<stop>[,;،؛])'
)
CURLY = str.maketrans(dict.fromkeys("“”„«»", '"'))
AT = re.compile(r"\((?:at)\)|\[(?:at)\]", re.IGNORECASE)
MAY_BE_ADDRESS = re.compile(r"[^\W\d_]\.[^\W\d_]{2}")
AROUND = "'‘’.,:!?*•–-\u200b\u200e\u200f\u2060\ufeff"  # what a sentence or a list puts around a word


@dataclass(frozen=True)
class Typed:
    """One person as typed. `beside` is other text that stood there, shown but not sent."""

    address: str
    name: str = ""
    flat: str = ""
    beside: str = ""


def people_in(text: str) -> list[Typed]:
    """Return everybody in a line, each address once, and text that may be meant as an address."""
    found = list(_people_in(text.translate(CURLY)))
    if not any("@" in each.address for each in found) and text.strip(' \t,;<>"'):
        return [Typed(" ".join(re.findall(r"[^\s,;<>\"]+", text)))]
    if not found and re.search('[<>"]', text):
        return [Typed(text.strip())]
    once = {each.address.casefold(): each for each in reversed(found)}
    return [*reversed(once.values())]


def _people_in(text: str) -> Iterator[Typed]:
    last: Typed | None = None
    before: list[str] = []  # text before an address, which belongs to nobody yet
    run: list[str] = []  # words since the last comma
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
    """Split some words into addresses and other words."""
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
    """Return an address without mailto: and its subject, a label, quotes or a full stop."""
    local, _at, domain = word.partition("@")
    if local.casefold().startswith("mailto:"):
        local = local[len("mailto:") :]
    local = local.rpartition(":")[2].lstrip("'‘’\u200b\u200e\u200f\u2060\ufeff")
    return f"{local}@{domain.partition('?')[0].rstrip(AROUND)}"


def _name_of(words: list[str]) -> str:
    """Return the words before brackets as a name, without quotes, a leading number or a label."""
    said = " ".join(words).replace('\\"', '"').rpartition(":")[2].strip(" '‘’•*–-")
    name = re.sub(r"^\d{1,4}[.)]\s*", "", said)
    return name if any(character.isalpha() for character in name) and "@" not in name else ""


def _checked(words: list[str]) -> tuple[str, list[Typed]]:
    """Return the text beside an address, and the parts of it that may be somebody's mistyped address."""
    text = " ".join(words)
    if has_personnummer(text):
        return "", [Typed(text)]
    doubtful = [word for word in words if AT.search(word) or MAY_BE_ADDRESS.search(word)]
    beside = " ".join(word for word in words if word not in doubtful and word.strip(AROUND + "()[]/|"))
    return beside, [Typed(each) for each in doubtful]
