"""Forms for asking to join, deciding on a request and answering an invitation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import AnyOf, DataRequired, InputRequired, ValidationError

from watch.fields import (
    TICK_FIRST,
    AddressField,
    Form,
    LanguageField,
    LineField,
    NameField,
    choice,
)
from watch.models import Flat, Stairwell
from watch.places.forms import NOT_A_CHOICE, DoorForm
from watch.places.labels import DO_NOT_KNOW, floor_word
from watch.sending import SendingForm

USUAL_TOP = 9  # the highest floor of most buildings
BY_MAIL, BY_VISIT = "mail", "knock"  # values in forms and links
ADDRESS_OR_VISIT = _l("Skriv din e-postadress, eller välj att vi knackar på hos dig.")
ADDRESS_MISSING = _l("Skriv din e-postadress.")
CONSENT_MISSING = _l("Kryssa i rutan om du vill vara med. Utan ditt ja får vi inte spara uppgifterna.")


class ConsentField(BooleanField):
    """The tick without which nobody becomes a member or is stored as an applicant."""

    def __init__(self, **more: Any) -> None:
        label = _l("Jag vill gå med, och gruppen får spara det jag har skrivit här.")
        super().__init__(label, [DataRequired(CONSENT_MISSING)], **more)


class AskToJoinForm(DoorForm):
    """The form behind a poster or a letter. The answer comes by e-mail or by a visit at the door."""

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    how = RadioField(
        _l("Hur vill du få svar?"),
        choices=[choice(BY_MAIL, _l("Med mejl")), choice(BY_VISIT, _l("Knacka på hos mig"))],
        default=BY_MAIL,
        validate_choice=False,
        validators=[AnyOf((BY_MAIL, BY_VISIT), message=_l("Välj hur du vill få svar."))],
    )
    address = AddressField(_l("Din e-postadress"), optional=True)
    consent = ConsentField()

    def expect_no_visit(self) -> None:
        """Leave out the visit, because there is no coordinator to visit."""
        del self.how

    @property
    def by_visit(self) -> bool:
        """True if a visit is wanted."""
        return bool(self.how and self.how.data == BY_VISIT)

    def validate(self, extra_validators: Any = None) -> bool:
        """Require an address for an answer by e-mail; floor and door for a visit."""
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
    """Another address for the request that was just sent."""

    address = AddressField(_l("Din e-postadress"))


CHOOSE_FLOOR = _l("Välj den våning du bor på.")


class FloorForm(Form):
    """Asks for the floor of someone recorded at the door.

    Always offers floors 0–9, so that guessing is no easier in a low building.
    """

    floor = SelectField(
        _l("Vilken våning bor du på?"),
        validators=[InputRequired(CHOOSE_FLOOR)],
        invalid_choice_message=CHOOSE_FLOOR,
    )

    def offer(self, stairwells: Iterable[Stairwell | None]) -> None:
        """Offer floors that include all of these stairwells."""
        theirs = [flat.floor for stairwell in stairwells if stairwell for flat in stairwell.flats]
        floors = range(min([0, *theirs]), max([USUAL_TOP, *theirs]) + 1)
        self.floor.choices = [
            choice("", _l("Välj våning")),
            *(choice(str(n), floor_word(n)) for n in floors),
        ]


class DecideRequestForm(Form):
    """A coordinator's answer: the flat if it is unknown, and a reason if they wish.

    On the mailed page a no, `says_no`, asks for a tick.
    """

    says_no = False
    flat = SelectField(_l("Lägenhet"), validate_choice=False)
    reason = LineField(
        _l("Några ord om varför"),
        most=200,
        description=_l("Den som anmälde sig får läsa det. Skriv inget om någon annan."),
    )
    sure = BooleanField(_l("Ja, jag vill svara nej"))

    def offer(self, flats: Iterable[Flat]) -> None:
        """Offer the flats of the applicant's stairwell."""
        self.flats = {str(flat.id): flat for flat in flats}
        self.flat.choices = [
            DO_NOT_KNOW,
            *(choice(key, flat.number) for key, flat in self.flats.items()),
        ]

    @property
    def chosen(self) -> Flat | None:
        return self.flats.get(self.flat.data or "") if self.flat else None

    def validate_flat(self, field: SelectField) -> None:
        if field.data and field.data not in self.flats:
            raise ValidationError(NOT_A_CHOICE)

    def validate_sure(self, field: BooleanField) -> None:
        if self.says_no and not field.data:
            raise ValidationError(TICK_FIRST)


class AcceptInvitationForm(DoorForm, SendingForm):
    """Joining by invitation. The flat is asked for only if the invitation does not name it.

    A transferable invitation asks for an address too, because its link does not verify one.
    """

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    address = AddressField(
        _l("Din e-postadress"),
        description=_l("Vi skickar ett mejl dit. Där bekräftar du att adressen är din."),
    )
    language = LanguageField(_l("Språk för meddelanden"))
    was_on_paper = BooleanField(
        _l("Jag är redan med, och har fått allt på papper"),
        description=_l("Då får du mejl i stället, och står bara en gång i listan."),
    )
    consent = ConsentField()


class DeclineInvitationForm(Form):
    """Declining an invitation, and perhaps all future ones."""

    never_again = BooleanField(_l("Fråga mig inte igen, inte heller från ett annat hus"))
