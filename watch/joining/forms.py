"""What people fill in at a group's doors."""

from __future__ import annotations

from collections.abc import Iterable
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
    choice,
)
from watch.models import Flat, Stairwell
from watch.places.forms import NOT_A_CHOICE, DoorForm
from watch.places.labels import DO_NOT_KNOW, floor_word

USUAL_TOP = 9  # the highest floor of most houses
BY_MAIL, BY_VISIT = "mail", "knock"  # as forms and links say it
ADDRESS_OR_VISIT = _l("Skriv din e-postadress, eller välj att vi knackar på hos dig.")
ADDRESS_MISSING = _l("Skriv din e-postadress.")
CONSENT_MISSING = _l("Kryssa i rutan om du vill vara med. Utan ditt ja får vi inte spara uppgifterna.")


class AskToJoinForm(DoorForm):
    """The poster's form: by e-mail, or by a visit at the door."""

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    how = RadioField(
        _l("Hur vill du få svar?"),
        choices=[choice(BY_MAIL, _l("Med e-post")), choice(BY_VISIT, _l("Knacka på hos mig"))],
        default=BY_MAIL,
        validate_choice=False,
        validators=[AnyOf((BY_MAIL, BY_VISIT), message=_l("Välj hur du vill få svar."))],
    )
    address = AddressField(_l("Din e-postadress"), optional=True)
    consent = BooleanField(
        _l("Jag vill gå med, och gruppen får spara det jag har skrivit här."),
        validators=[DataRequired(CONSENT_MISSING)],
    )

    def expect_no_visit(self) -> None:
        """Nobody is there who could come: the answer comes by e-mail."""
        del self.how

    @property
    def by_visit(self) -> bool:
        """Whether they want a visit at the door."""
        return bool(self.how and self.how.data == BY_VISIT)

    def validate(self, extra_validators: Any = None) -> bool:
        """With e-mail an address is needed; with a visit, floor and door."""
        super().validate(extra_validators)
        if self.by_visit:
            self.address.errors = ()
            if self.flat is None and not self.floor.errors and not self.door.errors:
                where = self.door if self.floor.data else self.floor
                where.errors = (_l("Välj våning och dörr, så att vi hittar till dig."),)
        elif not self.address.data and not self.address.errors:
            self.address.errors = (ADDRESS_OR_VISIT if self.how else ADDRESS_MISSING,)
        return not self.errors


class ChangeAddressForm(Form):
    """Another address than the one somebody has just asked with."""

    address = AddressField(_l("Din e-postadress"))


class FloorForm(Form):
    """Where they live whose address was recorded at the door; a low house offers as many floors as others."""

    floor = SelectField(_l("Vilken våning bor du på?"), validate_choice=False)

    def offer(self, stairwells: Iterable[Stairwell | None]) -> None:
        """Fill the choices, so that the floors of these stairwells are among them."""
        theirs = [flat.floor for stairwell in stairwells if stairwell for flat in stairwell.flats]
        floors = range(min([0, *theirs]), max([USUAL_TOP, *theirs]) + 1)
        self.floor.choices = [
            choice("", _l("Välj våning")),
            *(choice(str(n), floor_word(n)) for n in floors),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """One of them must be chosen; to choose none is no answer."""
        super().validate(extra_validators)
        if not self.floor.data or self.floor.data not in {each.value for each in self.floor.choices}:
            self.floor.errors = (_l("Välj den våning du bor på."),)
        return not self.errors


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
