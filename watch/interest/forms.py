"""Forms for people who would like a group in their building."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from watch.fields import (
    AddressField,
    Form,
    NameField,
)
from watch.joining.forms import ConsentField
from watch.places.forms import DoorForm


class ShowInterestForm(Form):
    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    address = AddressField(_l("Din e-postadress"))
    could_coordinate = BooleanField(_l("Jag kan tänka mig att vara kontaktombud."))


class JoinByInterestForm(DoorForm):
    """Asks in which stairwell and flat the interested person lives, once the group exists."""

    consent = ConsentField()
