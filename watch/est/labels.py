"""Words of the file that goes to the authorities and comes back. Its columns and states are Swedish."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.est.errors import MissingColumns
from watch.est.outcomes import MOST_ROWS, Mistake, Problem
from watch.places.labels import TABLE_PROBLEMS, hidden_rows_said, shown
from watch.tables import HiddenRows, TableProblem, UnreadableTable

MOST_SHOWN = 80  # characters of a cell
FILE_PROBLEMS = TABLE_PROBLEMS | {
    TableProblem.EMPTY_FILE: _l("Filen är tom. Välj filen som ni fick tillbaka."),
    TableProblem.TOO_LARGE: _l("Filen är för stor. Högst 1 MB: dela den i två."),
    TableProblem.WRONG_ENCODING: _l(
        "Filen har en teckenkodning som inte går att läsa. Spara som CSV i UTF-8, eller som XLSX."
    ),
}
PROBLEMS = {
    Problem.NO_KEY: _l("Nyckeln saknas. Kopiera den från filen som ni tog ut."),
    Problem.UNKNOWN_KEY: _l(
        "Ingen åtgärd i området har den nyckeln. Den kan vara raderad, eller höra till ett annat område. "
        "Ta bort raden ur filen."
    ),
    Problem.GONE: _l("Åtgärden är borttagen. Ta bort raden, eller ta först fram åtgärden igen."),
    Problem.TWICE: _l("Nyckeln står på två rader. Ta bort den ena."),
    Problem.UNKNOWN_STATUS: _l("Skriv ett av: Inte påbörjad, På gång, Klar, Blir inte av."),
    Problem.NO_WORDS: _l("Skriv vad det blev av det. Grannarna vill veta."),
    Problem.WRONG_STAMP: _l("Kopiera tiden från filen som ni tog ut, till exempel 2026-09-23 kl. 18.30."),
    Problem.LOST_LETTER: _l("En bokstav går inte att läsa. Spara filen som UTF-8 eller Windows-1252."),
    Problem.BROKEN: _l("Citattecknen i raden stämmer inte. Spara filen på nytt ur kalkylprogrammet."),
}


def refusal_of(error: MissingColumns | UnreadableTable | HiddenRows) -> str:
    """Return why the file cannot be read, and what to do."""
    if isinstance(error, MissingColumns):
        return _("Kolumner som saknas: %(names)s. Använd filen som ni tog ut.", names=", ".join(error.names))
    if isinstance(error, HiddenRows):
        return hidden_rows_said(error.count)
    if error.problem is TableProblem.TOO_MANY_ROWS:
        return _(
            "Filen har för många rader. Högst %(most)s: dela den i två.", most=language.number(MOST_ROWS)
        )
    return str(FILE_PROBLEMS[TableProblem(error.problem)])


def stands_there(mistake: Mistake) -> str:
    """Return what stands in a cell, with hidden characters shown and a personnummer's digits not."""
    return shown(" ".join(mistake.value.split()), MOST_SHOWN)


def said_of(mistake: Mistake) -> str:
    """Return what is wrong in a cell, and what to do."""
    return str(PROBLEMS[mistake.problem]) if mistake.problem else mistake.said
