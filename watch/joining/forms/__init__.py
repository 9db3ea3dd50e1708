"""What people fill in at a group's doors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import AnyOf, DataRequired, ValidationError

from watch.fields import (
    AddressField,
    Form,
    LanguageField,
    LineField,
    NameField,
    SendingForm,
)
from watch.joining.labels import DO_NOT_KNOW, choice, door_choices, floor_choices, floor_word
from watch.models import Flat, Stairwell

USUAL_TOP = 9  # the highest floor of most houses
BY_MAIL, BY_KNOCK = "mail", "knock"
NO_SUCH_DOOR = _l("Den dörren finns inte på den våningen. Räkna dörrarna från vänster eller välj Vet inte.")
NOT_A_CHOICE = _l("Välj något i listan.")
ADDRESS_OR_KNOCK = _l("Skriv din e-postadress, eller välj att vi knackar på hos dig.")
ADDRESS_MISSING = _l("Skriv din e-postadress.")
CONSENT_MISSING = _l("Kryssa i rutan om du vill vara med. Utan ditt ja får vi inte spara uppgifterna.")


def key_of(form: SendingForm) -> str | None:
    """A form's key as the database can keep it; None where it is not one of ours."""
    typed = form.form_key.data or ""
    return typed if re.fullmatch(r"[\w-]{8,40}", typed, re.ASCII) else None


class DoorForm(Form):
    """Where one lives: floor and door from the left, perhaps unknown; the port where one can choose."""

    port = SelectField(_l("Port"), validate_choice=False)
    floor = SelectField(_l("Våning"), validate_choice=False)
    door = SelectField(_l("Dörr från vänster"), validate_choice=False)
    known: Flat | None = None

    def know_door(self, flat: Flat) -> None:
        """Letter or invitation say which flat: nothing to ask."""
        self.known = flat
        self.stairwells: Sequence[Stairwell] = [flat.stairwell]
        for asked in ("port", "floor", "door"):
            del self[asked]

    def offer(self, stairwells: Sequence[Stairwell]) -> None:
        """Fill the choices from these stairwells; with only one there is no port to choose."""
        self.stairwells = stairwells
        flats = [flat for stairwell in stairwells for flat in stairwell.flats]
        self.floor.choices = floor_choices(flats)
        self.door.choices = door_choices(flats)
        if len(stairwells) == 1:
            del self.port
        else:
            ports = [choice(str(each.id), each.address) for each in stairwells]
            self.port.choices = [choice("", _l("Välj port")), *ports]

    @property
    def stairwell(self) -> Stairwell | None:
        """The stairwell that was chosen."""
        if "port" not in self:
            return self.stairwells[0]
        return next((each for each in self.stairwells if str(each.id) == self.port.data), None)

    @property
    def flat(self) -> Flat | None:
        """The flat that is known, else the one that floor and door say, where it exists."""
        if self.known:
            return self.known
        here = self.stairwell.flats if self.stairwell else []
        said = (self.floor.data, self.door.data)
        return next((flat for flat in here if (str(flat.floor), str(int(flat.number[2:]))) == said), None)

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and whether there is such a door."""
        fine: bool = super().validate(extra_validators)
        if "floor" not in self:
            return fine
        for chosen in (self.floor, self.door):
            if (chosen.data or "") not in {each.value for each in chosen.choices}:
                chosen.errors = (NOT_A_CHOICE,)
        if "port" in self and self.stairwell is None:
            self.port.errors = (_l("Välj din port."),)
        if fine and not self.errors and self.floor.data and self.door.data and self.flat is None:
            self.door.errors = (NO_SUCH_DOOR,)
        return fine and not self.errors


class AskToJoinForm(DoorForm):
    """The poster's form: by e-mail, or by a knock on the door."""

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    how = RadioField(
        _l("Hur vill du få svar?"),
        choices=[choice(BY_MAIL, _l("Med e-post")), choice(BY_KNOCK, _l("Knacka på hos mig"))],
        default=BY_MAIL,
        validate_choice=False,
        validators=[AnyOf((BY_MAIL, BY_KNOCK), message=_l("Välj hur du vill få svar."))],
    )
    address = AddressField(_l("Din e-postadress"), optional=True)
    consent = BooleanField(
        _l("Jag vill gå med, och gruppen får spara det jag har skrivit här."),
        validators=[DataRequired(CONSENT_MISSING)],
    )

    def expect_no_knock(self) -> None:
        """Nobody is there who could knock: the answer comes by e-mail."""
        del self.how

    @property
    def by_knock(self) -> bool:
        """Whether they want a knock on the door."""
        return bool(self.how and self.how.data == BY_KNOCK)

    def validate(self, extra_validators: Any = None) -> bool:
        """With e-mail an address is needed; with a knock, floor and door."""
        super().validate(extra_validators)
        if self.by_knock:
            self.address.errors = ()
            if self.flat is None and not self.floor.errors and not self.door.errors:
                where = self.door if self.floor.data else self.floor
                where.errors = (_l("Välj våning och dörr, så att vi hittar till dig."),)
        elif not self.address.data and not self.address.errors:
            self.address.errors = (ADDRESS_OR_KNOCK if self.how else ADDRESS_MISSING,)
        return not self.errors


