"""Forms for coordinators, households and members' choices of mail."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, ValidationError
from wtforms.validators import InputRequired

from watch.fields import (
    AddressField,
    Form,
    LanguageField,
    LineField,
    NameField,
    PhoneField,
    TicksField,
    choice,
    choices_of,
)
from watch.groups.labels import AREA_CHOICES, NOTICE_CHOICES
from watch.models import (
    ConsentChannel,
    Flat,
    HouseholdStatus,
    Membership,
    NoticeChoice,
    Person,
    Stairwell,
)
from watch.sending import SendingForm

BY_MAIL = "mail"


class AppointLeadForm(SendingForm):
    """Asks the police contact whom to ask to be lead coordinator."""

    whom = RadioField(_l("Vem vill du fråga?"), default=BY_MAIL)
    address = AddressField(_l("E-postadress"), optional=True)

    def offer(self, named: Iterable[Person]) -> None:
        """Offer the interested people who gave their name, and an e-mail address."""
        self._named = {str(person.id): person for person in named}
        people = [(number, person.name) for number, person in self._named.items()]
        self.whom.choices = [*people, (BY_MAIL, _l("Någon annan, med mejl"))]

    @property
    def offers_names(self) -> bool:
        """True if anybody can be chosen by name."""
        return bool(self._named)

    @property
    def chosen(self) -> Person | str:
        """The chosen person, or the typed address."""
        return self._named.get(self.whom.data) or str(self.address.data)

    def validate(self, extra_validators: object = None) -> bool:
        """Demand an address if nobody is chosen by name."""
        valid = bool(super().validate(extra_validators))
        if self.whom.data == BY_MAIL and not self.address.data and not self.address.errors:
            self.address.errors = (_l("Skriv en e-postadress."),)
            return False
        return valid


WHOLE_HOUSE, SOME_STAIRWELLS = "house", "stairwells"


class AppointCoordinatorForm(SendingForm):
    """Asks the lead whom to ask, a member or an address, and for which stairwells.

    Nothing is chosen at first: a coordinator of the whole house sees everybody in it, which must never come
    from a forgotten tick. `confirmed` is sent by the page that says what the coordinator will see.
    """

    member = SelectField(_l("Vem i gruppen vill du fråga?"), validate_choice=False)
    address = AddressField(_l("Eller någon annan: e-postadress"), optional=True)
    scope = RadioField(
        _l("Vad gäller uppdraget?"),
        choices=[choice(WHOLE_HOUSE, _l("Hela huset")), choice(SOME_STAIRWELLS, _l("Vissa portar"))],
        validators=[InputRequired(_l("Välj om uppdraget gäller hela huset eller vissa portar."))],
    )
    stairwells = TicksField(_l("Vilka portar?"), coerce=int)
    confirmed = HiddenField()

    def offer(self, members: Iterable[Membership], stairwells: Iterable[Stairwell]) -> None:
        """Offer these members by name, and these stairwells."""
        self._people = {str(each.person_id): each.person for each in members}
        self._stairwells = list(stairwells)
        self.member.choices = [
            SelectChoice("", _("Välj en medlem")),
            *(SelectChoice(str(each.person_id), _with_port(each)) for each in members),
        ]
        self.stairwells.choices = [(each.id, each.address) for each in self._stairwells]

    @property
    def whom(self) -> Person | str:
        """The chosen member, or the typed address."""
        return self._people.get(self.member.data or "") or str(self.address.data)

    @property
    def chosen(self) -> list[Stairwell]:
        """The stairwells of the appointment; none for the whole house."""
        if self.scope.data == WHOLE_HOUSE:
            return []
        return [each for each in self._stairwells if each.id in (self.stairwells.data or ())]

    def validate_member(self, field: SelectField) -> None:
        if field.data and field.data not in self._people:
            raise ValidationError(_l("Den medlemmen går inte att fråga. Välj en annan i listan."))

    def validate_stairwells(self, field: TicksField) -> None:
        if self.scope.data == SOME_STAIRWELLS and not field.data:
            raise ValidationError(_l("Kryssa för minst en port, eller välj Hela huset."))
        if self.scope.data == WHOLE_HOUSE and field.data:
            raise ValidationError(
                _l("Du har kryssat för portar men valt Hela huset. Ta bort kryssen, eller välj Vissa portar.")
            )

    def validate(self, extra_validators: object = None) -> bool:
        """Demand either a member or an address."""
        valid = bool(super().validate(extra_validators))
        if self.address.errors or self.member.errors:
            return False
        if bool(self.member.data) == bool(self.address.data):
            both, none = (
                _l("Välj antingen en medlem eller skriv en e-postadress, inte båda."),
                _l("Välj en medlem, eller skriv en e-postadress."),
            )
            self.member.errors = (both if self.member.data else none,)
            return False
        return valid


def _with_port(membership: Membership) -> str:
    name, stairwell = membership.person.name, membership.stairwell
    return f"{name}, {stairwell.address}" if stairwell else name


class AcceptAppointmentForm(Form):
    """Asks a new coordinator for their name, language and home."""

    name = NameField(_l("Ditt namn"), optional=True)
    language = LanguageField(_l("Språk för meddelanden"))
    phone = PhoneField(_l("Telefon"))
    shows_name = BooleanField(_l("Mina grannar får se mitt namn"))
    shows_email = BooleanField(_l("Mina grannar får se min e-postadress"))
    shows_phone = BooleanField(_l("Mina grannar får se mitt telefonnummer"))
    stairwell = SelectField(_l("Var bor du?"), coerce=int, default=0)
    flat = LineField(_l("Lägenhetsnummer"), most=4, unguarded="a number that the form looks up")

    def prepare(self, stairwells: Iterable[Stairwell], *, needs_name: bool) -> None:
        """Offer these stairwells, and ask for a name only if the person has none yet."""
        self._stairwells = {each.id: each for each in stairwells}
        self.needs_name = needs_name
        self.stairwell.choices = [
            (0, _l("Jag bor inte i huset")),
            *((each.id, each.address) for each in self._stairwells.values()),
        ]
        if not needs_name:
            del self.name

    def validate(self, extra_validators: object = None) -> bool:
        """Demand a name from a new person, and that the flat exists in the chosen stairwell."""
        valid = bool(super().validate(extra_validators))
        if self.needs_name and not self.name.data and not self.name.errors:
            self.name.errors = (_l("Skriv ditt namn. Förnamn räcker."),)
            valid = False
        if self.shows_phone.data and not self.phone.data and not self.phone.errors:
            self.phone.errors = (_l("Skriv numret som grannarna ska se, eller ta bort krysset."),)
            valid = False
        if valid and self.flat.data and self.chosen_flat is None:
            self.flat.errors = (
                _l("Den lägenheten finns inte i porten. Siffrorna står vid dörren, till exempel 1203."),
            )
            valid = False
        return valid

    @property
    def chosen_stairwell(self) -> Stairwell | None:
        """The stairwell where they live, or None if they do not live in the building."""
        return self._stairwells.get(self.stairwell.data)

    @property
    def chosen_flat(self) -> Flat | None:
        """The flat where they live, or None if they gave none."""
        stairwell = self.chosen_stairwell
        return (
            next((flat for flat in stairwell.flats if flat.number == self.flat.data), None)
            if stairwell
            else None
        )


class AddOnPaperForm(Form):
    """Adds a neighbour without e-mail, who has consented at the door or on paper."""

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
    """Asks where a member lives whose flat is unknown."""

    flat = SelectField(_l("Lägenhet"), validate_choice=False)

    def offer(self, stairwells: Iterable[Stairwell]) -> None:
        """Offer the flats of these stairwells."""
        stairwells = list(stairwells)
        self._flats = {str(flat.id): flat for stairwell in stairwells for flat in stairwell.flats}
        self.flat.choices = [  # none is preselected: a hasty submit would record a wrong flat
            SelectChoice("", _("Välj lägenhet")),
            *(
                SelectChoice(str(flat.id), flat.number, optgroup=stairwell.address)
                for stairwell in stairwells
                for flat in stairwell.flats
            ),
        ]

    @property
    def chosen(self) -> Flat:
        """The chosen flat. Raises KeyError before the form is valid."""
        return self._flats[self.flat.data]

    def validate_flat(self, field: SelectField) -> None:
        if field.data not in self._flats:
            raise ValidationError(_l("Välj en lägenhet i listan."))


class NoteAnswerForm(Form):
    """Records the answer of a household that was asked to join."""

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
        """Refuse "takes part": that status needs a member with a consent."""
        if field.data not in {
            HouseholdStatus.DECLINED,
            HouseholdStatus.NOT_CONTACTED,
            HouseholdStatus.INVITED,
        }:
            raise ValidationError(_l("Välj ett av svaren."))


class ChooseNoticesForm(Form):
    notices = RadioField(
        _l("Vilka mejl vill du ha?"),
        choices=choices_of(NOTICE_CHOICES),
        coerce=NoticeChoice,
        validators=[InputRequired(_l("Välj vilka mejl du vill ha."))],
    )


class ChooseAreaForm(Form):
    wanted = RadioField(
        _l("Meddelanden till hela området"),
        choices=[SelectChoice(value, words) for value, words in AREA_CHOICES.items()],
        validators=[InputRequired(_l("Välj om du vill ha meddelanden till hela området."))],
    )

    @property
    def is_wanted(self) -> bool:
        return str(self.wanted.data) == "yes"
