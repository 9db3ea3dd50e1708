"""Reads lists of neighbours, pasted or from a file. Rows are not validated here.

Columns are recognised by their names, else by their content. Every address is returned as a person's or in
`unread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from itertools import zip_longest

from watch.invitations.pasting import Typed, people_in
from watch.tables import ZIP, Table, TableProblem, UnreadableTable, read_tables, split_text
from watch.xlsx_table import XlsxLimits

MOST_BYTES = 1024 * 1024
MOST_PEOPLE = 500  # in one list; a building has some hundred flats
MOST_ROWS = 20_000  # read all of these, to tell how many a list that is too long has
MOST_ABOVE = 10  # rows with a title and the like above the column names

ADDRESS, NAME, FLAT, PORT = "address", "name", "flat", "port"
KINDS = {  # a column name that contains the pattern, or starts with it after ^; the first match counts
    ADDRESS: re.compile("e[- ]?post|mail|mejl|بريد|iimayl|iimeyl"),
    FLAT: re.compile("lägenhet|^lgh|^flat|apartment|شقة|^guri|lambarka guri"),
    NAME: re.compile("^(förnamn|namn|first name|given name|name|الاسم|اسم|magac)"),
    PORT: re.compile(
        "^(port|adress|gatuadress|entrance|street address|uppgång|المدخل|مدخل|العنوان|albaab|cinwaan)"
    ),
}
HYPHENS = re.compile("[\u2010-\u2015]")
NAME_LIKE = re.compile(r"[^\W\d_][^\d@]*")
FLAT_LIKE = re.compile(r"(?:.{0,40}\D)?\d{4}")

Rows = Sequence[tuple[int, list[str]]]


class ListProblem(StrEnum):
    """Why a table cannot be read as a list of neighbours."""

    NO_ADDRESSES = auto()
    SEVERAL_SHEETS = auto()
    TOO_MANY_PEOPLE = auto()


@dataclass
class NeighbourList:
    """The people in a list, the number of hidden rows skipped, and addresses found in unsuitable columns."""

    people: list[Typed] = field(default_factory=list)
    hidden: int = 0
    unread: list[str] = field(default_factory=list)


def list_of_text(text: str) -> NeighbourList:
    """Read pasted lines or spreadsheet cells. Raises UnreadableTable."""
    for delimiter in filter(text.__contains__, "\t;,"):
        table = split_text(text, most_rows=MOST_ROWS, delimiter=delimiter)
        place = _names_in(table.rows)
        if place is not None and len(table.rows[place][1]) > 1:
            return _expect_few(_of_table(table))
    lines = [(number, line.split("\t")) for number, line in enumerate(text.splitlines()) if line.strip()]
    return _expect_few(_of_table(Table(lines)))


def list_of_file(data: bytes) -> NeighbourList:
    """Read the only table of a file with addresses, at most 1 MB and 500 people. Raises UnreadableTable."""
    tables = read_tables(data, most_bytes=MOST_BYTES, xlsx=XlsxLimits(rows=MOST_ROWS))
    with_addresses = [table for table in tables if _has_addresses(table)]
    if len(with_addresses) > 1:
        raise UnreadableTable(ListProblem.SEVERAL_SHEETS)
    if not with_addresses:
        is_empty = all(len(table.rows) < 2 and not table.broken for table in tables)
        raise UnreadableTable(TableProblem.EMPTY_FILE if is_empty else ListProblem.NO_ADDRESSES)
    if b"\0" in data and not data.startswith(ZIP):
        raise UnreadableTable(TableProblem.WRONG_ENCODING)
    return _expect_few(_of_table(with_addresses[0]))


def _has_addresses(table: Table) -> bool:
    texts = [cell for _number, cells in table.rows for cell in cells] + [each.text for each in table.broken]
    return any("@" in text for text in texts)


def _expect_few(found: NeighbourList) -> NeighbourList:
    if len(found.people) > MOST_PEOPLE:
        raise UnreadableTable(ListProblem.TOO_MANY_PEOPLE, count=len(found.people))
    return found


def _of_table(table: Table) -> NeighbourList:
    """Return all people in the order of the rows. A row with faulty quotes is read as a line of text."""
    place = _names_in(table.rows)
    unread: list[str] = []
    if place is None:
        read = _by_content(table.rows)
    else:
        read, unread = _by_names(table.rows[place][1], table.rows[place + 1 :])
    read += [(broken.number, people_in(broken.text)) for broken in table.broken]
    people = [each for _number, found in sorted(read, key=lambda row: row[0]) for each in found]
    return NeighbourList(people, table.hidden, unread)


def _names_in(rows: Rows) -> int | None:
    """Return the index of the row with column names: the column called e-mail has addresses below it."""
    for place, (_number, names) in enumerate(rows[:MOST_ABOVE]):
        if any("@" in name for name in names):
            return None
        columns = {column for column, name in enumerate(names) if _kind_of(name) == ADDRESS}
        below = (cells for _number, cells in rows[place + 1 :])
        if any("@" in cell for cells in below for column, cell in enumerate(cells) if column in columns):
            return place
    return None


def _kind_of(name: str) -> str | None:
    said = HYPHENS.sub("-", " ".join(name.casefold().replace("_", " ").split()).strip(" :*"))
    return next((kind for kind, pattern in KINDS.items() if pattern.search(said)), None)


Read = list[tuple[int, list[Typed]]]


def _by_names(names: Sequence[str], rows: Rows) -> tuple[Read, list[str]]:
    """Read rows below column names. Cells beyond the names, or below an empty one, may hold addresses too."""
    kinds = [_kind_of(name) for name in names]
    read: Read = []
    unread: dict[str, None] = {}
    for number, cells in rows:
        of_kind = {
            kind: [cell for cell, its in zip(cells, kinds, strict=False) if its == kind] for kind in KINDS
        }
        beyond = [
            cell for place, cell in enumerate(cells)
            if "@" in cell and not (place < len(names) and names[place].strip())
        ]  # fmt: skip
        name, flat, port = (_first(of_kind[kind]) for kind in (NAME, FLAT, PORT))
        place = " ".join(filter(None, (port, flat))) if flat else ""
        if people := _people_of_row([*of_kind[ADDRESS], *beyond], name, place):
            read.append((number, people))
        read_too = {*of_kind[ADDRESS], *beyond}
        left = [each for cell in cells if "@" in cell and cell not in read_too for each in people_in(cell)]
        unread |= dict.fromkeys(each.address for each in left)
    return read, [*unread]


def _first(cells: Iterable[str]) -> str:
    return next((tidy for cell in cells if (tidy := " ".join(cell.split()))), "")


def _by_content(rows: Rows) -> Read:
    """Read rows without column names: the first column of words holds names, the first of numbers flats."""
    columns = [*zip_longest(*(cells for _number, cells in rows), fillvalue="")]
    others = [place for place, cells in enumerate(columns) if not any("@" in cell for cell in cells)]
    of_names = next((place for place in others if _all(NAME_LIKE, columns[place])), None)
    of_flats = next((place for place in others if _all(FLAT_LIKE, columns[place])), None)
    read = []
    for number, cells in rows:
        at = dict(enumerate(map(str.strip, cells)))
        if not any("@" in cell for cell in cells):
            read.append((number, people_in(" ".join(cells))))
            continue
        name, flat = (at.pop(place, "") if place is not None else "" for place in (of_names, of_flats))
        people = _people_of_row([cell for cell in at.values() if "@" in cell], name, flat)
        beside = " ".join(cell for cell in at.values() if cell and "@" not in cell)
        read.append((number, [_with_beside(people[0], beside), *people[1:]]))
    return read


def _all(pattern: re.Pattern[str], cells: Iterable[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(pattern.fullmatch(cell) and not _kind_of(cell) for cell in filled)


def _people_of_row(cells: Iterable[str], name: str, flat: str) -> list[Typed]:
    """Return everybody with an address in the cells. A name goes to nobody if there are several."""
    name = name if any(character.isalpha() for character in name) else ""
    filled = [cell for cell in cells if cell.strip()]
    people = [each for cell in filled if "@" in cell for each in people_in(cell)]
    if not people and (filled or name or flat):
        people = [Typed(_first(filled))]
    if not people:
        return []
    first = replace(people[0], flat=flat)
    if len(people) == 1:
        return [replace(first, name=name or first.name)]
    return [_with_beside(first, name), *people[1:]]


def _with_beside(one: Typed, text: str) -> Typed:
    return replace(one, beside=" ".join(filter(None, (text, one.beside))))
