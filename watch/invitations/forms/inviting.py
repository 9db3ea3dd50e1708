"""The form for inviting addresses, pasted or from a file, and the choices for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import AnyOf, ValidationError

from watch.fields import Form, LanguageField, choice
from watch.invitations.labels import why_unreadable
from watch.invitations.lists import NeighbourList, list_of_file, list_of_text
from watch.lengths import AtMost
from watch.models import Flat
from watch.places.forms import NOT_A_CHOICE
from watch.places.labels import DO_NOT_KNOW
from watch.tables import UnreadableTable

MAX_CHARACTERS = 250_000  # more than 500 rows of text; longer text is refused with its number of rows
LOCKED, TRANSFERABLE = "locked", "transferable"


class InviteForm(Form):
    """Addresses, pasted or in a file. Nothing is sent before the preview."""

    addresses = TextAreaField(
        _l("E-postadresser"),
        validators=[
            AtMost(
                MAX_CHARACTERS,
                _l("Texten är för lång. Högst 500 rader: dela den i två."),
                reads=MAX_CHARACTERS,
            )
        ],
        description=_l(
            "En på varje rad, eller klistra in dem som de är, med komma eller semikolon emellan. "
            "Namn får stå framför."
        ),
    )
    file = FileField(
        _l("Eller välj en fil"),
        description=_l(
            "CSV, Excel (XLSX) eller kontaktkort (vCard), högst 1\u00a0MB och 500 rader. Kolumner: "
            "E-postadress, och om du vill Namn, Port och Lägenhet. Andra kolumner läser vi inte."
        ),
    )
    flat = SelectField(_l("Lägenhet"), validate_choice=False)
    language = LanguageField(_l("Språk i inbjudan"))
    pass_on = RadioField(
        _l("Vem får använda länken?"),
        choices=[
            choice(LOCKED, _l("Bara den som har adressen")),
            choice(TRANSFERABLE, _l("Den som får länken, med sin egen e-postadress")),
        ],
        default=LOCKED,
        validate_choice=False,
        validators=[AnyOf((LOCKED, TRANSFERABLE), message=NOT_A_CHOICE)],
    )

    def offer(self, flats: Iterable[Flat], contacted: Collection[int]) -> None:
        """Offer the flats of the coordinator's stairwells, those not contacted first."""
        ordered = sorted(flats, key=lambda flat: flat.id in contacted)
        self.flats = {str(flat.id): flat for flat in ordered}
        self.flat.choices = [
            DO_NOT_KNOW,
            *(
                choice(key, f"{flat.stairwell.address}, {flat.number}", optgroup=_stairwell(flat, contacted))
                for key, flat in self.flats.items()
            ),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields and read text or file into `found`."""
        self.found = NeighbourList()
        if not super().validate(extra_validators):
            return False
        data = self.file.data.read() if self.file.data else b""
        if data and (self.addresses.data or "").strip():
            self.file.errors = (_l("Klistra in adresser eller välj en fil, inte båda."),)
        elif self.file.data:
            self._read(self.file, lambda: list_of_file(data, self.file.data.filename or ""))
        else:
            self._read(self.addresses, lambda: list_of_text(self.addresses.data or ""))
        return not self.errors and self._place()

    def _read(self, field: Any, read: Any) -> None:
        try:
            self.found = read()
        except UnreadableTable as unreadable:
            field.errors = (why_unreadable(unreadable),)
        else:
            if not self.found.people:
                field.errors = (_l("Skriv minst en e-postadress, eller välj en fil."),)

    def _place(self) -> bool:
        """Give the chosen flat to the only address. Several addresses cannot share the choice."""
        flat = self.flats.get(self.flat.data or "")
        addresses = {each.address.casefold() for each in self.found.people}
        names = {each.name.casefold() for each in self.found.people if each.name}
        if flat is not None and (len(addresses) > 1 or len(names) > 1):
            self.flat.errors = (_l("Skriv bara en adress när du väljer lägenhet, eller välj Vet inte."),)
        elif flat is not None:
            first, *again = self.found.people
            self.found.people = [replace(first, flat=f"{flat.stairwell.address} {flat.number}"), *again]
        return not self.errors

    def validate_flat(self, field: SelectField) -> None:
        if field.data and field.data not in self.flats:
            raise ValidationError(NOT_A_CHOICE)


def _stairwell(flat: Flat, contacted: Collection[int]) -> Any:
    address = flat.stairwell.address
    return address if flat.id in contacted else _l("%(address)s: ej kontaktade", address=address)
