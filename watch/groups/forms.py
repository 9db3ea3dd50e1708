"""What is asked when a group starts, coordinators are appointed and households are written down."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, ValidationError
from wtforms.validators import InputRequired

from watch.fields import (
    AddressField,
    Form,
    LanguageField,
    LineField,
    NameField,
    SendingForm,
    TicksField,
    choices_of,
)
from watch.groups.labels import AREA_CHOICES, NOTICE_CHOICES
from watch.models import (
    ConsentChannel,
    Flat,
    HouseholdStatus,
    NoticeChoice,
    Person,
    Stairwell,
)

BY_MAIL = "mail"


class AppointLeadForm(SendingForm):
    """Whom the police contact asks to be lead coordinator."""

    whom = RadioField(_l("Vem vill du fråga?"), default=BY_MAIL)
    address = AddressField(_l("E-postadress"), optional=True)

    def offer(self, named: Iterable[Person]) -> None:
        """Choose among those who told their name, or an address; only an address where nobody did."""
        self._named = {str(person.id): person for person in named}
        people = [(number, person.name) for number, person in self._named.items()]
        self.whom.choices = [*people, (BY_MAIL, _l("Någon annan, med e-post"))]

    @property
    def offers_names(self) -> bool:
        """Whether there is anybody to choose."""
        return bool(self._named)

    @property
    def chosen(self) -> Person | str:
        """Who is asked: somebody who told their name, or an address."""
        return self._named.get(self.whom.data) or str(self.address.data)

    def validate(self, extra_validators: object = None) -> bool:
        """The address is needed where nobody is chosen by name."""
        valid = bool(super().validate(extra_validators))
        if self.whom.data == BY_MAIL and not self.address.data and not self.address.errors:
            self.address.errors = (_l("Skriv en e-postadress."),)
            return False
        return valid


class AppointCoordinatorForm(SendingForm):
    """Whom the lead asks to coordinate, and for which stairwells."""

    address = AddressField(_l("E-postadress"))
    stairwells = TicksField(_l("Portar"), coerce=int)

    def offer(self, stairwells: Iterable[Stairwell]) -> None:
        """The stairwells of this group."""
        self.stairwells.choices = [(each.id, each.address) for each in stairwells]


class AcceptAppointmentForm(Form):
    """What a new coordinator says of themselves."""

    name = NameField(_l("Ditt namn"), optional=True)
    language = LanguageField(_l("Språk för meddelanden"))
    shows_name = BooleanField(_l("Mina grannar får se mitt namn"))
    stairwell = SelectField(_l("Var bor du?"), coerce=int, default=0)
    flat = LineField(_l("Lägenhetsnummer"), most=4)

    def prepare(self, stairwells: Iterable[Stairwell], *, needs_name: bool) -> None:
        """The stairwells of the house; the name is asked only of somebody new."""
        self._stairwells = {each.id: each for each in stairwells}
        self.needs_name = needs_name
        self.stairwell.choices = [
            (0, _l("Jag bor inte i huset")),
            *((each.id, each.address) for each in self._stairwells.values()),
        ]
        if not needs_name:
            del self.name

    def validate(self, extra_validators: object = None) -> bool:
        """The name of somebody new, and a flat that exists behind the chosen stairwell."""
        valid = bool(super().validate(extra_validators))
        if self.needs_name and not self.name.data and not self.name.errors:
            self.name.errors = (_l("Skriv ditt namn. Förnamn räcker."),)
            valid = False
        if valid and self.flat.data and self.chosen_flat is None:
            self.flat.errors = (
                _l("Den lägenheten finns inte i porten. Siffrorna står vid dörren, till exempel 1203."),
            )
            valid = False
        return valid

    @property
    def chosen_stairwell(self) -> Stairwell | None:
        """The stairwell where they live, if they said so."""
        return self._stairwells.get(self.stairwell.data)

    @property
    def chosen_flat(self) -> Flat | None:
        """The flat behind that stairwell, if they said so."""
        stairwell = self.chosen_stairwell
        return (
            next((flat for flat in stairwell.flats if flat.number == self.flat.data), None)
            if stairwell
            else None
        )


class AddOnPaperForm(Form):
    """A neighbour without e-mail, met at the door."""

    name = NameField(_l("Grannens namn"))
    language = LanguageField(_l("Språk för meddelanden"))
    said_yes = RadioField(
        _l("Hur sa grannen ja?"),
        choices=choices_of(
            {
                ConsentChannel.DOORSTEP: _l("Vid dörren"),
                ConsentChannel.PAPER: _l("På papper, med namnteckning"),
            }
        ),
        coerce=ConsentChannel,
        default=ConsentChannel.DOORSTEP,
    )
    consent = BooleanField(
        _l("Grannen har sagt ja till att vara med och till att vi sparar namn och lägenhet"),
        validators=[InputRequired(_l("Fråga grannen först, och kryssa i rutan när svaret är ja."))],
    )


class PlaceMemberForm(Form):
    """Where a member lives whose flat was unknown."""

    flat = SelectField(_l("Lägenhet"), validate_choice=False)

    def offer(self, stairwells: Iterable[Stairwell]) -> None:
        """The flats that the coordinator works with, stairwell by stairwell."""
        stairwells = list(stairwells)
        self._flats = {str(flat.id): flat for stairwell in stairwells for flat in stairwell.flats}
        self.flat.choices = [  # none is chosen from the start: one press must not say where somebody lives
            SelectChoice("", _("Välj lägenhet")),
            *(
                SelectChoice(str(flat.id), flat.number, optgroup=stairwell.address)
                for stairwell in stairwells
                for flat in stairwell.flats
            ),
        ]

    @property
    def chosen(self) -> Flat:
        """The flat that was chosen, once the form is valid."""
        return self._flats[self.flat.data]

    def validate_flat(self, field: SelectField) -> None:
        """Only one of those flats."""
        if field.data not in self._flats:
            raise ValidationError(_l("Välj en lägenhet i listan."))


class NoteAnswerForm(Form):
    """What a household said."""

    answer = SelectField(
        choices=[
            HouseholdStatus.DECLINED.value,
            HouseholdStatus.NOT_CONTACTED.value,
            HouseholdStatus.INVITED.value,
        ],
        coerce=HouseholdStatus,
        validate_choice=False,
    )

    def validate_answer(self, field: SelectField) -> None:
        """Taking part is never noted: it has a member and a consent."""
        if field.data not in {
            HouseholdStatus.DECLINED,
            HouseholdStatus.NOT_CONTACTED,
            HouseholdStatus.INVITED,
        }:
            raise ValidationError(_l("Välj ett av svaren."))


class ChooseNoticesForm(Form):
    """Which mails of one group somebody wants."""

    notices = RadioField(
        _l("Vilka mejl vill du ha?"),
        choices=choices_of(NOTICE_CHOICES),
        coerce=NoticeChoice,
        validators=[InputRequired(_l("Välj vilka mejl du vill ha."))],
    )


class ChooseAreaForm(Form):
    """Whether somebody wants the notices that go to a whole area."""

    wanted = RadioField(
        _l("Meddelanden till hela området"),
        choices=[SelectChoice(value, words) for value, words in AREA_CHOICES.items()],
        validators=[InputRequired(_l("Välj om du vill ha meddelanden till hela området."))],
    )

    @property
    def is_wanted(self) -> bool:
        """What was chosen."""
        return str(self.wanted.data) == "yes"
