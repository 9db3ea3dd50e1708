"""Names what can be wrong with a landlord's list. places/labels.py has the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from watch.errors import DomainError
from watch.tables import TableProblem


class Problem(StrEnum):
    """A kind of damage in what can be read."""

    NO_ROWS = auto()
    HIDDEN_ROWS = auto()
    # the columns
    MISSING_COLUMN = auto()
    RENAMED_COLUMN = auto()
    DUPLICATE_COLUMN = auto()
    # the characters
    TOO_FEW_CELLS = auto()
    TOO_MANY_CELLS = auto()
    NUL_CHARACTER = auto()
    HIDDEN_CHARACTER = auto()
    UNREADABLE_LETTER = auto()
    GARBLED_LETTER = auto()
    OTHER_ENCODING = auto()
    # one cell
    EMPTY_CELL = auto()
    FORMULA_WITHOUT_VALUE = auto()
    FORMULA_WITH_ERROR = auto()
    TRUE_OR_FALSE = auto()
    PERSONNUMMER = auto()
    FLAT_NUMBER_FORM = auto()
    FLAT_FLOOR = auto()
    FLAT_POSITION = auto()
    ADDRESS_WITHOUT_NUMBER = auto()
    ADDRESS_FORM = auto()
    POSTCODE_FORM = auto()
    COORDINATE_FORM = auto()
    COORDINATE_ALONE = auto()
    COORDINATE_NOT_IN_SWEDEN = auto()
    COORDINATES_CHANGED_PLACES = auto()
    # rows that contradict each other
    SAME_FLAT_TWICE = auto()
    ADDRESS_IN_TWO_BUILDINGS = auto()
    ADDRESS_WITH_TWO_POSTCODES = auto()
    ADDRESS_AT_TWO_PLACES = auto()
    PROPERTY_IN_TWO_AREAS = auto()
    PROPERTY_WITH_TWO_LANDLORDS = auto()
    SPELLED_IN_TWO_WAYS = auto()
    # rows that contradict what is known
    ADDRESS_OF_A_GROUP_ELSEWHERE = auto()
    PROPERTY_IN_ANOTHER_AREA = auto()
    # what the reader may not change
    AREA_OF_OTHERS = auto()
    ADDRESS_IN_ANOTHER_AREA = auto()


AnyProblem = Problem | TableProblem


@dataclass(frozen=True)
class RowError:
    """A problem with its place in the file.

    Rows are numbered as in a spreadsheet, so the column names are row 1. `other` is the earlier row that
    contradicts this one. `count` is how many rows a problem of the whole file is about.
    """

    row: int | None
    column: str | None
    value: str
    problem: AnyProblem
    other: int | None = None
    count: int = 0


class BadLandlordList(DomainError):
    """The list is refused and nothing is saved. `errors` holds every problem, sorted by row."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(f"{len(errors)} problems")
        self.errors = sorted(errors, key=lambda error: error.row or 0)
