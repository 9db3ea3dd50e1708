"""A CSV file as numbered rows of cells, whichever of the usual encodings and delimiters it is written in."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

from watch.places.problems import BadLandlordList, Problem, RowError

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MAGIC = {
    b"PK\x03\x04": Problem.SPREADSHEET,  # XLSX, ODS
    b"\xd0\xcf\x11\xe0": Problem.SPREADSHEET,  # XLS
    b"\x89PNG": Problem.NOT_A_LIST,
    b"\xff\xd8\xff": Problem.NOT_A_LIST,  # JPEG
    b"GIF8": Problem.NOT_A_LIST,
    b"%PDF": Problem.NOT_A_LIST,
    b"\xff\xfe": Problem.WRONG_ENCODING,  # UTF-16
    b"\xfe\xff": Problem.WRONG_ENCODING,
}


@dataclass
class Table:
    """Column names, rows with their number in the file, and what could not be read of them."""

    names: list[str]
    lines: list[str]  # as they stand in the file
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def read_table(data: bytes) -> Table:
    """The cells of a file in Windows-1252 or UTF-8, with `;` or `,` between them.

    A cell stays on one line, so a row's number is the same in an editor and in a spreadsheet.
    Raises BadLandlordList where the file as a whole is none.
    """
    lines = re.split("\r\n|\n|\r", _decoded(data))
    first = next((line for line in lines if ";" in line or "," in line), "")
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    names, wrong = _split(lines[0], delimiter, [], row=1)
    table = Table(names or [], lines, errors=[wrong] if wrong else [])
    for number, line in enumerate(lines[1:], start=2):
        cells, wrong = _split(line, delimiter, table.names, row=number)
        if wrong:
            table.errors.append(wrong)
        elif cells and any(cell.strip() for cell in cells):
            table.rows.append((number, cells))
        if len(table.rows) > MOST_ROWS:
            raise _bad(Problem.TOO_MANY_ROWS, row=number)
    return table


def _bad(problem: Problem, row: int | None = None) -> BadLandlordList:
    return BadLandlordList([RowError(row, None, "", problem)])


def _decoded(data: bytes) -> str:
    """The text; a byte that is no letter becomes U+FFFD, so that its row and column can be named."""
    if not data.strip():
        raise _bad(Problem.EMPTY_FILE)
    if len(data) > MOST_BYTES:
        raise _bad(Problem.TOO_LARGE)
    for start, problem in MAGIC.items():
        if data.startswith(start):
            raise _bad(problem)
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _split(line: str, delimiter: str, names: list[str], row: int) -> tuple[list[str] | None, RowError | None]:
    """A line's cells, or what is wrong with its quotes."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), []), None
    except csv.Error:
        place, problem = _quote_problem(line, delimiter)
    cell = line.split(delimiter)[place] if place < len(line.split(delimiter)) else line
    return None, RowError(row, column_at(names, place), cell, problem)


def _quote_problem(line: str, delimiter: str) -> tuple[int, Problem]:
    """In which cell of the line a quote is wrong, and how."""
    place, is_open, after_quote, begins = 0, False, False, True
    for character in line:
        if is_open:
            is_open, after_quote = character != '"', character == '"'
        elif character == delimiter:
            place, after_quote, begins = place + 1, False, True
            continue
        elif character == '"' and (
            begins or after_quote
        ):  # the cell's first character, or the second of a doubled quote
            is_open = True
        elif after_quote:
            return place, Problem.STRAY_QUOTE
        begins = False
    return (place, Problem.UNCLOSED_QUOTE) if is_open else (_longest(line, delimiter), Problem.TOO_LONG)


def _longest(line: str, delimiter: str) -> int:
    lengths = [len(cell) for cell in line.split(delimiter)]
    return lengths.index(max(lengths))


def column_at(names: list[str], place: int) -> str:
    """A column's name, or its number where it has none."""
    return names[place] if place < len(names) else str(place + 1)
