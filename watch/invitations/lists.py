"""Reads lists of neighbours, pasted or from a file. Rows are not validated here.

Columns are recognised by their names, else by their content. Every address is returned as a person's or in
`unread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from itertools import pairwise

from watch import encodings
from watch.invitations.cards import Contact, contacts_of_labels, holds_cards, people_of_cards
from watch.invitations.columns import (
    ADDRESS,
    FAMILY,
    FLAT,
    NAME,
    PORT,
    WORDS,
    Rows,
    kind_of,
    kinds_of,
    place_of_names,
)
from watch.invitations.contents import contents_of
from watch.invitations.guessing import guessed
from watch.invitations.line import ENCODED_AT, NOT_READ, is_like_address
from watch.invitations.naming import AND, begins_address, name_in
from watch.invitations.pasting import Typed, people_in
from watch.personnummer import PERSONNUMMER_COLUMN, has_personnummer
from watch.tables import (
    ZIP,
    Table,
    TableProblem,
    UnreadableTable,
    decoded,
    read_tables,
    split_text,
    without_formula,
)
from watch.xlsx_table import XlsxLimits

CARDS = re.compile(rb"^\s*BEGIN:\s*VCARD", re.IGNORECASE | re.MULTILINE)
MOST_BYTES = 1024 * 1024
MOST_PEOPLE = 500  # a building has some hundred flats
MOST_ROWS = 20_000  # read all of these, to tell how many a list that is too long has
Read = list[tuple[int, list[Typed]]]


class ListProblem(StrEnum):
    """Why a table cannot be read as a list of neighbours."""

    NO_ADDRESSES = auto()
    SEVERAL_SHEETS = auto()
    ONLY_HIDDEN = auto()
    TOO_MANY_PEOPLE = auto()


@dataclass
class NeighbourList:
    """The people in a list, and what it has that is left out.

    `hidden` counts hidden rows and columns; `unread` are addresses in other columns; `skipped` are rows with
    no address, such as a title; `has_personnummer` is True if a column that is not read has some; `is_mixed`
    is True for a file in two encodings, and `is_unclear` for one whose encoding is not certain.
    """

    people: list[Typed] = field(default_factory=list)
    hidden: int = 0
    unread: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    has_personnummer: bool = False
    is_mixed: bool = False
    is_unclear: bool = False


def list_of_text(text: str) -> NeighbourList:
    """Read pasted lines, spreadsheet cells or contact cards. Raises UnreadableTable."""
    text = ENCODED_AT.sub("@", encodings.repaired(text).translate(NOT_READ))  # before an ; parts it
    if holds_cards(text):
        people, others = people_of_cards(text)
        return _expect_few(NeighbourList(people, unread=others))
    for delimiter in filter(text.__contains__, "\t;,|"):
        table = split_text(text, most_rows=MOST_ROWS, delimiter=delimiter)
        place = place_of_names(table.rows)
        if place is not None and len(table.rows[place][1]) > 1:
            return _expect_few(_of_table(table))
    lines = [(number, line.split("\t")) for number, line in enumerate(text.splitlines()) if line.strip()]
    return _expect_few(_of_table(Table(lines)))


def list_of_file(data: bytes, name: str = "") -> NeighbourList:
    """Read the only table of a file with addresses, at most 1 MB and 500 people. Raises UnreadableTable."""
    if len(data) <= MOST_BYTES and not data.startswith(ZIP) and CARDS.search(data.replace(b"\r", b"\n")):
        text, is_mixed = decoded(data)
        people, others = people_of_cards(text)
        return _expect_few(NeighbourList(people, unread=others, is_mixed=is_mixed))
    tables = read_tables(data, most_bytes=MOST_BYTES, xlsx=XlsxLimits(rows=MOST_ROWS), name=name)
    with_addresses = [table for table in tables if _has_addresses(table)]
    if len(with_addresses) > 1:
        raise UnreadableTable(ListProblem.SEVERAL_SHEETS)
    if b"\0" in data and not data.startswith(ZIP):
        raise UnreadableTable(TableProblem.NOT_A_LIST)
    if not with_addresses and any(table.hides_addresses for table in tables):
        raise UnreadableTable(ListProblem.ONLY_HIDDEN)
    if not with_addresses:
        is_empty = all(len(table.rows) < 2 and not table.broken for table in tables)
        raise UnreadableTable(TableProblem.EMPTY_FILE if is_empty else ListProblem.NO_ADDRESSES)
    return _expect_few(_of_table(with_addresses[0]))


def _has_addresses(table: Table) -> bool:
    texts = [cell for _number, cells in table.rows for cell in cells] + [each.text for each in table.broken]
    return any("@" in text for text in texts)


def _expect_few(found: NeighbourList) -> NeighbourList:
    """Return the list with guessed names and flats. Raises UnreadableTable if it is too long."""
    if len(found.people) > MOST_PEOPLE:
        raise UnreadableTable(ListProblem.TOO_MANY_PEOPLE, count=len(found.people))
    found.people = [guessed(each) for each in found.people]
    return found


def _of_table(table: Table) -> NeighbourList:
    """Return all people in the order of the rows. A row with faulty quotes is read as a line of text."""
    found = NeighbourList(
        hidden=table.hidden_rows + table.hidden_columns, is_mixed=table.is_mixed, is_unclear=table.is_unclear
    )
    table.rows = [
        (number, [without_formula(cell).translate(NOT_READ) for cell in cells])
        for number, cells in table.rows
    ]
    place = place_of_names(table.rows)
    if place is not None:
        read = _by_names(table.rows[place][1], table.rows[place + 1 :], found)
        read += _read_apart(table.rows[:place], found)
    elif contacts := contacts_of_labels(table.rows, kind_of, found.skipped):
        read = [(number, _of_contact(contact)) for number, contact in contacts]
    else:
        read = _by_content(table.rows, found)
    read += [(broken.number, people_in(broken.text)) for broken in table.broken]
    found.skipped = ["…" if has_personnummer(text) else text for text in found.skipped]
    found.people = [each for _number, people in sorted(read, key=lambda row: row[0]) for each in people]
    return found


def _of_contact(contact: Contact) -> list[Typed]:
    name, family, flat, port = (_first(contact.get(kind, [])) for kind in (NAME, FAMILY, FLAT, PORT))
    return _people_of_row(contact[ADDRESS], f"{name} {family}".strip(), _place(port, flat))


def _place(port: str, flat: str) -> str:  # a port alone says nothing of the flat
    return " ".join(filter(None, (port, flat))) if flat else ""


def _by_names(names: Sequence[str], rows: Rows, found: NeighbourList) -> Read:
    """Read rows below column names. Cells beyond the names, or below an empty one, may hold addresses too."""
    kinds = kinds_of(names, rows)
    ports = _filled_down(rows, [place for place, kind in enumerate(kinds) if kind == PORT])
    has_all = {NAME, FLAT} <= {*kinds}  # so that nothing is guessed from what stands beside an address
    read: Read = []
    unread: dict[str, None] = {}
    for number, cells in rows:
        said = _by_kind(cells, names, kinds)
        left = [cell for cell in cells if is_like_address(cell) and cell not in said[ADDRESS]]
        unread |= dict.fromkeys(each.address for cell in left for each in people_in(cell))
        family, port, flat = (_joined(said[kind]) for kind in (FAMILY, PORT, FLAT))
        name = _joined(said[NAME], " & ")
        name = f"{name} {family}".strip() if family.casefold() not in name.casefold() else name
        people = _people_of_row(said[ADDRESS], name, _place(port or ports.get(number, ""), flat))
        read.append((number, [replace(each, is_anothers=each.is_anothers or has_all) for each in people]))
        if not people and not left:
            found.skipped.append(_line(cells))
    if {*kinds} <= {ADDRESS, None} and len([*filter(str.strip, names)]) > 1:
        found.skipped.insert(0, _line(names))  # it may be a row like the others
    found.unread = [*unread]
    found.has_personnummer = _has_personnummer(names, kinds, rows)
    return read


def _by_kind(cells: Sequence[str], names: Sequence[str], kinds: Sequence[str | None]) -> dict[str, list[str]]:
    """Return the cells of each kind. Addresses are also those in columns without a name."""
    said = {kind: [cell for cell, its in zip(cells, kinds, strict=False) if its == kind] for kind in WORDS}
    said[ADDRESS] += [
        cell
        for place, cell in enumerate(cells)
        if is_like_address(cell) and not (place < len(names) and names[place].strip())
    ]
    return said


def _read_apart(rows: Rows, found: NeighbourList) -> Read:
    """Read rows that are above the column names: those with no address are skipped."""
    texts = [(number, _line(cells)) for number, cells in rows]
    found.skipped[:0] = [text for _number, text in texts if not is_like_address(text)]
    return [(number, people_in(text)) for number, text in texts if is_like_address(text)]


def _joined(cells: Iterable[str], between: str = " ") -> str:
    """Return what the columns of one kind say. A text that another one has in it is said once."""
    said = [*dict.fromkeys(filter(None, (" ".join(cell.split()) for cell in cells)))]
    return between.join(
        text for text in said if not any({*text.split()} < {*other.split()} for other in said)
    )


def _filled_down(rows: Rows, places: Sequence[int]) -> dict[int, str]:
    """Return the port of the rows without one, where a port is written once for the rows below it.

    Where the same port stands on two rows after each other, it is written on every row, and a row without one
    has been forgotten. An empty row ends what a port is written for.
    """
    said = [
        (number, _first(cells[place] for place in places if place < len(cells))) for number, cells in rows
    ]
    if any(one and one == other for (_above, one), (_below, other) in pairwise(said)):
        return {}
    ports, above, last = {}, "", 0
    for number, port in said:
        above = port or (above if number == last + 1 else "")
        last = number
        if not port and above:
            ports[number] = above
    return ports


def _has_personnummer(names: Sequence[str], kinds: Sequence[str | None], rows: Rows) -> bool:
    others = [place for place, kind in enumerate(kinds) if kind is None]
    if any(PERSONNUMMER_COLUMN.search(names[place]) for place in others):
        return True
    return any(has_personnummer(cells[place]) for _n, cells in rows for place in others if place < len(cells))


def _line(cells: Iterable[str]) -> str:
    return " ".join(" ".join(cells).split())


def _first(cells: Iterable[str]) -> str:
    return next((tidy for cell in cells if (tidy := " ".join(cell.split()))), "")


def _by_content(rows: Rows, found: NeighbourList) -> Read:
    """Read rows without column names, whose columns are told by what they hold."""
    contents = contents_of(rows)
    found.has_personnummer = bool(contents.secret) and max(len(cells) for _number, cells in rows) > 1
    read: Read = []
    for number, cells in rows:
        at = {place: " ".join(cell.split()) for place, cell in enumerate(cells)}
        addresses = [cell for cell in cells if is_like_address(cell)]
        if len(addresses) != 1:  # which cell belongs to which of them is told as in a line
            shown = [cell for place, cell in enumerate(cells) if place not in contents.secret]
            read.append((number, people_in(" ".join(shown))))
            continue
        people = _people_of_row(addresses, contents.name_of(at), contents.place_of(at))
        left = contents.left_of(at)
        is_judged = len(left) != 1 or not any(map(str.isdigit, left[0]))  # a cell with words only is no name
        people[0] = _with_beside(people[0], ", ".join(left), is_anothers=bool(left) and is_judged)
        read.append((number, people))
    return read


def _people_of_row(cells: Iterable[str], name: str, flat: str) -> list[Typed]:
    """Return everybody with an address in the cells. Of several each has the name that is in the address."""
    said, name = name, name_in(name)
    filled = [cell for cell in cells if cell.strip()]
    people = [each for cell in filled if is_like_address(cell) for each in people_in(cell)]
    if not people and (filled or said or flat):
        people = [Typed(_first(filled))]
    if not people:
        return []
    people[0] = replace(people[0], flat=flat)
    if len(people) == 1 and " & " not in name:
        one = replace(people[0], name=name or people[0].name)
        return [one if name or not any(map(str.isalpha, said)) else _with_beside(one, said, is_anothers=True)]
    names = AND.split(name)
    if len(names) == len(people) and all(map(begins_address, names, (each.address for each in people))):
        return [replace(each, name=each.name or its) for each, its in zip(people, names, strict=True)]
    return [each if each.name else _with_beside(each, name, is_anothers=bool(name)) for each in people]


def _with_beside(one: Typed, text: str, *, is_anothers: bool = False) -> Typed:
    beside = " ".join(filter(None, (text, one.beside)))
    return replace(one, beside=beside, is_anothers=is_anothers or one.is_anothers)
