"""Reads spreadsheets (XLSX) as rows of cells, in a process with little time and memory.

A few kilobytes can unpack to millions of cells or styles. This file is also the program of that process, so
it imports nothing of ours.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

PROGRAM = str(Path(__file__).resolve())
TOO_HEAVY, TOO_MANY_ROWS, BROKEN = "too_heavy", "too_many_rows", "broken_spreadsheet"
STRICT = "strict_spreadsheet"
STRICT_NAMES = b"http://purl.oclc.org/ooxml/"  # of Excel's "Strict Open XML", which openpyxl does not know
WORKBOOK = "xl/workbook.xml"
OTHERS = {  # what else is a ZIP file, by a part that it has or by its MIME type
    re.compile(r"xl/workbook\.bin|Index/CalculationEngine|.*opendocument\.spreadsheet"): "other_spreadsheet",
    re.compile(r"word/|ppt/|Index/|.*opendocument\."): "document",
    re.compile("(?!xl/)"): "archive",
}
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}  # what a formula came to
NO_VALUE = object()  # of a formula that no program has calculated
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # of a character that XML cannot hold (ECMA-376, ST_Xstring)
LONGEST_WAIT = 5  # times the processor time, by the clock
MOST_COLUMNS = 200
MAX_CHARACTERS = 500  # of a cell without an address; names and flats are shorter
MOST_IN_A_CELL = 32_767  # Excel's own limit
MOST_CHARACTERS_IN_ALL = 10_000_000


@dataclass(frozen=True)
class XlsxLimits:
    """Limits for reading a spreadsheet: rows with content, unpacked bytes, bytes of memory, seconds."""

    rows: int
    unpacked: int = 5 * 1024 * 1024  # a list of 2,000 rows has one or two megabytes
    memory: int = 256 * 1024 * 1024  # such a list takes a third of this
    seconds: int = 2  # of processor time; such a list takes half a second


@dataclass
class Sheet:
    """The visible, non-empty rows of a sheet with their numbers, and how many rows and columns are hidden.

    `spoilt` are the cells that are read as empty and are not: row, index of the column, and what stands
    there, which is nothing for a formula without a value.
    """

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    hides_addresses: bool = False
    spoilt: list[tuple[int, int, str]] = field(default_factory=list)


class UnreadableWorkbook(Exception):
    """The workbook cannot be read; `problem` is the value of a TableProblem."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def visible_sheets(data: bytes, limits: XlsxLimits) -> list[Sheet]:
    """Return the visible sheets of a workbook. Raises UnreadableWorkbook."""
    command = [
        sys.executable,
        "-P",
        PROGRAM,
        json.dumps(asdict(limits)),
    ]  # -P: the process cannot import our files
    try:
        read = subprocess.run(
            command, input=data, timeout=limits.seconds * LONGEST_WAIT, check=True, env={},  # without keys
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.SubprocessError:
        raise UnreadableWorkbook(TOO_HEAVY) from None
    found = json.loads(read.stdout)
    if isinstance(found, str):
        raise UnreadableWorkbook(found)
    return [Sheet([(number, cells) for number, cells in rows], *more) for rows, *more in found]


def _read(data: bytes, limits: XlsxLimits) -> list[Sheet]:
    """Return the visible sheets, of a formula its value. Raises UnreadableWorkbook."""
    import openpyxl  # slow to load, and used in the other process only

    with zipfile.ZipFile(BytesIO(data)) as archive:
        _expect_workbook(archive, limits.unpacked)
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = [_sheet(sheet, limits.rows) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    cells = (cell for sheet in sheets for _number, cells in sheet.rows for cell in cells)
    if sum(map(len, cells)) > MOST_CHARACTERS_IN_ALL:
        raise UnreadableWorkbook(TOO_HEAVY)
    return sheets


def _expect_workbook(archive: zipfile.ZipFile, most_unpacked: int) -> None:
    """Raise UnreadableWorkbook if the archive is something else, or a workbook that cannot be read."""
    sizes = {each.filename: each.file_size for each in archive.infolist()}
    parts = [*sizes]
    if 0 < sizes.get("mimetype", 0) < 100:
        parts.append(archive.read("mimetype").decode("ascii", errors="replace"))
    has_sheets = any(part.startswith("xl/") for part in parts) and "xl/workbook.bin" not in parts
    if not has_sheets:
        raise UnreadableWorkbook(next(kind for is_of, kind in OTHERS.items() if any(map(is_of.match, parts))))
    if sum(sizes.values()) > most_unpacked:
        raise UnreadableWorkbook(TOO_HEAVY)
    if WORKBOOK in parts and STRICT_NAMES in archive.read(WORKBOOK):
        raise UnreadableWorkbook(STRICT)


def _sheet(sheet: Any, most_rows: int) -> Sheet:
    """Return a sheet's visible rows. Rows that have only borders or colours are not counted."""
    found = Sheet()
    with sheet._get_source() as source:
        parser = _parser_of(sheet, source)
        for number, cells in parser.parse():
            texts = _texts_of(cells)
            is_hidden = _is_hidden(parser.row_dimensions.pop(str(number), {}))
            if not any(texts):
                continue
            if is_hidden:
                found.hidden_rows += 1
                found.hides_addresses |= any("@" in text for text in texts)
            else:
                found.rows.append((number, texts))
                found.spoilt += [(number, *each) for each in _spoilt_in(cells)]
            if len(found.rows) > most_rows:
                raise UnreadableWorkbook(TOO_MANY_ROWS)
    _add_links(sheet, parser.hyperlinks.hyperlink, dict(found.rows))
    widest = max((len(cells) for _number, cells in found.rows), default=0)
    for _number, cells in found.rows:
        cells += [""] * (widest - len(cells))
    for column in _hidden_columns(parser.column_dimensions.values()):
        said = _emptied(found.rows, column)
        found.hidden_columns += bool(said)
        found.hides_addresses |= any("@" in text for text in said)
    return found


def _add_links(sheet: Any, links: Sequence[Any], rows: Mapping[int, list[str]]) -> None:
    """Add the address that a cell's link writes to, as "Mejla Anna <anna@example.org>"."""
    from openpyxl.packaging.relationship import get_dependents, get_rels_path
    from openpyxl.utils.cell import range_boundaries

    path = get_rels_path(sheet._worksheet_path)
    if not links or path not in sheet.parent._archive.namelist():
        return
    targets = {each.Id: each.Target for each in get_dependents(sheet.parent._archive, path)}
    for link in links:
        target = str(targets.get(link.id) or "")
        column, row, *_end = range_boundaries(link.ref)
        cells = rows.get(row, [])
        if target.lower().startswith("mailto:") and column <= len(cells) and "@" not in cells[column - 1]:
            cells[column - 1] = f"{cells[column - 1]} <{target}>".strip()


def _texts_of(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a row's texts by their columns. Of columns beyond those that are read only addresses follow."""
    texts = {cell["column"]: _text(cell["value"]) for cell in cells}
    far = [text for column, text in texts.items() if column > MOST_COLUMNS and "@" in text]
    last = MOST_COLUMNS if far else min(max(texts, default=0), MOST_COLUMNS)
    return [texts.get(column, "") for column in range(1, last + 1)] + far


def _parser_of(sheet: Any, source: Any) -> Any:
    """Return the parser of a sheet, which tells formulas without a value from empty cells."""
    # only this tells which rows are hidden
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    book = sheet.parent
    parser = WorkSheetParser(
        source, sheet._shared_strings, data_only=True, epoch=book.epoch, date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )  # fmt: skip
    parse_cell = parser.parse_cell

    def parsed(element: Any) -> Any:
        cell = parse_cell(element)
        is_text = element.get("t") == "str"  # which may be empty
        if element.find(FORMULA_TAG) is not None and not (is_text or element.findtext(VALUE_TAG)):
            cell["value"] = NO_VALUE
        return cell

    parser.parse_cell = parsed
    return parser


def _spoilt_in(cells: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Yield the index, from 0, of each cell that is read as empty and is not, and what stands there."""
    for cell in cells:
        value = cell["value"]
        if cell["column"] <= MOST_COLUMNS and _is_spoilt(value):
            yield cell["column"] - 1, "" if value is NO_VALUE else str(value).upper()


def _is_spoilt(value: Any) -> bool:
    return value is NO_VALUE or isinstance(value, bool) or value in ERRORS


def _hidden_columns(columns: Any) -> Iterator[int]:
    """Yield the indexes, from 0, of the hidden columns that are read."""
    for column in columns:
        if _is_hidden(column):
            yield from range(int(column["min"]) - 1, min(int(column["max"]), MOST_COLUMNS))


def _is_hidden(attributes: Any) -> bool:
    """Return True if a row or column is hidden, or has no height or width."""
    sizes = [attributes[name] for name in ("ht", "width") if name in attributes]
    return attributes.get("hidden") in {"1", "true"} or any(re.fullmatch(r"0*\.?0+", size) for size in sizes)


def _emptied(rows: list[tuple[int, list[str]]], column: int) -> list[str]:
    """Clear a column's cells; return the texts that they had."""
    filled = [cells for _number, cells in rows if column < len(cells) and cells[column]]
    said = [cells[column] for cells in filled]
    for cells in filled:
        cells[column] = ""
    return said


def _text(value: Any) -> str:
    """Return a cell as people read it. 1203 may be stored as 1203.0, and a checkbox is no text."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or _is_spoilt(value):
        return ""
    text = ESCAPED.sub(_unescaped, str(value)).strip()
    return text[: MOST_IN_A_CELL if "@" in text else MAX_CHARACTERS]


def _unescaped(found: re.Match[str]) -> str:
    """Return the character of an escape. Those that break lines are line breaks, other controls spaces."""
    character = chr(int(found[1], 16))
    if character in "\n\r\v\f\x85\u2028\u2029":
        return "\n"
    return character if character.isprintable() or character == "\ufeff" else " "


def _answer(limits: XlsxLimits) -> Any:
    """Return the sheets, or the problem, as the other process reports them."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    try:
        return [
            (sheet.rows, sheet.hidden_rows, sheet.hidden_columns, sheet.hides_addresses, sheet.spoilt)
            for sheet in _read(sys.stdin.buffer.read(), limits)
        ]
    except UnreadableWorkbook as unreadable:
        return unreadable.problem
    except MemoryError:
        return TOO_HEAVY
    except Exception:  # the library can raise anything on a damaged file
        return BROKEN


if __name__ == "__main__":
    json.dump(_answer(XlsxLimits(**json.loads(sys.argv[1]))), sys.stdout)
