"""What would be sent: every neighbour that was typed, with what can be sent and what has to be mended."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from watch.fields import (
    AddressField,
    Form,
    LineField,
    NameField,
    SendingForm,
)
from watch.invitations.labels import BROKEN_LINES, TROUBLES
from watch.invitations.pasting import Typed
from watch.invitations.sheets import MOST_ROWS, Trouble
from watch.lengths import AtMost
from watch.models import Flat, Language, Stairwell
from watch.personnummer import has_personnummer, personnummer_word

MOST_CARRIED = 800_000  # bytes of all rows in the form; a form may have 1 MB
MAX_CHARACTERS = 300  # of a cell; one that is longer is refused in any case
CELLS = ("address", "name", "flat")
NOT_A_PORT = re.compile(r"\b(?:port|lgh|lägenhet|flat|entrance)\b", re.IGNORECASE)


class RowForm(Form):
    """The cells of one row, by the rules that hold for such fields everywhere."""

    address = AddressField(_l("E-postadress"))
    name = NameField(_l("Namn"), optional=True)
    flat = LineField(_l("Lägenhet"), most=100)


@dataclass
class PreviewRow:
    """A neighbour as typed, and what would become of it.

    `state`: new, later (the day's invitations are used up), member, invited, declined, twice, bad.
    """

    typed: Typed
    address: str = ""
    name: str = ""
    flat: Flat | None = None
    state: str = "new"
    cures: dict[str, Any] = field(default_factory=dict)

    def is_bad(self, cell: str, cure: Any) -> None:
        """A cell cannot be used as it is; the first thing that is wrong with it is said."""
        self.state = "bad"
        self.cures.setdefault(cell, cure)


class PreviewForm(SendingForm):
    """The rows on their way from the first page over the preview to the sending; the browser keeps them."""

    carried = HiddenField(validators=[AtMost(MOST_CARRIED, TROUBLES[Trouble.TOO_LARGE], reads=MOST_CARRIED)])
    language = HiddenField(filters=[lambda text: text if text in set(Language) else Language.SWEDISH.value])
    pass_on = HiddenField()

    def carry(self, rows: Iterable[Typed]) -> None:
        """Put these rows into the form."""
        cells = [
            [row.number, *(str(getattr(row, cell))[:MAX_CHARACTERS] for cell in CELLS), row.cure or ""]
            for row in rows
        ]
        self.carried.data = json.dumps(cells, separators=(",", ":"))

    @property
    def is_too_large(self) -> bool:
        """Whether the rows are more than a form can bring back."""
        characters = self.carried.data or ""
        return len(characters) + 2 * sum(characters.count(each) for each in '"[],\\ @') > MOST_CARRIED

    @property
    def to_keep(self) -> MultiDict[str, str]:
        """What is not lost when the reader changes the language: the rows, also those of a file."""
        return MultiDict({each.name: each.data or "" for each in (self.carried, self.language, self.pass_on)})

    def typed_rows(self, mended: Mapping[str, str]) -> list[Typed]:
        """The rows that came with the form, with what was mended since; emptied ones are gone."""
        rows = [_mended(row, place, mended) for place, row in enumerate(_unpacked(self.carried.data or ""))]
        return [row for row in rows if row.address or row.name or row.flat]


def _unpacked(carried: str) -> list[Typed]:
    """What the browser kept; what is not of our making is nothing."""
    try:
        cells = json.loads(carried)
    except (ValueError, RecursionError):
        return []
    if not isinstance(cells, list):
        return []
    rows = [each for each in cells[:MOST_ROWS] if isinstance(each, list) and len(each) == 5]
    return [
        Typed(number % 100_000, _cell(address), _cell(name), _cell(flat), str(cure)[:MAX_CHARACTERS])
        for number, address, name, flat, cure in rows
        if isinstance(number, int)
    ]


def _mended(row: Typed, place: int, mended: Mapping[str, str]) -> Typed:
    cells = {cell: _cell(mended[key]) for cell in CELLS if (key := f"{cell}-{place}") in mended}
    changed = {cell: text for cell, text in cells.items() if text != getattr(row, cell)}
    return Typed(row.number, **{cell: getattr(row, cell) for cell in CELLS} | changed) if changed else row


def _cell(typed: object) -> str:
    """What is longer than any cell may be stays so, and is refused."""
    return _visible(str(typed)[:MAX_CHARACTERS])


def visible(row: Typed) -> Typed:
    """A row as a page can show it."""
    return Typed(row.number, _visible(row.address), _visible(row.name), _visible(row.flat), row.cure)


def _visible(text: str) -> str:
    """Signs that no page can show stand as one that says so."""
    return "".join(
        "\ufffd" if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text
    ).strip()


def validated(rows: Sequence[Typed], flats: Iterable[Flat]) -> list[PreviewRow]:
    """Each row by itself, and whether an address or a flat stands on an earlier one too."""
    doors = Doors(flats)
    judged_rows = [_validated(row, doors) for row in rows]
    first: dict[object, int] = {}
    for row in judged_rows:
        number = row.typed.number
        if row.state == "new" and first.setdefault(row.address.casefold(), number) != number:
            row.state = "twice"
            row.cures["address"] = _("Adressen står också på rad %(row)s.", row=first[row.address.casefold()])
    return judged_rows


def _validated(typed: Typed, doors: Doors) -> PreviewRow:
    cells = {"address": typed.address, "name": typed.name, "flat": typed.flat}
    form = RowForm(MultiDict(cells), meta={"csrf": False})
    row = PreviewRow(typed)
    if typed.cure:
        row.is_bad("address", BROKEN_LINES.get(typed.cure, _l("Raden går inte att läsa. Skriv den igen.")))
    for cell, text in cells.items():
        if "\ufffd" in text:
            row.is_bad(cell, _l("En bokstav går inte att läsa. Skriv den igen."))
    if "@" not in typed.address and has_personnummer(typed.address):
        row.is_bad("address", personnummer_word(typed.address))
    form.validate()
    for cell, errors in form.errors.items():
        row.is_bad(str(cell), errors[0])
    row.address, row.name = form.address.data or "", form.name.data or ""
    if form.flat.data and "flat" not in row.cures:
        try:
            row.flat = doors.find(form.flat.data)
        except ValueError as wrong:
            row.is_bad("flat", wrong.args[0])
    return row


class Doors:
    """The flats that somebody may invite to, found as people write them: 1203, 3 1203, Storgatan 3, 1203."""

    def __init__(self, flats: Iterable[Flat]) -> None:
        self.by_number: dict[str, list[Flat]] = {}
        for flat in flats:
            self.by_number.setdefault(flat.number, []).append(flat)

    def find(self, typed: str) -> Flat:
        """The one flat that is meant. Raises ValueError with the cure."""
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


def apply_limits(rows: Iterable[PreviewRow], known: Mapping[str, str], left: int) -> None:
    """What is known of the addresses, one row a flat, and how many there is room for today."""
    taken: dict[int, int] = {}
    for row in rows:
        if row.state == "new" and row.address in known:
            row.state = known[row.address]
        if row.state == "new" and row.flat is not None:
            other = taken.setdefault(row.flat.id, row.typed.number)
            if other != row.typed.number:
                row.is_bad("flat", _twice(other))
        if row.state == "new":
            row.state = "new" if left > 0 else "later"
            left -= 1


def _twice(row: int) -> str:
    return _(
        "Lägenheten står också på rad %(row)s. Låt bara en rad ha den: den andra får välja själv.", row=row
    )
