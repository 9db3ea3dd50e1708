"""Labels for floors and doors, and for what can be wrong with a landlord's list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from watch import language
from watch.fields import choice
from watch.models import Flat
from watch.personnummer import has_personnummer
from watch.places.list_cells import MAX_CHARACTERS
from watch.places.problems import Problem, RowError
from watch.signs import is_hidden_character
from watch.tables import TableProblem

TABLE_PROBLEMS = {
    TableProblem.EMPTY_FILE: _l("Filen är tom. Välj filen med fastighetsägarens lista."),
    TableProblem.TOO_LARGE: _l(
        "Filen är för stor. Högst 5 MB: dela listan efter område eller fastighetsägare."
    ),
    TableProblem.TOO_HEAVY: _l(
        "Kalkylbladet blir för stort när det öppnas, fast filen är liten. "
        "Spara det som CSV och välj den filen."
    ),
    TableProblem.TOO_MANY_ROWS: _l(
        "Listan är för lång. Högst 20 000 rader: dela den efter område eller fastighetsägare."
    ),
    TableProblem.OLD_SPREADSHEET: _l(
        "Filen är ett kalkylblad av ett äldre slag. Spara det som XLSX eller CSV."
    ),
    TableProblem.LOCKED_SPREADSHEET: _l("Kalkylbladet har ett lösenord. Ta bort det och spara igen."),
    TableProblem.BROKEN_SPREADSHEET: _l(
        "Kalkylbladet går inte att öppna. Spara det igen som XLSX eller CSV."
    ),
    TableProblem.STRICT_SPREADSHEET: _l(
        "Kalkylbladet är sparat som Strict Open XML, som inte går att läsa. "
        "Spara det som vanlig Excel-arbetsbok (XLSX) eller CSV."
    ),
    TableProblem.OTHER_SPREADSHEET: _l(
        "Filen är ett kalkylblad av ett annat slag. Spara det som XLSX eller CSV."
    ),
    TableProblem.PICTURE: _l("Filen är ingen lista, den är en bild. Välj en CSV- eller XLSX-fil."),
    TableProblem.PDF: _l("Filen är ingen lista, den är en PDF. Välj en CSV- eller XLSX-fil."),
    TableProblem.DOCUMENT: _l("Filen är ingen lista, den är ett dokument. Välj en CSV- eller XLSX-fil."),
    TableProblem.ARCHIVE: _l(
        "Filen är ett packat arkiv (till exempel ZIP). Packa upp det och välj listan som ligger i det."
    ),
    TableProblem.WEB_PAGE: _l(
        "Filen är en webbsida, även om den heter som ett kalkylblad. Öppna den i Excel och spara som XLSX."
    ),
    TableProblem.NOT_A_LIST: _l("Filen är ingen CSV-lista. Exportera listan igen som CSV."),
    TableProblem.WRONG_ENCODING: _l(
        "Filen har en teckenkodning som inte går att läsa. Spara som CSV i UTF-8."
    ),
    TableProblem.UNCLOSED_QUOTE: _l(
        "Ett citattecken börjar men slutar inte på samma rad. Ta bort det eller lägg till ett."
    ),
    TableProblem.STRAY_QUOTE: _l("Det står text efter ett avslutande citattecken. Ta bort citattecknen."),
    TableProblem.TOO_LONG: _l("Värdet är för långt. Korta det."),
}
PROBLEMS = {
    Problem.NO_ROWS: _l("Listan har kolumnnamn men inga lägenheter. Exportera den igen."),
    Problem.HIDDEN_ROWS: _l(
        "Dolda rader i kalkylbladet, kanske av ett filter: %(count)s. "
        "Visa alla rader i bladet, spara och ladda upp igen."
    ),
    Problem.MISSING_COLUMN: _l("Kolumnen saknas. Lägg till den i första raden, med sina värden under."),
    Problem.RENAMED_COLUMN: _l("Kolumnen heter något annat i filen. Ändra kolumnnamnet."),
    Problem.DUPLICATE_COLUMN: _l("Kolumnen finns två gånger. Ta bort den ena."),
    Problem.TOO_FEW_CELLS: _l("Raden har för få värden. Fyll på till lika många som kolumnerna."),
    Problem.TOO_MANY_CELLS: _l("Raden har för många värden. Sätt citattecken runt text med skiljetecken i."),
    Problem.NUL_CHARACTER: _l(
        "Värdet innehåller ett noll-tecken. Filen kan vara skadad: exportera den igen."
    ),
    Problem.HIDDEN_CHARACTER: _l("Värdet innehåller osynliga tecken. Skriv det igen."),
    Problem.UNREADABLE_LETTER: _l("En bokstav går inte att läsa. Spara filen som UTF-8 eller Windows-1252."),
    Problem.GARBLED_LETTER: _l(
        "Å, ä eller ö har blivit fel tecken på vägen. Exportera filen igen som UTF-8."
    ),
    Problem.OTHER_ENCODING: _l(
        "En bokstav har en annan teckenkodning än resten av filen. "
        "Skriv den igen och spara hela filen som UTF-8."
    ),
    Problem.EMPTY_CELL: _l("Värdet saknas. Fyll i det."),
    Problem.FORMULA_WITHOUT_VALUE: _l(
        "Cellen har en formel men inget värde. "
        "Öppna filen i Excel och spara den, eller skriv värdet i stället."
    ),
    Problem.FORMULA_WITH_ERROR: _l("Formeln i cellen ger ett fel. Skriv värdet i stället."),
    Problem.TRUE_OR_FALSE: _l("Cellen har sant eller falskt i stället för ett värde. Skriv värdet."),
    Problem.PERSONNUMMER: _l(
        "Det ser ut som ett personnummer. Ta bort det: listan ska inte säga något om personer."
    ),
    Problem.FLAT_NUMBER_FORM: _l("Lägenhetsnumret ska ha fyra siffror, till exempel 1101 eller 0901."),
    Problem.FLAT_FLOOR: _l(
        "Det finns ingen sådan våning. De två första siffrorna är våningen, 10 är entréplanet."
    ),
    Problem.FLAT_POSITION: _l(
        "Det finns ingen sådan plats på våningen. De två sista siffrorna räknas från 01 från vänster."
    ),
    Problem.ADDRESS_WITHOUT_NUMBER: _l("Adressen saknar gatunummer. Skriv till exempel Magasinsgatan 11."),
    Problem.ADDRESS_FORM: _l("Adressen ska vara en gata och ett nummer, till exempel Magasinsgatan 11 B."),
    Problem.POSTCODE_FORM: _l("Postnumret ska ha fem siffror, till exempel 504 34."),
    Problem.COORDINATE_FORM: _l("Koordinaten ska vara ett tal, till exempel 6399403 eller 57,7203."),
    Problem.COORDINATE_ALONE: _l("Adressen har bara den ena koordinaten. Fyll i både N och E, eller ingen."),
    Problem.COORDINATE_NOT_IN_SWEDEN: _l(
        "Koordinaterna ligger inte i Sverige. De ska vara i SWEREF 99 TM, SWEREF 99 13 30 eller WGS 84."
    ),
    Problem.COORDINATES_CHANGED_PLACES: _l(
        "N och E har bytt plats. N är den norra koordinaten, E den östra."
    ),
    Problem.SAME_FLAT_TWICE: _l("Samma lägenhet finns redan på en tidigare rad. Ta bort den ena."),
    Problem.ADDRESS_IN_TWO_BUILDINGS: _l(
        "Samma adress hör till ett annat hus på en tidigare rad. En adress finns i ett hus."
    ),
    Problem.ADDRESS_WITH_TWO_POSTCODES: _l("Samma adress har ett annat postnummer på en tidigare rad."),
    Problem.ADDRESS_AT_TWO_PLACES: _l(
        "Samma adress har inte samma koordinater på en tidigare rad. Skriv dem lika på alla adressens rader."
    ),
    Problem.PROPERTY_IN_TWO_AREAS: _l("Samma fastighet ligger i ett annat område på en tidigare rad."),
    Problem.PROPERTY_WITH_TWO_LANDLORDS: _l("Samma fastighet har en annan ägare på en tidigare rad."),
    Problem.SPELLED_IN_TWO_WAYS: _l(
        "Samma namn skrivs på ett annat sätt på en tidigare rad. Skriv det likadant."
    ),
    Problem.ADDRESS_OF_A_GROUP_ELSEWHERE: _l(
        "Adressen flyttas från eller till ett hus som har en grupp. Flytta den först när gruppen är avslutad."
    ),
    Problem.PROPERTY_IN_ANOTHER_AREA: _l(
        "Fastigheten finns redan i ett annat område. Ändra området i listan, eller ta bort raden."
    ),
    Problem.AREA_OF_OTHERS: _l(
        "Du följer inget område med det namnet. Kontrollera stavningen, eller ta bort områdets rader. "
        "Ett nytt område läggs upp av den som sköter systemet."
    ),
    Problem.ADDRESS_IN_ANOTHER_AREA: _l(
        "Adressen hör till ett hus i ett område som du inte följer. Ta bort raden, eller be den som följer "
        "området att läsa in listan."
    ),
}


def hidden_rows_said(count: int) -> str:
    """Return that rows are hidden, how many they are, and what to do."""
    return str(PROBLEMS[Problem.HIDDEN_ROWS]) % {"count": language.number(count)}


def sentence(error: RowError) -> str:
    """Return an error as one line: the place in the file, the cell, and what to do."""
    kind = error.problem
    if kind is Problem.HIDDEN_ROWS:
        return hidden_rows_said(error.count)
    problem: Any = TABLE_PROBLEMS[kind] if isinstance(kind, TableProblem) else PROBLEMS[kind]
    if kind is TableProblem.TOO_LONG and (most := MAX_CHARACTERS.get(error.column)):
        length = language.number(len(error.value))
        problem = _(
            "Värdet är för långt: %(length)s tecken. Högst %(max)d. Korta det.", length=length, max=most
        )
    return _("%(place)s %(problem)s", place=_place(error), problem=problem).strip()


def _place(error: RowError) -> str:
    """Return the place of an error, such as: Rad 12, kolumn Adress, ”Norrby” (se rad 3):"""
    words = {"row": error.row, "column": error.column, "value": shown(error.value), "other": error.other}
    if error.row is None:
        return ""
    if error.column is None:
        return _("Rad %(row)s:", **words)
    if error.other is not None and not error.value:
        return _("Rad %(row)s, kolumn %(column)s (se rad %(other)s):", **words)
    if error.other is not None:
        return _("Rad %(row)s, kolumn %(column)s, ”%(value)s” (se rad %(other)s):", **words)
    if error.value:
        return _("Rad %(row)s, kolumn %(column)s, ”%(value)s”:", **words)
    return _("Rad %(row)s, kolumn %(column)s:", **words)


def shown(value: str, most: int = 40) -> str:
    """Return a cell's text for display, without a personnummer's digits and cut after `most` characters.

    Hidden characters are made visible.
    """
    if has_personnummer(value):  # never whole, not in a terminal either
        value = re.sub(r"\d", "•", value)
    plain = "".join("�" if is_hidden_character(character) else character for character in value)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


DO_NOT_KNOW = choice("", _l("Vet inte"))


def floor_word(floor: int) -> Any:
    """Return the label of a floor; 0 is the entrance floor."""
    if floor == 0:
        return _l("Entréplan")
    if floor < 0:
        return _l("%(number)s under entrén", number=-floor)
    return _l("Våning %(number)s", number=floor)


def floor_choices(flats: Iterable[Flat]) -> list[SelectChoice]:
    """Return the choices of floors, lowest first, after "don't know"."""
    floors = sorted({flat.floor for flat in flats})
    return [DO_NOT_KNOW, *(choice(str(floor), floor_word(floor)) for floor in floors)]


def door_choices(flats: Iterable[Flat]) -> list[SelectChoice]:
    """Return the choices of doors, counted from the left, after "don't know"."""
    doors = sorted({int(flat.number[2:]) for flat in flats})
    first = _l("1, längst till vänster")
    return [DO_NOT_KNOW, *(choice(str(door), first if door == 1 else str(door)) for door in doors)]
