"""Forms for starting a group and for its checklist."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, ValidationError
from wtforms.validators import InputRequired

from watch.fields import (
    AddressField,
    DayField,
    Form,
    LineField,
)
from watch.language import STOCKHOLM, local
from watch.marks import SeenField
from watch.models import (
    Building,
    Cause,
    Group,
    Person,
    StartStep,
)
from watch.sending import SendingForm

BY_MAIL, LATER = "mail", "later"
AT_MOST_AHEAD = timedelta(days=365)  # of a booked meeting
MOST_REASON = 300
AT_MOST_BEFORE = timedelta(days=365)  # how long before the group's start a step may have been done


def today() -> date:
    """Return the current date in Sweden."""
    return datetime.now(STOCKHOLM).date()


class StartGroupForm(SendingForm):
    first = RadioField(
        _l("Första kontaktombudet"),
        validators=[InputRequired(_l("Välj hur det första kontaktombudet utses."))],
    )
    address = AddressField(_l("E-postadress till kontaktombudet"), optional=True)

    def offer(self, named: Iterable[Person]) -> None:
        """Offer the interested people who gave their name, an e-mail address, or "later"."""
        people = [(str(person.id), person.name) for person in named]
        self.first.choices = [
            *people,
            (BY_MAIL, _l("Någon annan, med mejl")),
            (LATER, _l("Senare")),
        ]

    def validate(self, extra_validators: object = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if self.first.data == BY_MAIL and not self.address.data:
            self.address.errors = (_l("Skriv kontaktombudets e-postadress, eller välj något annat."),)
            return False
        if self.first.data not in {None, BY_MAIL} and self.address.data and not self.first.errors:
            self.address.errors = (self._both_chosen(),)
            return False
        return valid

    def _both_chosen(self) -> str:
        """Return the sentence for a choice and an address that contradict each other, naming both."""
        chosen = dict(self.first.choices or ())[self.first.data]
        return _(
            "Du har valt %(choice)s och skrivit %(address)s. Välj ”Någon annan, med mejl”, eller "
            "ta bort adressen.",
            choice=chosen,
            address=self.address.data,
        )


class TickStepForm(Form):
    """The day a step was done. For a booked meeting, the day of the meeting itself, which may be to come.

    `seen` is the mark of what the page showed of the step.
    """

    seen = SeenField()
    done_on = DayField(_l("Datum"), missing=_l("Skriv vilken dag det var."), default=today)

    def __init__(self, step: StartStep, group: Group, *, filled: bool = True) -> None:
        if filled:
            super().__init__(prefix=step.value)
        else:
            super().__init__(None, prefix=step.value)
        self._earliest = local(group.started_at).date() - AT_MOST_BEFORE
        self._is_to_come = step is StartStep.MEETING_BOOKED
        if self._is_to_come:
            self.done_on.label.text = _l("Mötet är den")
            if not filled:
                self.done_on.data = None

    def validate_done_on(self, field: DayField) -> None:
        if field.data and self._is_to_come and field.data > today() + AT_MOST_AHEAD:
            raise ValidationError(_l("Det är för långt fram. Välj en dag inom ett år."))
        if field.data and not self._is_to_come and field.data > today():
            raise ValidationError(_l("Datumet ligger i framtiden. Skriv en dag som har varit."))
        if field.data and field.data < self._earliest:
            raise ValidationError(_l("Datumet ligger mer än ett år före gruppens start. Titta på årtalet."))


class ReasonForm(Form):
    """Asks why a group goes on, which its history tells."""

    reason = LineField(_l("Varför?"), most=MOST_REASON)


class RestForm(Form):
    """Asks why a group rests, unless the system knows a cause itself."""

    reason = LineField(_l("Varför vilar gruppen?"), most=MOST_REASON)

    def __init__(self, causes: Collection[Cause]) -> None:
        super().__init__(prefix="rest")
        self.is_needed = not causes

    def validate(self, extra_validators: object = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if valid and self.is_needed and not self.reason.data:
            self.reason.errors = (_l("Skriv varför gruppen vilar, med några ord."),)
            return False
        return valid


class AddBuildingForm(Form):
    """Asks which building without a group is to belong to the group."""

    building = SelectField(
        _l("Hus"), coerce=int, validators=[InputRequired(_l("Välj ett hus."))], validate_choice=False
    )

    def offer(self, buildings: Iterable[Building]) -> None:
        """Offer these buildings."""
        self.building.choices = [(each.id, each.address) for each in buildings]


def _number(chosen: str | int | None) -> int | None:
    """Return the number chosen in a list whose first choice is empty. Raises ValueError for other words."""
    return int(chosen) if chosen else None


class MergeForm(Form):
    """Asks which other group is to be merged into this one, and why."""

    other = SelectField(
        _l("Grupp"), coerce=_number, validators=[InputRequired(_l("Välj en grupp."))], validate_choice=False
    )
    reason = LineField(
        _l("Varför slås grupperna ihop?"),
        most=MOST_REASON,
        missing=_l("Skriv varför grupperna slås ihop. De som är med läser det i mejlet."),
    )

    def __init__(self, groups: Iterable[Group]) -> None:
        super().__init__(prefix="merge")
        self.other.choices = [("", _l("Välj en grupp")), *((each.id, each.name) for each in groups)]


class SplitForm(Form):
    """Asks which building is to get a group of its own, and why."""

    building = RadioField(
        _l("Hus"), coerce=int, validators=[InputRequired(_l("Välj ett hus."))], validate_choice=False
    )
    reason = LineField(
        _l("Varför delas gruppen?"),
        most=MOST_REASON,
        missing=_l("Skriv varför gruppen delas. De som är med i huset läser det i mejlet."),
    )

    def __init__(self, group: Group) -> None:
        super().__init__(prefix="split")
        self.building.choices = [(each.id, each.address) for each in group.buildings]
