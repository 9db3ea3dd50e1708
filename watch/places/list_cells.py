"""The columns of a landlord's list, and what their cells may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum

from watch.encodings import is_garbled
from watch.personnummer import has_personnummer
from watch.places.problems import AnyProblem, Problem
from watch.signs import is_hidden_character
from watch.tables import TableProblem


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
    NORTH = "N"
    EAST = "E"


PLACE = Column.NORTH, Column.EAST
OPTIONAL = frozenset({Column.LANDLORD_NUMBER, *PLACE})
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
    Column.NORTH: 20,
    Column.EAST: 20,
}
FLOORS = range(1, 75)  # 10 is the entrance floor; Sweden's highest house has 74 floors
POSITIONS = range(1, 61)
# a flat, a name or a telephone number beside it, which everybody would read
MORE_THAN_AN_ADDRESS = re.compile(
    r"[,;@]|\b(?:lgh|lägenhet|vån|våning|tr|c/o)\b|\d[\d -]{4,}\d|\s\d+[a-z]?\s+\D.*\d", re.IGNORECASE
)
ADDRESS = re.compile(r"(?P<street>\S.{0,78}?\S) (?P<number>\d{1,4}) ?(?P<letter>[A-Za-zÅÄÖåäö]?)")
COORDINATE = re.compile(r"\d{1,8}(?:[.,]\d{1,12})?")
POSTCODE = re.compile(r"(?:SE?-? ?)?([1-9]\d{2}) ?(\d{2})(?:\.0| \D{1,60})?", re.IGNORECASE)
NEVER_IN_PLACES = re.compile("[ŠšŽžŒœŸ]")  # in Sweden: these are ä, ö or å from a Macintosh
MARKED_AS_TEXT = re.compile(r"'(?=[=+\-@])")  # the quote tells a spreadsheet that the cell is not a formula


def same(text: str) -> str:
    """Return the form of a name that is equal for two spellings of the same place."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def marked_as_text(value: str) -> str:
    """Return a value as a cell that `tidy` reads as that value, and no spreadsheet as a formula."""
    if value.startswith(("=", "+", "-", "@")):
        return f"'{value}"
    return MARKED_AS_TEXT.sub("''", value, count=1)


def tidy(cell: str) -> str:
    """Return a cell without extra spaces and without the quote that marks =, +, - or @ as text."""
    return unicodedata.normalize("NFC", MARKED_AS_TEXT.sub("", " ".join(cell.split()), count=1))


def cell_problem(column: Column, raw: str) -> AnyProblem | None:
    """Return what is wrong with a cell, or None."""
    cell = tidy(raw)
    if "\0" in raw:
        return Problem.NUL_CHARACTER
    if "\ufffd" in raw:
        return Problem.UNREADABLE_LETTER
    text = raw.replace("_", " ") if column is Column.LANDLORD_NUMBER else raw  # "a_1203" is such a number
    if is_garbled(text) or NEVER_IN_PLACES.search(raw):
        return Problem.GARBLED_LETTER
    if any(is_hidden_character(character) for character in cell):
        return Problem.HIDDEN_CHARACTER
    if not cell:
        return None if column in OPTIONAL else Problem.EMPTY_CELL
    if len(cell) > MAX_CHARACTERS[column]:
        return TableProblem.TOO_LONG
    if column not in PLACE and has_personnummer(cell):
        return Problem.PERSONNUMMER
    return FORMS[column](cell) if column in FORMS else None


def _flat_problem(cell: str) -> AnyProblem | None:
    if not re.fullmatch(r"[0-9]{4}(?:\.0)?", cell):
        return Problem.FLAT_NUMBER_FORM
    if int(cell[:2]) not in FLOORS:
        return Problem.FLAT_FLOOR
    return None if int(cell[2:4]) in POSITIONS else Problem.FLAT_POSITION


def _address_problem(cell: str) -> AnyProblem | None:
    if not re.search(r"\d", cell):
        return Problem.ADDRESS_WITHOUT_NUMBER
    is_one = ADDRESS.fullmatch(cell) and not MORE_THAN_AN_ADDRESS.search(cell)
    return None if is_one else Problem.ADDRESS_FORM


def _postcode_problem(cell: str) -> AnyProblem | None:
    return None if POSTCODE.fullmatch(cell) else Problem.POSTCODE_FORM


def _coordinate_problem(cell: str) -> AnyProblem | None:
    return None if COORDINATE.fullmatch(cell.replace(" ", "")) else Problem.COORDINATE_FORM


def number_of(cell: str) -> float:
    """Return a coordinate as a number: "6 399 402,8" is 6399402.8."""
    return float(cell.replace(" ", "").replace(",", "."))


FORMS: dict[Column, Callable[[str], AnyProblem | None]] = {
    Column.FLAT: _flat_problem,
    Column.ADDRESS: _address_problem,
    Column.POSTCODE: _postcode_problem,
    Column.NORTH: _coordinate_problem,
    Column.EAST: _coordinate_problem,
}
