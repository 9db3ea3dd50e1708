"""Tables as files that spreadsheets read as they stand: CSV, and XLSX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

CONTENT_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def xlsx_of(heading: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a spreadsheet. Whole numbers are numbers; all else is text, and never a formula."""
    import openpyxl  # takes half a second, for one page in a thousand
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for row in ([str(cell) for cell in heading], *rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet)
            cell.value = value if isinstance(value, int) else escaped(str(value))
            cell.data_type = "n" if isinstance(value, int) else "s"
            cells.append(cell)
        sheet.append(cells)
    written = BytesIO()
    book.save(written)
    return written.getvalue()
