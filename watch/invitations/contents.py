"""Tells what the columns of a list without column names hold, by what stands in them.

Where two columns may hold the same, nobody gets a name or a flat from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from watch.invitations.columns import Rows, kind_of
from watch.invitations.line import is_like_address
from watch.invitations.naming import is_in_address, is_known, is_sure_name, name_in
from watch.personnummer import has_personnummer

FLAT_LIKE = re.compile(r"(?![+0]\d)(?:.{0,40}\D)?\d{4}|0\d{3}")  # a phone begins with + or 0
PORT_LIKE = re.compile(r"\d{1,3} ?[A-Za-z]?")
FEW = 3  # rows of which a step from one number to the next shows that it counts

Column = Sequence[str]
Columns = Mapping[int, Column]


@dataclass(frozen=True)
class Contents:
    """The places of the columns with names, family names, flats and ports, and of those with personnummer."""

    name: int | None
    family: int | None
    flat: int | None
    port: int | None
    secret: frozenset[int]

    def name_of(self, cells: dict[int, str]) -> str:
        """Return the name in a row's cells."""
        parts = [cells.get(place, "") for place in (self.name, self.family) if place is not None]
        return " ".join(filter(None, map(_name_in, parts)))

    def place_of(self, cells: dict[int, str]) -> str:
        """Return the flat with its port; a port alone says nothing of the flat."""
        flat, port = (cells.get(place, "") if place is not None else "" for place in (self.flat, self.port))
        return f"{port} {flat}".strip() if flat else ""

    def left_of(self, cells: dict[int, str]) -> list[str]:
        """Return the cells that say neither who it is nor where, and that are no address."""
        read = {self.name, self.family} if self.name_of(cells) else set()
        read |= {self.flat, self.port} if self.place_of(cells) else set()
        return [
            cell
            for place, cell in cells.items()
            if cell and place not in read | self.secret and not is_like_address(cell)
        ]


def contents_of(rows: Rows) -> Contents:
    """Return what the columns hold, judged by the rows with an address."""
    with_address = [cells for _number, cells in rows if any(map(is_like_address, cells))]
    columns = {
        place: [" ".join(cell.split()) for cell in cells]
        for place, cells in enumerate(zip_longest(*with_address, fillvalue=""))
        if not any(map(is_like_address, cells))
    }
    secret = frozenset(place for place, cells in columns.items() if any(map(has_personnummer, cells)))
    columns = {place: cells for place, cells in columns.items() if place not in secret and any(cells)}
    addresses = [next(filter(is_like_address, cells)) for cells in with_address]
    name, family = _columns_of_names(columns, addresses)
    flat, port = _columns_of_flats(columns)
    return Contents(name, family, flat, port, secret)


def _columns_of_names(columns: Columns, addresses: Column) -> tuple[int | None, int | None]:
    """Return the column whose names are in the addresses or known most often, and that of family names."""
    scores: dict[int, tuple[int, int]] = {}
    for place, cells in columns.items():
        names = [_name_in(cell) for cell in cells]
        sure = sum(map(is_sure_name, names, addresses))
        in_address = sum(map(is_in_address, names, addresses))
        is_one_word = len({*filter(None, names)}) == 1 < sum(map(bool, names))
        if 2 * sure > sum(map(bool, cells)) and (in_address or not is_one_word):
            scores[place] = (sum(map(is_known, names)), in_address)
    best = [place for place, score in scores.items() if score == max(scores.values())]
    if len(best) != 1:
        return None, None
    families = [
        place
        for place, cells in columns.items()
        if place != best[0] and 2 * sum(map(_is_family_name, cells, addresses)) > len(cells)
    ]
    is_given = not any(" " in cell for cell in columns[best[0]])
    return best[0], families[0] if is_given and len(families) == 1 else None


def _name_in(cell: str) -> str:
    return "" if any(map(str.isdigit, cell)) else name_in(cell)


def _is_family_name(cell: str, address: str) -> bool:
    return " " not in cell and bool(name_in(cell)) and is_in_address(cell, address)


def _columns_of_flats(columns: Columns) -> tuple[int | None, int | None]:
    """Return the only column of flats, and the only one of ports. One that counts the rows is none."""
    flats = [place for place, cells in columns.items() if _all(FLAT_LIKE, cells)]
    ports = [
        place
        for place, cells in columns.items()
        if _all(PORT_LIKE, cells) and not (len(cells) >= FEW and _steps(cells) <= {1})
    ]
    is_unclear = len(flats) > 1 or len(ports) > 1 or any(_may_count(columns[place]) for place in ports)
    if not flats or is_unclear:
        return None, None
    return flats[0], ports[0] if ports else None


def _all(pattern: re.Pattern[str], cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(pattern.fullmatch(cell) and not kind_of(cell) for cell in filled)


def _steps(cells: Column) -> set[int]:
    """Return the steps from one number to the next; 0 where one is missing or has a letter."""
    numbers = [int(cell) if cell.isdecimal() else None for cell in cells]
    return {
        after - before if before is not None and after is not None else 0
        for before, after in pairwise(numbers)
    }


def _may_count(cells: Column) -> bool:
    """Return True for numbers at the same distance, which may be those of the rows or those of the ports."""
    steps = _steps(cells)
    return len(steps) == 1 and steps != {0} and (len(cells) >= FEW or steps == {1})
