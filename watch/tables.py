"""Reads lists from CSV files, in the usual encodings and delimiters, and from XLSX files.

The result is numbered rows of cells. The caller decides what a cell means and how an error is explained.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto

from watch import encodings
from watch.errors import DomainError
from watch.xlsx_table import UnreadableWorkbook, XlsxLimits, visible_sheets

DELIMITERS = ";,\t|"  # the first wins if a line has equally many of two
MOST_LINES = 20  # of one cell
SEPARATOR = re.compile("sep=.", re.IGNORECASE)  # a line that Excel obeys and does not show
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # found in a spreadsheet with a password
OF_OLD = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))  # found in one of an older kind


class TableProblem(StrEnum):
    """Why a file or a row cannot be read as a table."""

    EMPTY_FILE = auto()
    TOO_LARGE = auto()
    TOO_HEAVY = auto()
    TOO_MANY_ROWS = auto()
    OLD_SPREADSHEET = auto()
    LOCKED_SPREADSHEET = auto()
    BROKEN_SPREADSHEET = auto()
    STRICT_SPREADSHEET = auto()
    OTHER_SPREADSHEET = auto()
    PICTURE = auto()
    PDF = auto()
    DOCUMENT = auto()
    ARCHIVE = auto()
    WEB_PAGE = auto()
    NOT_A_LIST = auto()
    WRONG_ENCODING = auto()
    UNCLOSED_QUOTE = auto()
    STRAY_QUOTE = auto()
    TOO_LONG = auto()


MAGIC = {
    re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}|II\*\0|MM\0\*|....ftyp|RIFF....WEBP", re.DOTALL): (
        TableProblem.PICTURE
    ),
    re.compile(rb"\s*%PDF"): TableProblem.PDF,
    re.compile(rb"{\\rtf"): TableProblem.DOCUMENT,
    re.compile(rb"\x1f\x8b|Rar!|7z\xbc\xaf"): TableProblem.ARCHIVE,
    re.compile(rb"\s*<(?:!doctype html|html|head|meta|table|\?xml)", re.IGNORECASE): TableProblem.WEB_PAGE,
    re.compile(rb"\xff\xfe|\xfe\xff|(?:[^\0]\0){8}|(?:\0[^\0]){8}"): TableProblem.WRONG_ENCODING,  # UTF-16
}


class UnreadableTable(DomainError):
    """The file cannot be read as a table: `problem` says why, `row` where, `count` how many rows it has."""

    def __init__(self, problem: StrEnum, *, row: int | None = None, count: int = 0) -> None:
        super().__init__(problem)
        self.problem, self.row, self.count = problem, row, count


class HiddenRows(DomainError):
    """Rows of a table that is to be read whole are hidden; `count` is how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} hidden")
        self.count = count


@dataclass(frozen=True)
class BrokenRow:
    """A row with wrong quotes: its number, the index of the cell, and both as written."""

    number: int
    place: int
    cell: str
    text: str
    problem: TableProblem


@dataclass
class Table:
    """The rows that are not empty, numbered as in a spreadsheet, and the rows that cannot be read.

    `hidden_rows` and `hidden_columns` count those that are hidden and left out; `hides_addresses` is True if
    one has an address. `is_mixed` is True if the file has bytes of two encodings, `is_unclear` if letters
    of its only one are uncertain. `spoilt` are cells that are read as empty and are not, by row and index of
    the column: an error, TRUE, FALSE, or nothing for a formula without a value.
    """

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    hides_addresses: bool = False
    spoilt: Mapping[tuple[int, int], str] = field(default_factory=dict)
    is_mixed: bool = False
    is_unclear: bool = False


def read_tables(data: bytes, *, most_bytes: int, xlsx: XlsxLimits, name: str = "") -> list[Table]:
    """Return the table of a CSV file, or of each visible sheet of a spreadsheet. Raises UnreadableTable.

    `name` is the file's, which tells a new spreadsheet with a password from an old one.
    """
    if not data.strip():
        raise UnreadableTable(TableProblem.EMPTY_FILE)
    if len(data) > most_bytes:
        raise UnreadableTable(TableProblem.TOO_LARGE)
    if data.startswith(OLE):
        raise UnreadableTable(_problem_of_old(data, name))
    if not data.startswith(ZIP):
        return [_table_of(data, xlsx.rows)]
    try:
        return [
            Table(
                sheet.rows, hidden_rows=sheet.hidden_rows, hidden_columns=sheet.hidden_columns,
                hides_addresses=sheet.hides_addresses,
                spoilt={(row, place): said for row, place, said in sheet.spoilt},
            )
            for sheet in visible_sheets(data, xlsx)
        ]  # fmt: skip
    except UnreadableWorkbook as unreadable:
        raise UnreadableTable(TableProblem(unreadable.problem)) from None


def _problem_of_old(data: bytes, name: str) -> TableProblem:
    """Return whether a file in the old format is an old spreadsheet, or a new one with a password."""
    if ENCRYPTED in data:
        return TableProblem.LOCKED_SPREADSHEET
    is_new = name.casefold().endswith(("x", "xlsm")) and not any(each in data for each in OF_OLD)
    return TableProblem.LOCKED_SPREADSHEET if is_new else TableProblem.OLD_SPREADSHEET


