"""Forms for signing in and for the settings of one's own account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice
from wtforms.validators import InputRequired, ValidationError

from watch.accounts.queries import is_of_somebody_known, partners_among
from watch.fields import AddressField, Form, LanguageField, NameField, PhoneField
from watch.lengths import PATH
from watch.marks import SeenField, mark
from watch.models import Person


class AskForLinkForm(Form):
    """Asks for the address to mail a sign-in link to. `next` is the page to open afterwards."""

    email = AddressField(_l("Din e-postadress"))
    next = HiddenField(validators=[PATH])


class ChoosePersonForm(Form):
    """Asks which of the people who share the mailbox signs in.

    `asked` is sent by this form only, so its absence marks the first press, before anybody could choose.
    """

    asked = HiddenField(default="yes")
    person = RadioField(_l("Vem är du?"), coerce=int, validators=[InputRequired(_l("Välj vem du är."))])

    def __init__(self, people: Collection[Person], **more: Any) -> None:
        super().__init__(**more)
        partners = partners_among(people) if len(people) > 1 else ()  # a neighbour, maybe by the same name
        self.person.choices = [
            SelectChoice(str(each.id), _("%(name)s (egen sida för kontaktpersoner)", name=each.name))
            if each.id in partners
            else SelectChoice(str(each.id), each.name)
            for each in people
        ]


class SaveSettingsForm(Form):
    """A person's own settings. `seen` tells what the page showed, by a mark for each answer.

    A page that was opened before something changed brings nothing back, such as a name that is hidden by now.
    """

    seen = SeenField()
    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    language = LanguageField(_l("Språk för meddelanden"))
    phone = PhoneField(_l("Telefon"))
    shows_name = BooleanField(_l("Mitt namn"))
    shows_email = BooleanField(_l("Min e-postadress"))
    shows_phone = BooleanField(_l("Mitt telefonnummer"))

    def __init__(self, person: Person, **more: Any) -> None:
        super().__init__(**more)
        self.person = person

    def see(self) -> None:
        """Note that the page shows the answers as they are now."""
        self.seen.show(".".join(mark(name, answer or "") for name, answer in self._answers().items()))

    @property
    def changes(self) -> dict[str, Any]:
        """The answers that are not as the page showed them."""
        seen = self.seen.data.split(".")
        answers = self._answers().items()
        return {name: answer for name, answer in answers if mark(name, answer or "") not in seen}

    def _answers(self) -> dict[str, Any]:
        return {each.short_name: each.data for each in self if not isinstance(each, HiddenField)}

    def validate_name(self, field: Field) -> None:
        """Refuse the name of somebody whom the neighbours know as a coordinator or a contact."""
        if field.data and is_of_somebody_known(field.data, self.person):
            raise ValidationError(
                _l(
                    "Så heter någon som grannarna litar på, till exempel ett kontaktombud. "
                    "Skriv ditt namn på ett annat sätt."
                )
            )
