"""Tells who stands in a line: each address with the name and the text that are its own.

In `Name <name@example.org>` the words before the brackets are a name. Other text stays beside the address,
where guessing.py looks for a name and a flat. Everything with an @ is returned, as an address or as text to
correct.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watch.invitations.line import Address, Item, Stop, is_said, items_of
from watch.invitations.naming import name_in
from watch.personnummer import has_personnummer

LEVELS = (";؛", ",،", "")  # a semicolon parts more than a comma, and a comma more than a space
Texts = list[list[Item]]


@dataclass(frozen=True)
class Typed:
    """One person as typed. `beside` is other text that stood there, shown but not sent.

    With `is_anothers` it may be about somebody else, and so no name is looked for in it.
    """

    address: str
    name: str = ""
    flat: str = ""
    beside: str = ""
    is_anothers: bool = False


def people_in(text: str) -> list[Typed]:
    """Return everybody in a line, and text that may be meant as an address."""
    items = items_of(text)
    if any(isinstance(each, Address) and "@" in each.text for each in items):
        return [*_people_of(items, LEVELS)]
    said = " ".join(
        each.text if isinstance(each, Address) else each for each in items if not isinstance(each, Stop)
    )
    if re.search(r"\w", said):
        return [Typed(said)]
    return [Typed(text.strip())] if re.search('[<>"]', text) else []


def _people_of(items: Sequence[Item], levels: Sequence[str], *, is_unclear: bool = False) -> Iterator[Typed]:
    """Yield the people of some items.

    Text between two addresses belongs to one of them only if the whole line is written in the same way: with
    such a text before each address, or behind each. Else it is shown beside one, and names nobody.
    """
    if _count(items) == 1:
        yield from _person(items, is_unclear=is_unclear)
        return
    pieces, between = _apart(items, levels[0])
    before, behind = between[:-1], between[1:]
    is_before, is_behind = not behind[-1] and _are_alike(before), not before[0] and _are_alike(behind)
    is_shared = any(_count(piece) > 1 for piece in pieces)
    is_unclear |= any(between) and (is_shared or not (is_before or is_behind))
    if not is_behind:
        behind = [*([] for _each in behind[1:]), behind[-1]]
    else:
        before = [[] for _each in before]
    stop: list[Item] = [Stop(",")] if levels[0] else []
    for texts, piece, others in zip(before, pieces, behind, strict=True):
        first = [item for text in texts for item in (*text, *stop)]
        last = [item for text in others for item in (*stop, *text)]
        yield from _people_of([*first, *piece, *last], levels[1:], is_unclear=is_unclear)


def _count(items: Sequence[Item]) -> int:
    return sum(isinstance(each, Address) for each in items)


def _apart(items: Sequence[Item], signs: str) -> tuple[Texts, list[Texts]]:
    """Part items at these signs, or at each address. Return the pieces with addresses, and those between."""
    parts: Texts = [[]]
    for item in items:
        if isinstance(item, Stop) and item.sign in signs:
            parts.append([])
        elif isinstance(item, Address) and not signs:
            parts += [[item], []]
        else:
            parts[-1].append(item)
    pieces: Texts = []
    between: list[Texts] = [[]]
    for part in parts:
        if _count(part):
            pieces.append(part)
            between.append([])
        elif _said(part):
            between[-1].append(part)
    return pieces, between


def _are_alike(between: Sequence[Texts]) -> bool:
    """Return True if there are as many texts each time, with digits or without them as the first ones."""
    kinds = {tuple(any(map(str.isdigit, _said(text))) for text in texts) for texts in between}
    return len(kinds) == 1 and () not in kinds


def _person(items: Sequence[Item], *, is_unclear: bool) -> Iterator[Typed]:
    """Yield the person of the only address, with the name before brackets and what else stands beside."""
    place, address = next((place, each) for place, each in enumerate(items) if isinstance(each, Address))
    before, behind = items[:place], items[place + 1 :]
    last = max((place for place, each in enumerate(before) if isinstance(each, Stop)), default=-1)
    loose, run = before[: last + 1], before[last + 1 :]
    is_apart = address.in_brackets and bool(_said(loose))
    name = name_in(_words(run)) if address.in_brackets and not is_apart else ""
    name = "" if any(map(str.isdigit, name)) else name
    beside = _said([*loose, *([] if name else run), Stop(","), *behind])
    if has_personnummer(beside):
        yield Typed(beside)
        beside = ""
    yield Typed(address.text, name, beside=beside, is_anothers=is_unclear or is_apart)


def _words(items: Sequence[Item]) -> str:
    return " ".join(each for each in items if isinstance(each, str))


def _said(items: Sequence[Item]) -> str:
    """Return the words of some items, with a comma where they were apart."""
    parts: list[list[str]] = [[]]
    for item in items:
        if isinstance(item, Stop):
            parts.append([])
        elif isinstance(item, str) and is_said(item):
            parts[-1].append(item)
    return ", ".join(" ".join(part) for part in parts if part).replace(":,", ":")
