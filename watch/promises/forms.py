"""Forms for promises, for what became of them, for planned operations, and for filtering both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from watch.fields import DayField, Form, LineField, NumberField, TextField, TicksField, choice
from watch.fields import choices_of as choices
from watch.guarding import without_names
from watch.models import Area, Operation, Promise, PromiseParty, PromiseResult, PromiseState
from watch.models.promises import (
    MOST_OPERATIONS,
    MOST_PARTIES,
    MOST_PROMISED,
    MOST_SOURCE,
    MOST_TEXT,
    MOST_UNIT,
)
from watch.periods import PeriodForm, demand_near
from watch.promises.labels import PARTIES, RESULTS, STATES
from watch.promises.queries import Filter
from watch.sending import SendingForm

MOST_SEARCHED = 100  # characters
WRONG_NUMBER = _l("Skriv ett helt tal från 0 till %(max)d, eller lämna rutan tom.")
NO_AREA = _l("Kryssa för minst ett område.")
NO_PARTY = _l("Kryssa för minst en som ansvarar, eller skriv vem.")
NO_UNIT = _l("Skriv vad talet räknar, till exempel träffar.")
NO_OUTCOME = _l("Skriv hur det blev, med ord eller med ett tal.")
WRONG_AREA = _l("Välj ett område i listan.")


def _number(label: Any) -> NumberField:
    return NumberField(label, validators=[Optional(), NumberRange(0, MOST_PROMISED, WRONG_NUMBER)])


def _seen() -> IntegerField:
    return IntegerField(default=0, widget=HiddenInput())


def see(form: Any, row: Promise | Operation) -> None:
    """Note that whoever fills in a form is shown the row as it is now."""
    form.seen.data, form.seen.raw_data = row.version, None


class _SpanForm(SendingForm):
    """Asks for the first and the last day of what the form is about. `seen` is its version."""

    begins = DayField(_l("Från och med"), missing=_l("Välj vilken dag perioden börjar."))
    ends = DayField(_l("Till och med"), missing=_l("Välj vilken dag perioden slutar."))
    seen = _seen()

    def validate_begins(self, field: DayField) -> None:
        """Refuse a year that is surely mistyped."""
        demand_near(field.data)

    def validate_ends(self, field: DayField) -> None:
        """Refuse a mistyped year, and a period that ends before it begins."""
        demand_near(field.data)
        if field.data and self.begins.data and field.data < self.begins.data:
            raise ValidationError(_l("Perioden slutar innan den börjar. Byt plats på dagarna."))


class PromiseForm(_SpanForm):
    """Asks what is promised, where and for how long, by whom, and what is to be reached."""

    areas = TicksField(_l("Vilka områden gäller det?"))
    text = TextField(_l("Vad lovar ni?"), most=MOST_TEXT, missing=_l("Skriv vad ni lovar."))
    parties = TicksField(_l("Vilka ansvarar?"), choices=choices(PARTIES), coerce=PromiseParty)
    other_parties = LineField(_l("Någon mer som ansvarar"), most=MOST_PARTIES)
    target = _number(_l("Mål, som ett tal"))
    unit = LineField(_l("Vad räknas?"), most=MOST_UNIT)

    def __init__(self, offered: Sequence[Area], **known: Any) -> None:
        super().__init__(data=known)
        self.offered = offered
        self.areas.choices = [choice(each.slug, each.name) for each in offered]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, and that somebody, somewhere, promises something that can be counted."""
        is_good: bool = super().validate(extra_validators)
        said: list[tuple[Field, bool, Any]] = [
            (self.areas, not self.areas.data, NO_AREA),
            (self.parties, not self.parties.data and not self.other_parties.data, NO_PARTY),
            (self.unit, self.target.data is not None and not self.unit.data, NO_UNIT),
        ]
        return _complain(said) and is_good

    @property
    def chosen(self) -> list[Area]:
        """The areas that were ticked, in Swedish order."""
        return [each for each in self.offered if each.slug in (self.areas.data or ())]

    @property
    def values(self) -> dict[str, Any]:
        """The answers by column, without the areas."""
        return {
            "begins": self.begins.data,
            "ends": self.ends.data,
            "text": self.text.data,
            **{f"by_{each}": each in (self.parties.data or ()) for each in PromiseParty},
            "other_parties": self.other_parties.data or "",
            "target": self.target.data,
            "unit": self.unit.data or "",
        }


