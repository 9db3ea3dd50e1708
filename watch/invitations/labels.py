"""Words for the states of invitations and preview rows, and for lists that cannot be read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from watch import language
from watch.invitations.lists import MOST_PEOPLE, ListProblem
from watch.places.labels import TABLE_PROBLEMS
from watch.tables import TableProblem, UnreadableTable

INVITATION_STATES = {
    "waiting": _l("Väntar"),
    "delivered": _l("Skickad"),
    "bounced": _l("Kunde inte nås"),
    "accepted": _l("Tackat ja"),
    "declined": _l("Tackat nej"),
    "expired": _l("Gäller inte längre"),
    "revoked": _l("Återkallad"),
    "joined": _l("Gick med på annat sätt"),
}
INVITATION_SIGNS = {
    "waiting": "neutral",
    "delivered": "neutral",
    "bounced": "bad",
    "accepted": "ok",
    "declined": "neutral",
    "expired": "warn",
    "revoked": "neutral",
    "joined": "ok",
}


PREVIEW_STATES = {
    "new": _l("Kan bjudas in"),
    "later": _l("Får vänta"),
    "bad": _l("Behöver rättas"),
    "twice": _l("Står två gånger"),
    "shared": _l("Fråga: två på samma adress"),
    "member": _l("Redan med"),
    "invited": _l("Redan inbjuden"),
    "declined": _l("Vill inte bli tillfrågad"),
    "lately": _l("Har fått tre mejl på ett dygn"),
}
PREVIEW_SIGNS = {"new": "ok", "later": "lamp", "bad": "bad"}  # the others are neutral
FILE_PROBLEMS = TABLE_PROBLEMS | {
    TableProblem.EMPTY_FILE: _l("Filen är tom. Välj filen med adresserna."),
    TableProblem.TOO_LARGE: _l("Listan är för stor. Högst 1 MB: dela den i två."),
    TableProblem.TOO_HEAVY: _l("Filen är för stor eller går inte att läsa. Klistra in adresserna i stället."),
    TableProblem.TOO_MANY_ROWS: _l("Listan är för lång. Högst 500 rader: dela den i två."),
    TableProblem.PDF: _l(
        "Filen är ingen lista, den är en PDF. Kopiera adresserna ur den och klistra in dem."
    ),
    TableProblem.DOCUMENT: _l(
        "Filen är ingen lista, den är ett dokument. Kopiera adresserna ur det och klistra in dem."
    ),
    TableProblem.NOT_A_LIST: _l("Filen är ingen lista. Välj en CSV- eller XLSX-fil."),
    TableProblem.WRONG_ENCODING: _l(
        "Filen har en teckenkodning som inte går att läsa. Spara som CSV i UTF-8, eller som XLSX."
    ),
}
LIST_PROBLEMS = {
    ListProblem.NO_ADDRESSES: _l(
        "I listan finns inga e-postadresser. Döp kolumnen med adresser till E-postadress."
    ),
    ListProblem.ONLY_HIDDEN: _l(
        "Adresserna står i dolda rader eller kolumner, som vi inte läser. Visa dem i Excel och spara igen."
    ),
    ListProblem.SEVERAL_SHEETS: _l(
        "Flera blad har e-postadresser. Spara det blad du vill använda som en egen fil."
    ),
    ListProblem.TOO_MANY_PEOPLE: _l(
        "Listan har %(count)s rader. Högst %(most)s åt gången: dela den i flera."
    ),
}


def why_unreadable(error: UnreadableTable) -> Any:
    """Return why a file or a pasted text cannot be read as a list, and what to do."""
    if not isinstance(error.problem, ListProblem):
        return FILE_PROBLEMS[TableProblem(error.problem)]
    numbers = {"count": language.number(error.count), "most": language.number(MOST_PEOPLE)}
    return str(LIST_PROBLEMS[error.problem]) % numbers
