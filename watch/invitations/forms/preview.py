"""The preview of a list: every row as typed, what would be sent, and what must be corrected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from watch.fields import AddressField, Form, LineField, NameField, SendingForm
from watch.invitations.lists import MOST_PEOPLE
from watch.invitations.pasting import Typed
from watch.lengths import TOO_LONG, AtMost
from watch.models import Flat, Language, Stairwell
from watch.personnummer import has_personnummer, personnummer_word

MAX_BESIDE = 100  # characters
MAX_CHARACTERS = 300  # longer cells are refused, so the rest need not be kept
MOST_SENT = 900_000  # bytes of all rows; a form may have 1 MB
NOT_A_PORT = re.compile(r"\b(?:port|lgh|lägenhet|flat|entrance)\b", re.IGNORECASE)


class RowForm(Form):
    """The cells of one row, with the usual rules for such fields, and the text that stood beside them."""

    address = AddressField(_l("E-postadress"))
    name = NameField(_l("Namn"), optional=True)
    flat = LineField(_l("Lägenhet"), most=100, unguarded="a flat that the form looks up")
    beside = HiddenField(validators=[AtMost(MAX_BESIDE, TOO_LONG, reads=MAX_BESIDE)])


class PreviewForm(SendingForm):
    """The choices for all rows, carried from the first page over the preview to the sending."""

    language = HiddenField(filters=[lambda text: text if text in set(Language) else Language.SWEDISH.value])
    pass_on = HiddenField()


@dataclass
class PreviewRow:
    """A row as typed, and what would become of it.

    `state` is new, later (the daily limit is reached), member, invited, declined, lately, twice or bad.
    """

    number: int
    cells: RowForm
    flat: Flat | None = None
    state: str = "new"

    @property
    def address(self) -> str:
        """The address, normalised if it is valid."""
        return self.cells.address.data or ""

    def is_bad(self, cell: str, error: Any) -> None:
        """Mark a cell as invalid with an error."""
        self.state = "bad"
        self.cells[cell].errors = (error,)


def sent_of(people: Iterable[Typed]) -> MultiDict[str, str]:
    """Return these people as form data with one row each."""
    cells: MultiDict[str, str] = MultiDict()
    for place, each in enumerate(people):
        for name in ("address", "name", "flat"):
            cells[_prefix(place) + name] = _visible(getattr(each, name)[:MAX_CHARACTERS])
        cells[_prefix(place) + "beside"] = _visible(each.beside[:MAX_BESIDE])
    return cells


def can_be_sent(cells: MultiDict[str, str]) -> bool:
    """Return True if the rows fit into a form that can be sent back."""
    return len(urlencode(cells)) <= MOST_SENT


def _prefix(place: int) -> str:
    return f"rows-{place}-"


def _visible(text: str) -> str:
    """Replace characters that no page can display by U+FFFD."""
    return "".join(
        "\ufffd" if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text
    )


def rows_sent(sent: Mapping[str, str]) -> Iterator[PreviewRow]:
    """Yield the rows of a sent form, with the numbers they had. Rows that were emptied are left out."""
    for place in range(MOST_PEOPLE):
        if _prefix(place) + "address" in sent:
            cells = RowForm(sent, prefix=_prefix(place), meta={"csrf": False})
            if cells.address.data or cells.name.data or cells.flat.data:
                yield PreviewRow(place + 1, cells)


def as_table(rows: Iterable[PreviewRow]) -> str:
    """Return the rows as a table with column names, to be pasted again."""
    names = "\t".join((_("E-post"), _("Namn"), _("Lägenhet")))
    return "\n".join([names, *map(_line_of, rows)])


def _line_of(row: PreviewRow) -> str:
    cells = row.cells
    address = " ".join(filter(None, (cells.beside.data, cells.address.data)))
    return "\t".join(" ".join((cell or "").split()) for cell in (address, cells.name.data, cells.flat.data))


def validate(rows: Iterable[PreviewRow], flats: Iterable[Flat]) -> None:
    """Validate each row, and mark addresses that an earlier row has too."""
    doors, first = Doors(flats), dict[str, int]()
    for row in rows:
        _validate(row, doors)
        if row.state == "new" and first.setdefault(row.address.casefold(), row.number) != row.number:
            row.state = "twice"
            row.cells.address.errors = (
                _("Adressen står också på rad %(row)s.", row=first[row.address.casefold()]),
            )


def _validate(row: PreviewRow, doors: Doors) -> None:
    cells, typed = row.cells, row.address
    cells.validate()
    for name in ("address", "name", "flat"):
        if "\ufffd" in (cells[name].data or ""):
            row.is_bad(name, _l("En bokstav går inte att läsa. Skriv den igen."))
        elif name == "address" and "@" not in typed and has_personnummer(typed):
            row.is_bad(name, personnummer_word(typed))
        elif cells[name].errors:
            row.is_bad(name, cells[name].errors[0])
    if cells.flat.data and not cells.flat.errors:
        try:
            row.flat = doors.find(cells.flat.data)
        except ValueError as wrong:
            row.is_bad("flat", wrong.args[0])


class Doors:
    """Finds a flat that a coordinator may invite to, as people write it: 1203, 3 1203, Storgatan 3, 1203."""

    def __init__(self, flats: Iterable[Flat]) -> None:
        self.by_number: dict[str, list[Flat]] = {}
        for flat in flats:
            self.by_number.setdefault(flat.number, []).append(flat)

    def find(self, typed: str) -> Flat:
        """Return the only flat that fits. Raises ValueError with a text that says how to correct it."""
        before, number = typed.strip()[:-4], typed.strip()[-4:]
        alike = [] if before[-1:].isdigit() else self.by_number.get(number, [])
        stairwell = " ".join(re.sub("[,/]", " ", NOT_A_PORT.sub(" ", before)).split())
        if stairwell:
            alike = [flat for flat in alike if stairwell.casefold() in _names(flat.stairwell)]
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise ValueError(_l("Flera portar har den lägenheten. Skriv porten först, till exempel 3 1203."))
        raise ValueError(
            _l("Lägenheten finns inte i dina portar. Skriv port och nummer, till exempel 3 1203.")
        )


def _names(stairwell: Stairwell) -> set[str]:
    return {stairwell.number.casefold(), stairwell.address.casefold()}


def apply_limits(rows: Sequence[PreviewRow], known: Mapping[str, str], left: int) -> None:
    """Set the states that depend on known addresses, on one row per flat, and on the daily limit."""
    taken: dict[int, int] = {}
    for row in rows:
        if row.state == "new" and row.address in known:
            row.state = known[row.address]
        if row.state == "new" and row.flat is not None:
            other = taken.setdefault(row.flat.id, row.number)
            if other != row.number:
                row.is_bad("flat", _twice(other))
        if row.state == "new":
            row.state = "new" if left > 0 else "later"
            left -= 1


def _twice(row: int) -> str:
    return _(
        "Lägenheten står också på rad %(row)s. Låt bara en rad ha den: den andra får välja själv.", row=row
    )
