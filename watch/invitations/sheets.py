"""Lists of neighbours, pasted, in a CSV file or in a spreadsheet: read row by row, and not validated here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum, auto

from watch.errors import DomainError
from watch.invitations.pasting import Typed, pasted_in
from watch.invitations.workbook import Rows, UnreadableWorkbook, sheets_of
from watch.places.csv_table import read_table
from watch.places.problems import BadLandlordList, Problem

MOST_BYTES = 1024 * 1024
MOST_ROWS = 2000
MOST_ABOVE = 10  # rows with a title and the like before the column names
UNCLOSED_QUOTE, STRAY_QUOTE = Problem.UNCLOSED_QUOTE.value, Problem.STRAY_QUOTE.value  # of one line
ZIP = b"PK\x03\x04"

ADDRESS, NAME, FLAT, PORT = "address", "name", "flat", "port"
COLUMNS = {
    ADDRESS: """e-post epost e-postadress epostadress e-postadresser mejl mejladress mail mailadress email
        e-mail email_address e-mail_address
        بريد البريد البريد_الإلكتروني بريد_إلكتروني iimayl iimaylka iimeyl""",
    NAME: "namn förnamn name first_name الاسم اسم magac magaca",
    FLAT: """lägenhet lägenhetsnummer lägenhetsnr lgh lgh_nr lgh-nr lghnr flat flat_number apartment
        apartment_number شقة الشقة رقم_الشقة guri guriga lambarka_guriga""",
    PORT: """port adress gatuadress portadress entrance street_address المدخل مدخل العنوان albaab albaabka
        cinwaan""",
}
COLUMN_OF = {word.replace("_", " "): column for column, words in COLUMNS.items() for word in words.split()}


class Trouble(StrEnum):
    """Why a file as a whole cannot be read as a list of neighbours."""

    TOO_LARGE = auto()
    TOO_HEAVY = auto()
    TOO_MANY_ROWS = auto()
    EMPTY = auto()
    OLD_SHEET = auto()
    BROKEN_SHEET = auto()
    NO_LIST = auto()
    WRONG_ENCODING = auto()
    NO_ADDRESSES = auto()
    TWO_COLUMNS = auto()
    SEVERAL_SHEETS = auto()


OF_TABLES = {
    Problem.EMPTY_FILE: Trouble.EMPTY,
    Problem.TOO_LARGE: Trouble.TOO_LARGE,
    Problem.TOO_MANY_ROWS: Trouble.TOO_MANY_ROWS,
    Problem.SPREADSHEET: Trouble.OLD_SHEET,
    Problem.WRONG_ENCODING: Trouble.WRONG_ENCODING,
}


class UnreadableList(DomainError):
    """The file is no list of neighbours; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def rows_of_text(text: str) -> list[Typed]:
    """Pasted lines; cells of a spreadsheet with their column names on top are read as such a table.

    Raises UnreadableList.
    """
    lines = [*enumerate(text.splitlines(), start=1)]
    if (found := _by_names([(number, line.split("\t")) for number, line in lines])) is not None:
        return _in_time(found)
    return _in_time([each for number, line in lines for each in pasted_in(line, number)])


def rows_of_file(data: bytes) -> list[Typed]:
    """The rows of a CSV file or a spreadsheet (XLSX), at most 1 MB and 2,000 rows. Raises UnreadableList."""
    if len(data) > MOST_BYTES:
        raise UnreadableList(Trouble.TOO_LARGE)
    rows = _of_sheet(data) if data.startswith(ZIP) else _of_csv(data)
    if not rows:
        raise UnreadableList(Trouble.EMPTY)
    return _in_time(rows)


def _in_time(rows: list[Typed]) -> list[Typed]:
    if len(rows) > MOST_ROWS:
        raise UnreadableList(Trouble.TOO_MANY_ROWS)
    return rows


def _of_csv(data: bytes) -> list[Typed]:
    if b"\0" in data and not data.startswith(b"\x89PNG"):
        raise UnreadableList(Trouble.WRONG_ENCODING)
    try:
        table = read_table(data)
    except BadLandlordList as bad:
        raise UnreadableList(OF_TABLES.get(bad.errors[0].problem, Trouble.NO_LIST)) from None
    broken = [
        Typed(number, table.lines[number - 1], cure=error.problem.value)
        for error in table.errors
        for number in [error.row or 1]
    ]
    rows = [(number, "\t".join(cells).split("\t")) for number, cells in [(1, table.names), *table.rows]]
    return sorted([*_of_cells(rows), *broken], key=lambda each: each.number)


def _of_sheet(data: bytes) -> list[Typed]:
    """The one sheet that holds addresses."""
    sheets = [cells for cells in _sheets(data) if _has_addresses(cells)]
    if len(sheets) > 1:
        raise UnreadableList(Trouble.SEVERAL_SHEETS)
    if not sheets:
        raise UnreadableList(Trouble.NO_ADDRESSES)
    return _of_cells(sheets[0])


def _sheets(data: bytes) -> list[Rows]:
    try:
        return sheets_of(data, most_rows=MOST_ROWS + MOST_ABOVE + 1)
    except UnreadableWorkbook as unreadable:
        raise UnreadableList(Trouble(unreadable.trouble)) from None


def _has_addresses(rows: Iterable[tuple[int, Sequence[str]]]) -> bool:
    return any("@" in cell for _number, cells in rows for cell in cells)


def _of_cells(rows: Sequence[tuple[int, list[str]]]) -> list[Typed]:
    """By the names of the columns; without names as if it had been pasted. Raises UnreadableList."""
    if (found := _by_names(rows)) is not None:
        return found
    if rows and not _has_addresses(rows):
        raise UnreadableList(Trouble.NO_ADDRESSES)
    return [each for number, cells in rows for each in pasted_in("\t".join(cells), number)]


def _by_names(rows: Sequence[tuple[int, list[str]]]) -> list[Typed] | None:
    """What stands below the names of the columns, which may have a title above them; None without names."""
    for place, (_number, cells) in enumerate(rows[:MOST_ABOVE]):
        if places := _places(cells):
            return _by_columns(rows[place + 1 :], places)
        if any("@" in cell for cell in cells):
            return None
    return None


def _places(names: Sequence[str]) -> dict[str, int] | None:
    """Where the known columns stand; None where none is called as addresses are. Raises UnreadableList."""
    columns = [COLUMN_OF.get(" ".join(name.casefold().strip(" :*").split())) for name in names]
    if ADDRESS not in columns:
        return None
    if columns.count(ADDRESS) > 1:
        raise UnreadableList(Trouble.TWO_COLUMNS)
    return {column: place for place, column in reversed([*enumerate(columns)]) if column}


def _by_columns(rows: Iterable[tuple[int, Sequence[str]]], places: Mapping[str, int]) -> list[Typed]:
    found = []
    for number, cells in rows:
        cell = {
            column: cells[place].strip() if place < len(cells) else "" for column, place in places.items()
        }
        if any(cell.values()):
            flat = " ".join(filter(None, (cell.get(PORT), cell.get(FLAT)))) if cell.get(FLAT) else ""
            found.append(Typed(number, *_one(cell[ADDRESS], cell.get(NAME, "")), flat))
    return found


def _one(cell: str, name: str) -> tuple[str, str]:
    """A cell of an address column may hold its name too."""
    inside = pasted_in(cell)
    return (inside[0].address, name or inside[0].name) if len(inside) == 1 else (cell, name)
