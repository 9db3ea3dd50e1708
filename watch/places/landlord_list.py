"""Reads a landlord's list, one row per flat. A list with errors is refused with all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from watch.encodings import is_garbled
from watch.personnummer import PERSONNUMMER_COLUMN, has_personnummer
from watch.places.coordinates import metres_of
from watch.places.list_cells import (
    ADDRESS,
    OPTIONAL,
    PLACE,
    POSTCODE,
    Column,
    cell_problem,
    number_of,
    same,
    tidy,
)
from watch.places.problems import BadLandlordList, Problem, RowError
from watch.signs import is_hidden_character
from watch.tables import (
    BrokenRow,
    HiddenRows,
    Table,
    TableProblem,
    UnreadableTable,
    expect_no_hidden_rows,
    read_tables,
)
from watch.xlsx_table import XlsxLimits

__all__ = ["MOST_BYTES", "Column", "FlatRow", "LandlordList", "read", "read_list", "same"]

MEGABYTE = 1024 * 1024
MOST_BYTES = 5 * MEGABYTE
LIMITS = XlsxLimits(rows=20_001, unpacked=50 * MEGABYTE, memory=1024 * MEGABYTE, seconds=30)
MOST_ABOVE = 10  # rows with a title and the like before the column names


KNOWN = {column.casefold(): column for column in Column}


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
    north: int | None = None  # in metres (SWEREF 99 TM), as east
    east: int | None = None

    def at(self, column: Column) -> str:
        """Return the value of a column."""
        return (
            f"{self.street} {self.number}"
            if column is Column.ADDRESS
            else str(getattr(self, column.name.lower()) or "")
        )


@dataclass(frozen=True)
class LandlordList:
    """The rows of a list, and the names of columns with personnummer, which are not read."""

    rows: list[FlatRow]
    personnummer: list[str]


def read(data: bytes) -> list[FlatRow]:
    """Return the rows of a list. Raises BadLandlordList with every problem."""
    return read_list(data).rows


def read_list(data: bytes, name: str = "") -> LandlordList:
    """Read a list in CSV or XLSX, at most 5 MB and 20,000 rows; `name` is the file's.

    Raises BadLandlordList with every problem.
    """
    try:
        tables = read_tables(data, most_bytes=MOST_BYTES, xlsx=LIMITS, name=name)
        (first, names), table = max(map(_list_in, tables), key=lambda each: len(_known(each[0][1])))
        expect_no_hidden_rows(table)
    except UnreadableTable as unreadable:
        raise BadLandlordList(
            [RowError(unreadable.row, None, "", TableProblem(unreadable.problem))]
        ) from None
    except HiddenRows as hidden:
        raise BadLandlordList([RowError(None, None, "", Problem.HIDDEN_ROWS, count=hidden.count)]) from None
    places = _places(first, names, table)
    errors, rows = [_quote_error(broken, names) for broken in table.broken], []
    for number, cells in table.rows:
        wrong = [*_spoilt_cells(number, table, places)] or [*_row_errors(number, cells, places, names)]
        errors += wrong
        if not wrong:
            rows.append(_flat_row(number, {column: tidy(cells[at]) for column, at in places.items()}))
    if not table.rows and not errors:
        errors.append(RowError(1, None, "", Problem.NO_ROWS))
    errors += _contradictions(rows)
    if errors:
        raise BadLandlordList([_of_its_file(error, table) for error in errors])
    return LandlordList(rows, _with_personnummer(names, table, {*places.values()}))


def _of_its_file(error: RowError, table: Table) -> RowError:
    """Return the error of an unreadable letter as that of another encoding, if the file is in two."""
    is_other = table.is_mixed and error.problem is Problem.UNREADABLE_LETTER
    return replace(error, problem=Problem.OTHER_ENCODING) if is_other else error


def _with_personnummer(names: Sequence[str], table: Table, read: set[int]) -> list[str]:
    """Return the names of the columns that are not read and hold a personnummer."""
    return [
        _column_at(names, place)
        for place in range(len(names))
        if place not in read
        and (
            PERSONNUMMER_COLUMN.search(names[place])
            or any(has_personnummer(cells[place]) for _row, cells in table.rows)
        )
    ]


def _list_in(table: Table) -> tuple[tuple[int, list[str]], Table]:
    """The row with the names of the columns, and the rows below it; above may stand a title."""
    most = max((len(_known(cells)) for _number, cells in table.rows[:MOST_ABOVE]), default=0)
    for place, (number, cells) in enumerate(table.rows):
        if len(_known(cells)) == most and not any(broken.number < number for broken in table.broken):
            return (number, cells), replace(table, rows=table.rows[place + 1 :])
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
    if spoilt := [*_spoilt_names(row, columns)]:
        raise BadLandlordList([_of_its_file(error, table) for error in spoilt])
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


def _spoilt_names(row: int, columns: Sequence[str]) -> Iterator[RowError]:
    """Yield the errors of column names with letters that were lost on the way."""
    for place, name in enumerate(columns, start=1):
        if "\ufffd" in name:
            yield RowError(row, str(place), name, Problem.UNREADABLE_LETTER)
        elif is_garbled(name.replace("_", " ")):
            yield RowError(row, str(place), name, Problem.GARBLED_LETTER)


def _spoilt_cells(number: int, table: Table, places: Mapping[Column, int]) -> Iterator[RowError]:
    """Yield the errors of a row's cells that a spreadsheet shows and that cannot be read."""
    for column, at in places.items():
        said = table.spoilt.get((number, at))
        if said is not None:
            is_error = Problem.FORMULA_WITH_ERROR if said.startswith("#") else Problem.TRUE_OR_FALSE
            yield RowError(number, column, said, is_error if said else Problem.FORMULA_WITHOUT_VALUE)


