"""What somebody fills in who would like a group in their building."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from watch.fields import (
    AddressField,
    Form,
    NameField,
)
from watch.places.forms import DoorForm


class ShowInterestForm(Form):
    """Interest in a building without a group."""

    name = NameField(_l("Ditt namn"), description=_l("Förnamn räcker."))
    address = AddressField(_l("Din e-postadress"))
    could_coordinate = BooleanField(_l("Jag kan tänka mig att vara kontaktombud."))


class JoinByInterestForm(DoorForm):
    """Where one lives, when the group exists by now."""
