"""Reads a landlord's list, one row per flat. A list with errors is refused with all of them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from watch.personnummer import has_personnummer
from watch.places.problems import AnyProblem, BadLandlordList, Problem, RowError
from watch.signs import is_hidden_character
from watch.tables import BrokenRow, Table, TableProblem, UnreadableTable, read_tables
from watch.xlsx_table import XlsxLimits

__all__ = ["MOST_BYTES", "Column", "FlatRow", "read", "same"]

MEGABYTE = 1024 * 1024
MOST_BYTES = 5 * MEGABYTE
LIMITS = XlsxLimits(rows=20_001, unpacked=50 * MEGABYTE, memory=1024 * MEGABYTE, seconds=30)
MOST_ABOVE = 10  # rows with a title and the like before the column names


class Column(StrEnum):
    """The names of the columns, as landlords' systems export them."""

    AREA = "Område"
    PROPERTY = "Fastighetsbeteckning"
    LANDLORD = "Fastighetsägare"
    BUILDING = "Hus"
    ADDRESS = "Adress"
    FLAT = "Lägenhetsnummer"
    LANDLORD_NUMBER = "Internt nummer"
    CITY = "Ort"
    POSTCODE = "Postnummer"


KNOWN = {column.casefold(): column for column in Column}
OPTIONAL = frozenset({Column.LANDLORD_NUMBER})
MAX_CHARACTERS: dict[str | None, int] = {
    Column.AREA: 80,
    Column.PROPERTY: 80,
    Column.LANDLORD: 120,
    Column.BUILDING: 80,
    Column.ADDRESS: 90,
    Column.FLAT: 20,
    Column.LANDLORD_NUMBER: 40,
    Column.CITY: 60,
    Column.POSTCODE: 20,
}
FLOORS = range(1, 75)  # 10 is the entrance floor; Sweden's highest house has 74 floors
POSITIONS = range(1, 61)
ADDRESS = re.compile(r"(?P<street>\S.{0,78}?\S) (?P<number>\d{1,4}) ?(?P<letter>[A-Za-zÅÄÖåäö]?)")
POSTCODE = re.compile(r"([1-9]\d{2}) ?(\d{2})")
# å, ä, ö and é written in UTF-8 and read as Windows-1252 by some program
GARBLED = re.compile("Ã[¥¤¶©\u0085…„–]")
MARKED_AS_TEXT = re.compile(r"'(?=[=+\-@])")  # the quote tells a spreadsheet that the cell is not a formula


@dataclass(frozen=True, slots=True)
class FlatRow:
    """A flat of the list with its building, property and area. `row` is its number in the file."""

    row: int
    area: str
    property: str
    landlord: str
    building: str
    street: str
    number: str
    flat: str
    landlord_number: str | None
    city: str
    postcode: str

    def at(self, column: Column) -> str:
        """Return the value of a column."""
        return (
            f"{self.street} {self.number}"
            if column is Column.ADDRESS
            else str(getattr(self, column.name.lower()))
        )


def read(data: bytes) -> list[FlatRow]:
    """The rows of a list in CSV or XLSX, at most 5 MB and 20,000 rows.

    At most 5 MB and 20,000 rows. Raises BadLandlordList with every problem.
    """
    try:
        listed = [_list_in(table) for table in read_tables(data, most_bytes=MOST_BYTES, xlsx=LIMITS)]
    except UnreadableTable as unreadable:
        raise BadLandlordList(
            [RowError(unreadable.row, None, "", TableProblem(unreadable.problem))]
        ) from None
    (first, names), table = max(listed, key=lambda each: len(_known(each[0][1])))
    places = _places(first, names, table)
    errors, rows = [_quote_error(broken, names) for broken in table.broken], []
    for number, cells in table.rows:
        wrong = list(_row_errors(number, cells, places, names))
        errors += wrong
        if not wrong:
            rows.append(_flat_row(number, {column: tidy(cells[at]) for column, at in places.items()}))
    if not table.rows and not errors:
        errors.append(RowError(1, None, "", Problem.NO_ROWS))
    errors += _contradictions(rows)
    if errors:
        raise BadLandlordList(errors)
    return rows