def _row_errors(
    number: int, cells: Sequence[str], places: Mapping[Column, int], names: Sequence[str]
) -> Iterator[RowError]:
    """Yield what is wrong with a row by itself."""
    wanted = len(names)
    if len(cells) < wanted:
        yield RowError(number, _column_at(names, len(cells)), "", Problem.TOO_FEW_CELLS)
    elif beyond := [cell for cell in cells[wanted:] if cell.strip()]:
        yield RowError(number, _column_at(names, wanted), beyond[0], Problem.TOO_MANY_CELLS)
    else:
        for column, at in places.items():
            if problem := cell_problem(column, cells[at]):
                yield RowError(number, column, cells[at], problem)
        yield from _place_errors(number, [cells[places[each]] if each in places else "" for each in PLACE])


def _place_errors(number: int, cells: Sequence[str]) -> Iterator[RowError]:
    """Yield what is wrong with a row's coordinates, if both are numbers or one is missing."""
    north, east = map(tidy, cells)
    if bool(north) != bool(east):
        yield RowError(number, PLACE[bool(north)], "", Problem.COORDINATE_ALONE)
    elif north and not any(map(cell_problem, PLACE, cells)) and not _metres(north, east):
        swapped = Problem.COORDINATES_CHANGED_PLACES if _metres(east, north) else None
        yield RowError(number, Column.NORTH, f"{north}, {east}", swapped or Problem.COORDINATE_NOT_IN_SWEDEN)


def _metres(north: str, east: str) -> tuple[int, int] | None:
    return metres_of(number_of(north), number_of(east))


def _flat_row(row: int, cell: Mapping[Column, str]) -> FlatRow:
    address, postcode = ADDRESS.fullmatch(cell[Column.ADDRESS]), POSTCODE.fullmatch(cell[Column.POSTCODE])
    assert address, "cell_problem has seen to it"
    assert postcode, "cell_problem has seen to it"
    place = _metres(cell[Column.NORTH], cell[Column.EAST]) if cell.get(Column.NORTH) else None
    return FlatRow(
        row=row,
        area=cell[Column.AREA],
        property=cell[Column.PROPERTY],
        landlord=cell[Column.LANDLORD],
        building=cell[Column.BUILDING],
        street=address["street"],
        number=address["number"] + address["letter"].upper(),
        flat=cell[Column.FLAT][:4],
        landlord_number=cell.get(Column.LANDLORD_NUMBER) or None,
        city=cell[Column.CITY],
        postcode=f"{postcode[1]} {postcode[2]}",
        north=place and place[0],
        east=place and place[1],
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
    (Problem.ADDRESS_AT_TWO_PLACES, Column.NORTH, _address, lambda row: (row.north, row.east)),
    (Problem.PROPERTY_IN_TWO_AREAS, Column.AREA, _property, lambda row: same(row.area)),
    (Problem.PROPERTY_WITH_TWO_LANDLORDS, Column.LANDLORD, _property, lambda row: same(row.landlord)),
    (Problem.SPELLED_IN_TWO_WAYS, Column.AREA, lambda row: same(row.area), lambda row: row.area),
    (Problem.SPELLED_IN_TWO_WAYS, Column.PROPERTY, _property, lambda row: row.property),
    (Problem.SPELLED_IN_TWO_WAYS, Column.LANDLORD, lambda row: same(row.landlord), lambda row: row.landlord),
    (Problem.SPELLED_IN_TWO_WAYS, Column.BUILDING, _building, lambda row: row.building),
    (Problem.SPELLED_IN_TWO_WAYS, Column.ADDRESS, lambda row: same(row.street), lambda row: row.street),
    (Problem.SPELLED_IN_TWO_WAYS, Column.CITY, lambda row: same(row.city), lambda row: row.city),
)
