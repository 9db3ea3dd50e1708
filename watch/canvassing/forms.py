"""Forms for recording what a household said at its door."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from watch.fields import AddressField, Form, LanguageField, NameField
from watch.lengths import PATH


class VisitForm(Form):
    """The last visit that the list showed of this door, and the page to return to."""

    after = IntegerField(widget=HiddenInput(), default=0, validators=[InputRequired(), NumberRange(min=0)])
    back = HiddenField(validators=[PATH])


class JoinAtDoorForm(VisitForm):
    name = NameField(_l("Grannens namn"))
    language = LanguageField(_l("Språk för meddelanden"))
    address = AddressField(_l("Grannens e-postadress"), optional=True)
    consent = BooleanField(
        _l("Grannen har sagt ja till att vara med och till att vi sparar namn, lägenhet och e-postadress"),
        validators=[InputRequired(_l("Fråga grannen först, och kryssa i rutan när svaret är ja."))],
    )
