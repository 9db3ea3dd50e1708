"""Spreadsheets (XLSX), read in a process of its own with little time and memory.

A few kilobytes can unpack to millions of cells or styles; two seconds of a processor is all they get.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

PROGRAM = str(Path(__file__).resolve())
MOST_UNPACKED = 5 * 1024 * 1024  # a list of 2,000 rows has one or two
MOST_MEMORY = 256 * 1024 * 1024  # such a list takes a third
MOST_SECONDS, LONGEST_WAIT = 2, 10  # of a processor, and by the clock; such a list takes half of one
MOST_COLUMNS = 40
MAX_CHARACTERS = 500  # of a cell; more is no address, name or flat
MOST_SIGNS_IN_ALL = 2_000_000

Rows = list[tuple[int, list[str]]]


class UnreadableWorkbook(Exception):
    """No list can be read from it; `trouble`: too_heavy, too_many_rows or broken_sheet."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def sheets_of(data: bytes, most_rows: int) -> list[Rows]:
    """Each sheet's rows that are not empty, with their numbers. Raises UnreadableWorkbook."""
    command = [sys.executable, "-P", PROGRAM, str(most_rows)]  # -P: nothing of ours is found by its bare name
    try:
        read = subprocess.run(
            command, input=data, timeout=LONGEST_WAIT, check=True, env={},  # with no key of ours
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.SubprocessError:
        raise UnreadableWorkbook("too_heavy") from None
    found = json.loads(read.stdout)
    if isinstance(found, str):
        raise UnreadableWorkbook(found)
    return [[(number, cells) for number, cells in sheet] for sheet in found]


def _read(data: bytes, most_rows: int) -> list[Rows]:
    """Values only: of a formula what it came to. Raises UnreadableWorkbook."""
    import openpyxl  # slow to load, and needed in the other process only

    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
            raise UnreadableWorkbook("too_heavy")
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = [_rows(sheet, most_rows) for sheet in book.worksheets]
    if sum(len(cell) for rows in sheets for _number, cells in rows for cell in cells) > MOST_SIGNS_IN_ALL:
        raise UnreadableWorkbook("too_heavy")
    return sheets


def _rows(sheet: Any, most_rows: int) -> Rows:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    rows = []
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        if number > most_rows:
            raise UnreadableWorkbook("too_many_rows")
        cells = [_text(value) for value in row]
        if any(cells):
            rows.append((number, cells))
    return rows


def _text(value: Any) -> str:
    """A cell as people read it: 1203 is stored as 1203.0 now and then."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()[:MAX_CHARACTERS]


def _answer(most_rows: int) -> list[Rows] | str:
    """What the other process tells: the sheets, or why there are none."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        return _read(sys.stdin.buffer.read(), most_rows)
    except UnreadableWorkbook as unreadable:
        return unreadable.trouble
    except MemoryError:
        return "too_heavy"
    except Exception:  # of a damaged file its reader raises whatever comes
        return "broken_sheet"


if __name__ == "__main__":
    json.dump(_answer(int(sys.argv[1])), sys.stdout)
