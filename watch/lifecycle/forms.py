"""What the police contact fills in when a group starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, ValidationError
from wtforms.validators import InputRequired

from watch.fields import (
    AddressField,
    DayField,
    Form,
    SendingForm,
)
from watch.language import STOCKHOLM, local
from watch.models import (
    Group,
    Person,
    StartStep,
)

BY_MAIL, LATER = "mail", "later"
AT_MOST_BEFORE = timedelta(days=365)  # a step before the group's start


def today() -> date:
    """The day it is in Borås."""
    return datetime.now(STOCKHOLM).date()


class StartGroupForm(SendingForm):
    """Who is asked to be the first coordinator."""

    first = RadioField(
        _l("Första kontaktombudet"),
        validators=[InputRequired(_l("Välj hur det första kontaktombudet utses."))],
    )
    address = AddressField(_l("E-postadress till kontaktombudet"), optional=True)

    def offer(self, named: Iterable[Person]) -> None:
        """Choose among those who told their name, or an address, or nobody yet."""
        people = [(str(person.id), person.name) for person in named]
        self.first.choices = [
            *people,
            (BY_MAIL, _l("Någon annan, med e-post")),
            (LATER, _l("Senare")),
        ]

    def validate(self, extra_validators: object = None) -> bool:
        """The address is needed where the coordinator is asked by mail."""
        valid = bool(super().validate(extra_validators))
        if self.first.data == BY_MAIL and not self.address.data:
            self.address.errors = (_l("Skriv kontaktombudets e-postadress, eller välj något annat."),)
            return False
        return valid


class TickStepForm(Form):
    """When a step of the start was done; of the meeting that is booked, the day it was booked."""

    done_on = DayField(_l("Datum"), missing=_l("Skriv vilken dag det var."), default=today)

    def __init__(self, step: StartStep, group: Group, *, filled: bool = True) -> None:
        if filled:
            super().__init__(prefix=step.value)
        else:
            super().__init__(None, prefix=step.value)
        self._earliest = local(group.started_at).date() - AT_MOST_BEFORE
        if step is StartStep.MEETING_BOOKED:
            self.done_on.label.text = _l("Bokades den")
            self.done_on.description = _l("Dagen då ni bokade, inte dagen då mötet är.")

    def validate_done_on(self, field: DayField) -> None:
        """Done means done, and done for this group."""
        if field.data and field.data > today():
            raise ValidationError(_l("Datumet ligger i framtiden. Skriv en dag som har varit."))
        if field.data and field.data < self._earliest:
            raise ValidationError(_l("Datumet ligger mer än ett år före gruppens start. Titta på årtalet."))
