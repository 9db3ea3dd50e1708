"""The form fields for where somebody lives: stairwell, floor and door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from watch.fields import (
    Form,
    choice,
)
from watch.models import Flat, Stairwell
from watch.places.labels import door_choices, floor_choices

NO_SUCH_DOOR = _l("Den dörren finns inte på den våningen. Räkna dörrarna från vänster eller välj Vet inte.")


NOT_A_CHOICE = _l("Välj något i listan.")


class DoorForm(Form):
    """Stairwell, floor, and door counted from the left. Floor and door may be left unknown."""

    stairwell = SelectField(_l("Port"), validate_choice=False)
    floor = SelectField(_l("Våning"), validate_choice=False)
    door = SelectField(_l("Dörr från vänster"), validate_choice=False)
    known: Flat | None = None

    def know_door(self, flat: Flat) -> None:
        """Remove the fields, because the letter or invitation names the flat."""
        self.known = flat
        self.stairwells: Sequence[Stairwell] = [flat.stairwell]
        for asked in ("stairwell", "floor", "door"):
            del self[asked]

    def offer(self, stairwells: Sequence[Stairwell]) -> None:
        """Fill the choices from these stairwells. With only one, its field is removed."""
        self.stairwells = stairwells
        flats = [flat for stairwell in stairwells for flat in stairwell.flats if flat.gone_at is None]
        self.floor.choices = floor_choices(flats)
        self.door.choices = door_choices(flats)
        if len(stairwells) == 1:
            del self.stairwell
        else:
            addresses = [choice(str(each.id), each.address) for each in stairwells]
            self.stairwell.choices = [choice("", _l("Välj port")), *addresses]

    @property
    def chosen_stairwell(self) -> Stairwell | None:
        """The chosen stairwell, or the only one there is."""
        if "stairwell" not in self:
            return self.stairwells[0]
        return next((each for each in self.stairwells if str(each.id) == self.stairwell.data), None)

    @property
    def flat(self) -> Flat | None:
        """The flat that the letter names, or the one at the chosen floor and door, if it exists."""
        if self.known:
            return self.known
        here = self.chosen_stairwell.flats if self.chosen_stairwell else []
        said = (self.floor.data, self.door.data)
        return next((flat for flat in here if (str(flat.floor), str(int(flat.number[2:]))) == said), None)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the flat exists."""
        fine: bool = super().validate(extra_validators)
        if "floor" not in self:
            return fine
        for chosen in (self.floor, self.door):
            if (chosen.data or "") not in {each.value for each in chosen.choices}:
                chosen.errors = (NOT_A_CHOICE,)
        if "stairwell" in self and self.chosen_stairwell is None:
            self.stairwell.errors = (_l("Välj din port."),)
        if fine and not self.errors and self.floor.data and self.door.data and self.flat is None:
            self.door.errors = (NO_SUCH_DOOR,)
        return fine and not self.errors