def expect_no_hidden_rows(table: Table) -> None:
    """Raise HiddenRows if rows are hidden: a filter that was left on would leave them out unseen."""
    if table.hidden_rows:
        raise HiddenRows(table.hidden_rows)


def split_text(text: str, *, most_rows: int, delimiter: str | None = None) -> Table:
    """Return the table of a CSV text (RFC 4180). Raises UnreadableTable.

    A quoted cell may hold delimiters and line breaks.
    """
    lines = re.split("\r\n|\n|\r", text)
    if SEPARATOR.fullmatch(lines[0]):
        delimiter, lines = lines[0][-1], lines[1:]
    delimiter = delimiter or _delimiter_of(lines)
    table = Table()
    for number, (line, cells) in enumerate(_records(lines, delimiter), start=1):
        if cells is None:
            place, problem = _quote_problem(line, delimiter)
            cell = line.split(delimiter)[place : place + 1] or [line]
            table.broken.append(BrokenRow(number, place, cell[0], line, problem))
        elif any(cell.strip() for cell in cells):
            table.rows.append((number, cells))
        if len(table.rows) > most_rows:
            raise UnreadableTable(TableProblem.TOO_MANY_ROWS, row=number)
    return table


def decoded(data: bytes) -> tuple[str, bool]:
    """Return a file's text, and whether it is in two encodings. Raises UnreadableTable if it is no text.

    An invalid byte becomes U+FFFD, so that an error can name its row and column.
    """
    for beginning, problem in MAGIC.items():
        if beginning.match(data):
            raise UnreadableTable(problem)
    if b"\0" in data and any(_is_text(data, name) for name in ("utf-16-le", "utf-16-be")):
        raise UnreadableTable(TableProblem.WRONG_ENCODING)
    return encodings.decoded(data)


def _is_text(data: bytes, encoding: str) -> bool:
    """Return True if the data are lines of letters in this encoding, with an address in them."""
    text = data.decode(encoding, errors="replace")
    return bool(re.search(r"@[a-z\d.-]+\.[a-z]", text, re.IGNORECASE)) and all(
        sign.isprintable() or sign.isspace() for sign in text
    )


def _table_of(data: bytes, most_rows: int) -> Table:
    text, is_mixed = decoded(data)
    table = split_text(text, most_rows=most_rows)
    table.is_mixed, table.is_unclear = is_mixed, not is_mixed and "\ufffd" in text
    return table


def _delimiter_of(lines: Sequence[str]) -> str:
    """Return the most frequent delimiter of the first line that has any."""
    first = next((line for line in lines if any(each in line for each in DELIMITERS)), "")
    return max(DELIMITERS, key=first.count)


def _records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[str, list[str] | None]]:
    """Yield each record as written, with its cells, or None if its quotes are wrong.

    A quote that its line does not close may be closed within MOST_LINES; if not, it spoils only its own line.
    """
    place = 0
    while place < len(lines):
        end, cells = place + 1, _split(lines[place], delimiter)
        if cells is None and not _is_closed(lines[place]):
            for until in range(place + 2, min(place + MOST_LINES, len(lines)) + 1):
                if _is_closed(record := "\n".join(lines[place:until])):
                    cells = _split(record, delimiter)
                    end = until if cells else end
                    break
        yield "\n".join(lines[place:end]), cells
        place = end


def _is_closed(text: str) -> bool:
    return text.count('"') % 2 == 0


def without_formula(cell: str) -> str:
    """Return 1203 for ="1203", which a spreadsheet shows as text."""
    return re.sub(r'\A\s*="([^"]*)"\s*\Z', r"\1", cell)


def _split(record: str, delimiter: str) -> list[str] | None:
    """Return the cells of a record; of ="Ek; Bo" those signs are no delimiters."""
    sign = re.escape(delimiter)
    plain = re.sub(rf'(?<![^{sign}\n])="([^"]*)"(?![^{sign}\n])', r'"\1"', record)
    try:
        cells = next(csv.reader([plain], delimiter=delimiter, strict=True), [])
        return [*map(without_formula, cells)]
    except csv.Error:
        return None


def _quote_problem(line: str, delimiter: str) -> tuple[int, TableProblem]:
    """Return the index of the cell with the wrong quote, and what is wrong."""
    place, is_open, after_quote, begins = 0, False, False, True
    for character in line:
        if is_open:
            is_open, after_quote = character != '"', character == '"'
        elif character == delimiter:
            place, after_quote, begins = place + 1, False, True
            continue
        elif character == '"' and (begins or after_quote):  # opens a cell, or is the second of two
            is_open = True
        elif after_quote:
            return place, TableProblem.STRAY_QUOTE
        begins = False
    if is_open:
        return place, TableProblem.UNCLOSED_QUOTE
    lengths = [len(cell) for cell in line.split(delimiter)]
    return lengths.index(max(lengths)), TableProblem.TOO_LONG