class ChangeAddressForm(Form):
    """Another address than the one somebody has just asked with."""

    address = AddressField(_l("Din e-postadress"))


class FloorForm(Form):
    """Where they live who were written up at the door; a low house has no fewer floors to choose from."""

    floor = SelectField(_l("Vilken våning bor du på?"), validate_choice=False)

    def offer(self, flats: Iterable[Flat]) -> None:
        """Fill the choices, so that these flats are among them."""
        theirs = [flat.floor for flat in flats]
        floors = range(min([0, *theirs]), max([USUAL_TOP, *theirs]) + 1)
        self.floor.choices = [choice("", _l("Välj våning")), *(choice(str(n), floor_word(n)) for n in floors)]

    def validate(self, extra_validators: Any = None) -> bool:
        """One of them must be chosen; to choose none is no answer."""
        super().validate(extra_validators)
        if not self.floor.data or self.floor.data not in {each.value for each in self.floor.choices}:
            self.floor.errors = (_l("Välj den våning du bor på."),)
        return not self.errors


class ShowInterestForm(Form):
    """Interest in a building without a group."""

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    address = AddressField(_l("Din e-postadress"))
    could_coordinate = BooleanField(_l("Jag kan tänka mig att vara kontaktombud."))


class JoinByInterestForm(DoorForm):
    """Where one lives, when the group exists by now."""


class DecideRequestForm(Form):
    """A coordinator's answer: the flat if it was unknown, a word of why if they wish."""

    flat = SelectField(_l("Lägenhet"), validate_choice=False)
    reason = LineField(
        _l("Några ord om varför"),
        most=200,
        description=_l("Den som frågade får läsa det. Skriv inget om någon annan."),
    )

    def offer(self, flats: Iterable[Flat]) -> None:
        """The flats of the applicant's stairwell."""
        self.flats = {str(flat.id): flat for flat in flats}
        self.flat.choices = [
            DO_NOT_KNOW,
            *(choice(key, flat.number) for key, flat in self.flats.items()),
        ]

    @property
    def chosen(self) -> Flat | None:
        """The flat that was chosen."""
        return self.flats.get(self.flat.data or "") if self.flat else None

    def validate_flat(self, field: SelectField) -> None:
        """Only a flat of that stairwell."""
        if field.data and field.data not in self.flats:
            raise ValidationError(NOT_A_CHOICE)


class AcceptInvitationForm(DoorForm, SendingForm):
    """Joining by invitation; the door only where the invitation does not say it.

    The address is asked for where the link may be passed on: then it proves none.
    """

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    address = AddressField(
        _l("Din e-postadress"),
        description=_l("Vi skickar ett mejl dit. Där bekräftar du att adressen är din."),
    )
    language = LanguageField(_l("Språk för meddelanden"))
    consent = BooleanField(
        _l("Jag vill gå med, och gruppen får spara det jag har skrivit här."),
        validators=[DataRequired(CONSENT_MISSING)],
    )


class DeclineInvitationForm(Form):
    """No, thank you; and whether anybody may ask again."""

    never_again = BooleanField(_l("Fråga mig inte igen, inte heller från ett annat hus"))


class CorrectAddressForm(Form):
    """The address that was meant."""

    address = AddressField(_l("Rätt e-postadress"))