def same(text: str) -> str:
    """Return the form of a name that is equal for two spellings of the same place."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def tidy(cell: str) -> str:
    """Return a cell without extra spaces and without the quote that marks =, +, - or @ as text."""
    return unicodedata.normalize("NFC", MARKED_AS_TEXT.sub("", " ".join(cell.split()), count=1))


def _list_in(table: Table) -> tuple[tuple[int, list[str]], Table]:
    """The row with the names of the columns, and the rows below it; above may stand a title."""
    most = max((len(_known(cells)) for _number, cells in table.rows[:MOST_ABOVE]), default=0)
    for place, (number, cells) in enumerate(table.rows):
        if len(_known(cells)) == most and not any(broken.number < number for broken in table.broken):
            return (number, cells), Table(table.rows[place + 1 :], table.broken)
    return (1, []), table


def _known(names: Sequence[str]) -> set[str]:
    return KNOWN.keys() & {same(name) for name in names}


def _quote_error(broken: BrokenRow, names: Sequence[str]) -> RowError:
    return RowError(broken.number, _column_at(names, broken.place), broken.cell, broken.problem)


def _column_at(names: Sequence[str], place: int) -> str:
    """A column's name, or its number where it has none."""
    return names[place] if place < len(names) else str(place + 1)


def _places(row: int, columns: Sequence[str], table: Table) -> dict[Column, int]:
    """Return each column's position. Raises BadLandlordList if one is missing, renamed or doubled."""
    names = [same(name) for name in columns]
    if not _known(columns) and any(is_hidden_character(character) for name in names for character in name):
        raise BadLandlordList([RowError(row, None, "", TableProblem.NOT_A_LIST)])
    if unread := [_quote_error(broken, ()) for broken in table.broken if not columns]:
        raise BadLandlordList(unread)
    errors = []
    for name, times in Counter(names).items():
        if times > 1 and name in KNOWN:
            errors.append(RowError(row, KNOWN[name], KNOWN[name], Problem.DUPLICATE_COLUMN))
    strangers = [name for name in names if name and name not in KNOWN]
    for name, column in KNOWN.items():
        if name not in names and column not in OPTIONAL:
            alike = get_close_matches(name, strangers, n=1, cutoff=0.7)
            problem = Problem.RENAMED_COLUMN if alike else Problem.MISSING_COLUMN
            errors.append(RowError(row, column, columns[names.index(alike[0])] if alike else "", problem))
    if errors:
        raise BadLandlordList(errors)
    return {column: names.index(name) for name, column in KNOWN.items() if name in names}


def _row_errors(
    number: int, cells: Sequence[str], places: Mapping[Column, int], names: Sequence[str]
) -> Iterator[RowError]:
    """Yield what is wrong with a row by itself."""
    wanted = len(names)
    if len(cells) < wanted:
        yield RowError(number, _column_at(names, len(cells)), str(len(cells)), Problem.TOO_FEW_CELLS)
    elif any(cell.strip() for cell in cells[wanted:]):
        yield RowError(number, _column_at(names, wanted), str(len(cells)), Problem.TOO_MANY_CELLS)
    else:
        for column, at in places.items():
            if problem := _cell_problem(column, cells[at]):
                yield RowError(number, column, cells[at], problem)


def _cell_problem(column: Column, raw: str) -> AnyProblem | None:
    """Return what is wrong with a cell, or None."""
    cell = tidy(raw)
    if "\0" in raw:
        return Problem.NUL_CHARACTER
    if "\ufffd" in raw:
        return Problem.UNREADABLE_LETTER
    if GARBLED.search(raw):
        return Problem.GARBLED_LETTER
    if any(is_hidden_character(character) for character in cell):
        return Problem.HIDDEN_CHARACTER
    if not cell:
        return None if column in OPTIONAL else Problem.EMPTY_CELL
    if len(cell) > MAX_CHARACTERS[column]:
        return TableProblem.TOO_LONG
    if has_personnummer(cell):
        return Problem.PERSONNUMMER
    return FORMS[column](cell) if column in FORMS else None


