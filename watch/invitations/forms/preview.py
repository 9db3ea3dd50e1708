"""The preview of a list: every row as typed, what would be sent, and what must be corrected."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from watch.encodings import is_garbled
from watch.fields import AddressField, Form, LineField, NameField, choice
from watch.invitations.doors import Doors, NoSuchFlat, SeveralFlats
from watch.invitations.lists import MOST_PEOPLE
from watch.invitations.pasting import Typed
from watch.invitations.queries.inviting import Known
from watch.lengths import TOO_LONG, AtMost
from watch.models import Flat, Language, may_be_one_person
from watch.personnummer import has_personnummer, personnummer_word
from watch.sending import SendingForm

MAX_BESIDE = 100  # characters
MAX_CHARACTERS = 300  # longer cells are refused, so the rest need not be kept
NO_FLATS = "none"
MOST_SENT = 900_000  # bytes of all rows; a form may have 1 MB


class RowForm(Form):
    """The cells of one row, with the usual rules for such fields, and the text that stood beside them."""

    address = AddressField(_l("E-postadress"))
    name = NameField(_l("Namn"), optional=True)
    flat = LineField(_l("Lägenhet"), most=100, unguarded="a flat that the form looks up")
    also = BooleanField()  # to be invited although somebody else has the address
    beside = HiddenField(validators=[AtMost(MAX_BESIDE, TOO_LONG, reads=MAX_BESIDE)])


class PreviewForm(SendingForm):
    """The choices for all rows, carried from the first page over the preview to the sending.

    `sent` is how many of the list are invited already, when the rest is shown again.
    """

    stairwell = SelectField(_l("Port för de raderna"), validate_choice=False)
    language = HiddenField(filters=[lambda text: text if text in set(Language) else Language.SWEDISH.value])
    pass_on = HiddenField()
    sent = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(0, MOST_PEOPLE)])

    def offer(self, flats: Iterable[Flat]) -> None:
        """Offer the stairwells of these flats, and to leave the flats out."""
        self.stairwells = {str(flat.stairwell_id): flat.stairwell for flat in flats}
        self.stairwell.choices = [
            choice("", _l("Jag skriver porten på varje rad")),
            *(choice(key, each.address) for key, each in self.stairwells.items()),
            choice(NO_FLATS, _l("Ingen: lämna lägenheterna tomma")),
        ]

    def fill_in(self, rows: Iterable[PreviewRow], flats: Iterable[Flat]) -> None:
        """Give the rows whose flat is in several stairwells the chosen one, or no flat."""
        chosen = self.stairwells.get(self.stairwell.data or "")
        if chosen is None and self.stairwell.data != NO_FLATS:
            return
        doors = Doors(flats)
        for row in rows:
            typed = row.cells.flat.data or ""
            if doors.is_ambiguous(typed):
                row.cells.flat.data = f"{chosen.address} {typed}" if chosen else ""


@dataclass
class PreviewRow:
    """A row as typed, and what would become of it.

    `state` is new, later (the daily limit is reached), shared (somebody else has the address, and `question`
    asks whether to go on), member, invited, declined, lately, twice or bad.
    """

    number: int
    cells: RowForm
    flat: Flat | None = None
    state: str = "new"
    question: str = ""
    lacks_stairwell: bool = False

    @property
    def name(self) -> str:
        """The name, empty if none was given."""
        return self.cells.name.data or ""

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
    names = "\t".join((_("E-postadress"), _("Namn"), _("Lägenhet")))
    return "\n".join([names, *map(_line_of, rows)])


def _line_of(row: PreviewRow) -> str:
    cells = row.cells
    address = " ".join(filter(None, (cells.beside.data, cells.address.data)))
    return "\t".join(" ".join((cell or "").split()) for cell in (address, cells.name.data, cells.flat.data))


def validate(rows: Iterable[PreviewRow], flats: Iterable[Flat]) -> None:
    """Validate each row, and mark addresses that an earlier row has too.

    Another name on such an address may be another person, whom the coordinator is asked about.
    """
    doors, first = Doors(flats), dict[str, list[PreviewRow]]()
    for row in rows:
        _validate(row, doors)
        if row.state != "new":
            continue
        earlier = first.setdefault(row.address.casefold(), [])
        same = [each for each in earlier if _is_one_person(row.name, each.name)]
        if same:
            row.state = "twice"
            row.cells.address.errors = (_("Adressen står också på rad %(row)s.", row=earlier[0].number),)
        elif earlier and not row.cells.also.data:
            row.state = "shared"
            row.question = _(
                "Adressen står också på rad %(row)s. Bjud in %(name)s också?",
                row=earlier[0].number,
                name=row.name,
            )
        earlier.append(row)


def _is_one_person(name: str, other: str | None) -> bool:
    """Return True if a row names nobody, or somebody who is known under that name."""
    return not name or (bool(other) and may_be_one_person(name, other))


def _validate(row: PreviewRow, doors: Doors) -> None:
    cells, typed = row.cells, row.address
    cells.validate()
    for name in ("address", "name", "flat"):
        if "\ufffd" in (cells[name].data or ""):
            row.is_bad(name, _l("En bokstav går inte att läsa. Skriv den igen."))
        elif is_garbled(cells[name].data or ""):
            row.is_bad(name, _l("Å, ä eller ö har blivit fel tecken på vägen. Skriv texten igen."))
        elif name == "address" and "@" not in typed and has_personnummer(typed):
            row.is_bad(name, personnummer_word(typed))
        elif cells[name].errors:
            row.is_bad(name, cells[name].errors[0])
    if cells.flat.data and not cells.flat.errors:
        try:
            row.flat = doors.find(cells.flat.data)
        except NoSuchFlat as wrong:
            row.is_bad("flat", wrong.said)
            row.lacks_stairwell = isinstance(wrong, SeveralFlats)


def apply_limits(rows: Sequence[PreviewRow], known: Mapping[str, Sequence[Known]], left: int) -> None:
    """Set the states that depend on known addresses, on one row per flat, and on the daily limit."""
    taken: dict[int, int] = {}
    for row in rows:
        if row.state in {"new", "shared"}:
            _compare(row, known.get(row.address.casefold(), ()))
        if row.state == "new" and row.flat is not None:
            other = taken.setdefault(row.flat.id, row.number)
            if other != row.number:
                row.is_bad("flat", _twice(other))
        if row.state == "new":
            row.state = "new" if left > 0 else "later"
            left -= 1


def _compare(row: PreviewRow, known: Sequence[Known]) -> None:
    """Set the row's state by what is known of the address. A member counts before an invitation."""
    for each in known:
        is_of_address = each.state in {"declined", "lately"}
        if is_of_address or _is_one_person(row.name, each.name):
            row.state = each.state
            return
    if known and not row.cells.also.data:
        told = next((each.name for each in known if each.is_told and each.name), None)
        row.state = "shared"
        row.question = _whose(told, row.name)


def _whose(owner: str | None, name: str) -> str:
    if owner:
        return _("Adressen hör till %(owner)s. Bjud in %(name)s också?", owner=owner, name=name)
    return _("Adressen är med redan. Bjud in %(name)s också?", name=name)


def _twice(row: int) -> str:
    return _(
        "Lägenheten står också på rad %(row)s. Låt bara en rad ha den: den andra får välja själv.", row=row
    )
