"""Reads lists of neighbours, pasted or from a file. Rows are not validated here.

Columns are recognised by their names, else by their content. Every address is returned as a person's or in
`unread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from itertools import pairwise, zip_longest

from watch import encodings
from watch.invitations.cards import Contact, contacts_of_labels, holds_cards, people_of_cards
from watch.invitations.guessing import guessed
from watch.invitations.line import NOT_READ
from watch.invitations.naming import AND, begins_address, name_in
from watch.invitations.pasting import Typed, people_in
from watch.personnummer import PERSONNUMMER_COLUMN, has_personnummer
from watch.tables import ZIP, Table, TableProblem, UnreadableTable, decoded, read_tables, split_text
from watch.xlsx_table import XlsxLimits

CARDS = re.compile(rb"^\s*BEGIN:\s*VCARD", re.IGNORECASE | re.MULTILINE)
MOST_BYTES = 1024 * 1024
MOST_PEOPLE = 500  # a building has some hundred flats
MOST_ROWS = 20_000  # read all of these, to tell how many a list that is too long has
MOST_ABOVE = 10  # rows above the column names
ADDRESS, NAME, FAMILY, FLAT, PORT = "address", "name", "family", "flat", "port"
KINDS = {  # a column name that contains the pattern, or starts with it after ^; the first match counts
    ADDRESS: re.compile("e[- ]?post|mail|mejl|بريد|iimayl|iimeyl"),  # a dot is a letter that was lost
    FLAT: re.compile("l.genhet|^lgh|^flat|apartment|شقة|^guri|lambarka guri"),
    FAMILY: re.compile("^(efternamn|last name|surname|family name|اسم العائلة)"),
    NAME: re.compile(
        "^(f.rnamn|namn|first name|given name|full name|display name|name|visningsnamn|boende|hyresg.st"
        "|الاسم|اسم|magac)"
    ),
    PORT: re.compile(
        "^(port|adress|gatuadress|gata|entrance|street|stairwell|uppg.ng|trapp|ing.ng"
        "|المدخل|مدخل|العنوان|albaab|cinwaan)"
    ),
}
HYPHENS = re.compile("[\u2010-\u2015]")
NAME_LIKE = re.compile(r"[^\W\d_][^\d@]*")
FLAT_LIKE = re.compile(r"(?![+0]\d)(?:.{0,40}\D)?\d{4}|0\d{3}")  # a phone begins with + or 0
PORT_LIKE = re.compile(r"\d{1,3} ?[A-Za-z]?")
OWN_ADDRESS = re.compile(  # the whole name of such a column, unlike "E-post hyresvärd"
    r"e?[- ]?(?:post|mail|mejl)[- ]?(?:adress(?:er)?|address)?(?: ?(?:\d|privat|hem|arbete|jobb|home|work))*"
)

Rows = Sequence[tuple[int, list[str]]]
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

    `hidden` counts hidden rows and columns; `unread` are addresses in other columns; `has_personnummer` is
    True if a column that is not read has some; `is_mixed` is True for a file in two encodings, and
    `is_unclear` for one whose encoding is not certain.
    """

    people: list[Typed] = field(default_factory=list)
    hidden: int = 0
    unread: list[str] = field(default_factory=list)
    has_personnummer: bool = False
    is_mixed: bool = False
    is_unclear: bool = False


def list_of_text(text: str) -> NeighbourList:
    """Read pasted lines, spreadsheet cells or contact cards. Raises UnreadableTable."""
    text = encodings.repaired(text).translate(NOT_READ)
    if holds_cards(text):
        people, others = people_of_cards(text)
        return _expect_few(NeighbourList(people, unread=others))
    for delimiter in filter(text.__contains__, "\t;,|"):
        table = split_text(text, most_rows=MOST_ROWS, delimiter=delimiter)
        place = _names_in(table.rows)
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
    found = NeighbourList(hidden=table.hidden, is_mixed=table.is_mixed, is_unclear=table.is_unclear)
    table.rows = [(number, [cell.translate(NOT_READ) for cell in cells]) for number, cells in table.rows]
    place = _names_in(table.rows)
    if place is not None:
        read = _by_names(table.rows[place][1], table.rows[place + 1 :], found)
    elif contacts := contacts_of_labels(table.rows, _kind_of):
        read = [(number, _of_contact(contact)) for number, contact in contacts]
    else:
        read = _by_content(table.rows, found)
    read += [(broken.number, people_in(broken.text)) for broken in table.broken]
    found.people = [each for _number, people in sorted(read, key=lambda row: row[0]) for each in people]
    return found


def _of_contact(contact: Contact) -> list[Typed]:
    name, family, flat, port = (_first(contact.get(kind, [])) for kind in (NAME, FAMILY, FLAT, PORT))
    return _people_of_row(contact[ADDRESS], f"{name} {family}".strip(), _place(port, flat))


