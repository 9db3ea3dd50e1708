"""Forms for correcting a member's record."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, ValidationError
from wtforms.validators import InputRequired

from watch.fields import AddressField, Form, LanguageField, NameField, PhoneField
from watch.groups.forms import PlaceMemberForm
from watch.models import Flat, Membership


class CorrectRecordForm(Form):
    """A member's name; of a member without e-mail the language and phone too."""

    name = NameField(_l("Namn"))
    language = LanguageField(_l("Språk för meddelanden"))
    phone = PhoneField(_l("Telefon"))

    def name_only(self) -> None:
        """Ask for the name only: whoever has an address chooses the rest in the settings."""
        del self.language, self.phone


class CorrectFlatForm(PlaceMemberForm):
    everybody = BooleanField(_l("Alla som står på lägenheten"))


class RecordAddressForm(Form):
    address = AddressField(_l("Grannens e-postadress"))


class ChooseDoubleForm(Form):
    """Asks which other member is the same person."""

    other = SelectField(_l("Vem är samma person?"), validate_choice=False)

    def offer(self, members: Sequence[Membership], words: Sequence[str]) -> None:
        """Offer these members, each in these words."""
        self._members = {str(each.id): each for each in members}
        offered = zip(self._members, words, strict=True)
        self.other.choices = [SelectChoice("", _("Välj granne")), *(SelectChoice(*each) for each in offered)]

    @property
    def chosen(self) -> Membership:
        """The chosen member. Raises KeyError before the form is valid."""
        return self._members[self.other.data]

    def validate_other(self, field: SelectField) -> None:
        if field.data not in self._members:
            raise ValidationError(_l("Välj en granne i listan."))


class MergeForm(Form):
    """Asks which name and flat the joined record has, where they differ."""

    name = RadioField(_l("Vilket namn ska gälla?"), validators=[InputRequired(_l("Välj ett namn."))])
    flat = RadioField(
        _l("Vilken lägenhet ska gälla?"), coerce=int, validators=[InputRequired(_l("Välj en lägenhet."))]
    )

    def offer(self, kept: Membership, other: Membership) -> None:
        """Offer the names and flats of both; what is the same is not asked."""
        self._kept, self._other = kept, other
        names = [kept.person.name, other.person.name]
        if names[0] == names[1]:
            del self.name
        else:
            self.name.choices = [SelectChoice(each, each) for each in names]
        flats = {each.flat.id: each.flat for each in (kept.household, other.household) if each}
        self._flats = flats
        if len(flats) < 2:
            del self.flat
        else:
            words = [(key, f"{flat.stairwell.address}, {flat.number}") for key, flat in flats.items()]
            self.flat.choices = [SelectChoice(str(key), word) for key, word in words]

    @property
    def chosen_name(self) -> str:
        """The name that counts."""
        return str(self.name.data) if self.name else self._kept.person.name

    @property
    def chosen_flat(self) -> Flat | None:
        """The flat that counts, or None if it need not be chosen."""
        return self._flats[self.flat.data] if self.flat else None


class AskPersonForm(Form):
    """Asks which of two addresses stays."""

    kept = RadioField(
        _l("Vilken adress ska gälla?"), coerce=int, validators=[InputRequired(_l("Välj en adress."))]
    )

    def offer(self, words: Sequence[tuple[int, str]]) -> None:
        """Offer the records by number, each in words."""
        self.kept.choices = [SelectChoice(str(key), word) for key, word in words]