def _flat_problem(cell: str) -> AnyProblem | None:
    if not re.fullmatch(r"[0-9]{4}", cell):
        return Problem.FLAT_NUMBER_FORM
    if int(cell[:2]) not in FLOORS:
        return Problem.FLAT_FLOOR
    return None if int(cell[2:]) in POSITIONS else Problem.FLAT_POSITION


def _address_problem(cell: str) -> AnyProblem | None:
    if not re.search(r"\d", cell):
        return Problem.ADDRESS_WITHOUT_NUMBER
    return None if ADDRESS.fullmatch(cell) else Problem.ADDRESS_FORM


def _postcode_problem(cell: str) -> AnyProblem | None:
    return None if POSTCODE.fullmatch(cell) else Problem.POSTCODE_FORM


FORMS: dict[Column, Callable[[str], AnyProblem | None]] = {
    Column.FLAT: _flat_problem,
    Column.ADDRESS: _address_problem,
    Column.POSTCODE: _postcode_problem,
}


def _flat_row(row: int, cell: Mapping[Column, str]) -> FlatRow:
    address, postcode = ADDRESS.fullmatch(cell[Column.ADDRESS]), POSTCODE.fullmatch(cell[Column.POSTCODE])
    assert address, "_cell_problem has seen to it"
    assert postcode, "_cell_problem has seen to it"
    return FlatRow(
        row=row,
        area=cell[Column.AREA],
        property=cell[Column.PROPERTY],
        landlord=cell[Column.LANDLORD],
        building=cell[Column.BUILDING],
        street=address["street"],
        number=address["number"] + address["letter"].upper(),
        flat=cell[Column.FLAT],
        landlord_number=cell.get(Column.LANDLORD_NUMBER) or None,
        city=cell[Column.CITY],
        postcode=f"{postcode[1]} {postcode[2]}",
    )


def _contradictions(rows: Sequence[FlatRow]) -> Iterator[RowError]:
    """Yield the errors of rows that contradict an earlier row."""
    seen: dict[object, FlatRow] = {}
    for row in rows:
        first = seen.setdefault((_address(row), row.flat), row)
        if first is not row:
            yield RowError(row.row, Column.FLAT, row.flat, Problem.SAME_FLAT_TWICE, other=first.row)
    for problem, column, key, said in RULES:
        first_said: dict[object, FlatRow] = {}
        for row in rows:
            first = first_said.setdefault(key(row), row)
            if said(first) != said(row):
                yield RowError(row.row, column, row.at(column), problem, other=first.row)


def _address(row: FlatRow) -> object:
    return same(row.city), same(row.street), row.number


def _property(row: FlatRow) -> object:
    return same(row.property)


def _building(row: FlatRow) -> object:
    return same(row.property), same(row.building)


Rule = tuple[Problem, Column, Callable[[FlatRow], object], Callable[[FlatRow], object]]
# Rows with the same key must have the same value.
RULES: tuple[Rule, ...] = (
    (Problem.ADDRESS_IN_TWO_BUILDINGS, Column.BUILDING, _address, _building),
    (Problem.ADDRESS_WITH_TWO_POSTCODES, Column.POSTCODE, _address, lambda row: row.postcode),
    (Problem.PROPERTY_IN_TWO_AREAS, Column.AREA, _property, lambda row: same(row.area)),
    (Problem.PROPERTY_WITH_TWO_LANDLORDS, Column.LANDLORD, _property, lambda row: same(row.landlord)),
    (Problem.SPELLED_IN_TWO_WAYS, Column.AREA, lambda row: same(row.area), lambda row: row.area),
    (Problem.SPELLED_IN_TWO_WAYS, Column.PROPERTY, _property, lambda row: row.property),
    (Problem.SPELLED_IN_TWO_WAYS, Column.LANDLORD, lambda row: same(row.landlord), lambda row: row.landlord),
    (Problem.SPELLED_IN_TWO_WAYS, Column.BUILDING, _building, lambda row: row.building),
    (Problem.SPELLED_IN_TWO_WAYS, Column.ADDRESS, lambda row: same(row.street), lambda row: row.street),
    (Problem.SPELLED_IN_TWO_WAYS, Column.CITY, lambda row: same(row.city), lambda row: row.city),
)
