"""Tables as CSV files that spreadsheets read as they stand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

CONTENT_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"  # by which spreadsheets know the encoding
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate


def escaped(cell: str) -> str:
    """Return a cell that a spreadsheet shows as text."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def csv_of(heading: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, parted by semicolons, as Swedish spreadsheets read it."""
    written = StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow([str(cell) for cell in heading])
    lines.writerows([escaped(str(cell)) for cell in row] for row in rows)
    return MARK + written.getvalue()