def _place(port: str, flat: str) -> str:  # a port alone says nothing of the flat
    return " ".join(filter(None, (port, flat))) if flat else ""


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
    """Return what a column is, by its name. An address is none, though "mail" may stand in it."""
    plain = "" if "@" in name else _plain(name)
    return next((kind for kind, pattern in KINDS.items() if pattern.search(plain)), None)


def _plain(name: str) -> str:
    """Return a column name as it is compared."""
    return HYPHENS.sub("-", " ".join(name.casefold().replace("_", " ").split()).strip(" :*"))


def _by_names(names: Sequence[str], rows: Rows, found: NeighbourList) -> Read:
    """Read rows below column names. Cells beyond the names, or below an empty one, may hold addresses too."""
    kinds = _kinds_of(names)
    ports = _filled_down(rows, [place for place, kind in enumerate(kinds) if kind == PORT])
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
        name, family, flat, port = (_first(of_kind[kind]) for kind in (NAME, FAMILY, FLAT, PORT))
        name = f"{name} {family}".strip() if family.casefold() not in name.casefold() else name
        place = _place(port or ports.get(number, ""), flat)
        if people := _people_of_row([*of_kind[ADDRESS], *beyond], name, place):
            read.append((number, people))
        read_too = {*of_kind[ADDRESS], *beyond}
        left = [each for cell in cells if "@" in cell and cell not in read_too for each in people_in(cell)]
        unread |= dict.fromkeys(each.address for each in left)
    found.unread = [*unread]
    found.has_personnummer = _has_personnummer(names, kinds, rows)
    return read


def _kinds_of(names: Sequence[str]) -> list[str | None]:
    """Return what each column holds. Beside a column of e-mail, one of a landlord's e-mail is not read."""
    kinds = [_kind_of(name) for name in names]
    own = [place for place, name in enumerate(names) if OWN_ADDRESS.fullmatch(_plain(name))]
    return [
        None if own and kind == ADDRESS and place not in own else kind for place, kind in enumerate(kinds)
    ]


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


def _first(cells: Iterable[str]) -> str:
    return next((tidy for cell in cells if (tidy := " ".join(cell.split()))), "")


def _by_content(rows: Rows, found: NeighbourList) -> Read:
    """Read rows without column names: the first column of words holds names, the first of numbers flats."""
    columns = [*zip_longest(*(cells for _number, cells in rows), fillvalue="")]
    others = [place for place, cells in enumerate(columns) if not any("@" in cell for cell in cells)]
    secret = {place for place in others if any(map(has_personnummer, columns[place]))}
    found.has_personnummer = bool(secret) and len(columns) > 1
    of_names, of_flats, of_ports = (
        next((place for place in others if place not in secret and _all(like, columns[place])), None)
        for like in (NAME_LIKE, FLAT_LIKE, PORT_LIKE)
    )
    read = []
    for number, cells in rows:
        at = dict(enumerate(map(str.strip, cells)))
        if not any("@" in cell for cell in cells):
            read.append((number, people_in(" ".join(cells))))
            continue
        at = {place: cell for place, cell in at.items() if place not in secret}
        name, flat = (at.pop(place, "") if place is not None else "" for place in (of_names, of_flats))
        port = at.pop(of_ports, "") if of_ports is not None and flat else ""
        people = _people_of_row([cell for cell in at.values() if "@" in cell], name, _place(port, flat))
        beside = " ".join(cell for cell in at.values() if cell and "@" not in cell)
        read.append((number, [_with_beside(people[0], beside), *people[1:]]))
    return read


def _all(pattern: re.Pattern[str], cells: Iterable[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(pattern.fullmatch(cell) and not _kind_of(cell) for cell in filled)


def _people_of_row(cells: Iterable[str], name: str, flat: str) -> list[Typed]:
    """Return everybody with an address in the cells. Of several each has the name that is in the address."""
    name = name_in(name)
    filled = [cell for cell in cells if cell.strip()]
    people = [each for cell in filled if "@" in cell for each in people_in(cell)]
    if not people and (filled or name or flat):
        people = [Typed(_first(filled))]
    if not people:
        return []
    people[0] = replace(people[0], flat=flat)
    if len(people) == 1:
        return [replace(people[0], name=name or people[0].name)]
    names = AND.split(name)
    if len(names) == len(people) and all(map(begins_address, names, (each.address for each in people))):
        return [replace(each, name=each.name or its) for each, its in zip(people, names, strict=True)]
    return [each if each.name else _with_beside(each, name, is_anothers=bool(name)) for each in people]


def _with_beside(one: Typed, text: str, *, is_anothers: bool = False) -> Typed:
    beside = " ".join(filter(None, (text, one.beside)))
    return replace(one, beside=beside, is_anothers=is_anothers or one.is_anothers)