class FollowUpForm(Form):
    """Asks what became of a promise: whether it was kept, how it went, and where that is known from."""

    result = RadioField(
        _l("Hölls löftet?"),
        choices=choices(RESULTS),
        coerce=PromiseResult,
        validators=[InputRequired(_l("Välj om löftet hölls."))],
    )
    outcome_number = _number(_l("Så många blev det"))
    outcome = TextField(_l("Så blev det"), most=MOST_TEXT)
    source = LineField(_l("Källa"), most=MOST_SOURCE)
    seen = _seen()

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, and that there is an outcome."""
        is_good: bool = super().validate(extra_validators)
        is_told = self.outcome.data or self.outcome_number.data is not None or self.outcome_number.errors
        return _complain([(self.outcome, not is_told, NO_OUTCOME)]) and is_good

    @property
    def values(self) -> dict[str, Any]:
        """The answers by column."""
        return {
            "result": self.result.data,
            "outcome_number": self.outcome_number.data,
            "outcome": self.outcome.data or "",
            "source": self.source.data or "",
        }


class OperationForm(_SpanForm):
    """Asks how many operations are planned, where, for when, and what they are."""

    area = SelectField(
        _l("Område"), invalid_choice_message=WRONG_AREA, validators=[InputRequired(WRONG_AREA)]
    )
    number = NumberField(
        _l("Hur många insatser?"),
        validators=[
            NumberRange(1, MOST_OPERATIONS, _l("Skriv hur många insatser det är, från 1 till %(max)d."))
        ],
    )
    text = TextField(
        _l("Vad är det för insatser?"), most=MOST_TEXT, missing=_l("Skriv vad det är för insatser.")
    )

    def __init__(self, areas: Sequence[Area], **known: Any) -> None:
        super().__init__(data=known)
        self.offered = {each.slug: each.id for each in areas}
        self.area.choices = [choice(each.slug, each.name) for each in areas]

    def validate_text(self, field: Field) -> None:
        """Ask about what may name a person, because the public report tells the operations."""
        words = _l("Det ser ut som ett namn på en person. Skriv vad insatserna gäller, utan namn.")
        without_names(self, field, words)

    @property
    def values(self) -> dict[str, Any]:
        """The answers by column."""
        said = {name: getattr(self, name).data for name in ("begins", "ends", "number", "text")}
        return said | {"area_id": self.offered[self.area.data]}


def _complain(said: list[tuple[Field, bool, Any]]) -> bool:
    """Give each field its message if the matter is so and nothing else is wrong with it; True if none is."""
    wrong = [(field, message) for field, is_so, message in said if is_so and not field.errors]
    for field, message in wrong:
        field.errors = (message,)
    return not wrong


WORDED = ("begins", "ends", "text", "parties", "other_parties", "target", "unit")
TOLD = ("result", "outcome_number", "outcome", "source")


def known_of(promise: Promise) -> dict[str, Any]:
    """Return what the form for changing a promise begins with."""
    known = {name: getattr(promise, name) for name in WORDED}
    return known | {"areas": [each.slug for each in promise.areas], "seen": promise.version}


def told_of(promise: Promise) -> dict[str, Any]:
    """Return what the form for following it up begins with."""
    return {name: getattr(promise, name) for name in TOLD} | {"seen": promise.version}


def known_of_operation(operation: Operation) -> dict[str, Any]:
    """Return what the form for changing planned operations begins with."""
    known = {name: getattr(operation, name) for name in ("begins", "ends", "number", "text")}
    return known | {"area": operation.area.slug, "seen": operation.version}


class FilterForm(PeriodForm):
    """Filters a list by what stands in the page's address."""

    q = StringField(_l("Sök i texten"), filters=[lambda text: (text or "")[:MOST_SEARCHED]])
    area = SelectField(_l("Område"), validate_choice=False)

    def __init__(self, asked: MultiDict[str, str], areas: Sequence[Area]) -> None:
        super().__init__(asked)
        self.offered = areas
        self.area.choices = [choice("", _l("Alla")), *(choice(each.slug, each.name) for each in areas)]

    @property
    def chosen_area(self) -> Area | None:
        """The area that was chosen, of those offered."""
        return next((each for each in self.offered if each.slug == self.area.data), None)

    def filter(self) -> Filter:
        """Return the filter that the page's address asks for, without what nobody offers."""
        area = self.chosen_area
        return Filter(
            text=(self.q.data or "").strip(),
            area_id=area.id if area else None,
            since=self.since.data,
            until=self.until.data,
        )

    @property
    def asked(self) -> dict[str, str]:
        """The same filter as URL arguments, without the page's key."""
        wanted, area = self.filter(), self.chosen_area
        asked = {"q": wanted.text, "area": area.slug if area else "", "state": wanted.state or ""}
        asked |= {"since": str(wanted.since or ""), "until": str(wanted.until or "")}
        return {name: value for name, value in asked.items() if value}


class FilterPromisesForm(FilterForm):
    """The same for the officers' list, where drafts stand too."""

    state = SelectField(_l("Läge"), choices=[choice("", _l("Alla")), *choices(STATES)], validate_choice=False)

    def filter(self) -> Filter:
        """Return the filter with the state."""
        state = PromiseState(self.state.data) if self.state.data in set(PromiseState) else None
        return Filter(**{**vars(super().filter()), "state": state})
