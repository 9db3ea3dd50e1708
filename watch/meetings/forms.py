"""Forms for calling a meeting, recording one that was held, answering, and counting heads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from watch.fields import (
    DayField,
    Form,
    HourField,
    LineField,
    NumberField,
    SendingForm,
    TextField,
    choice,
    choices_of,
    moment_in_stockholm,
)
from watch.language import local
from watch.meetings.labels import ANSWERS, KINDS, REMINDER_DAYS
from watch.models import Answer, Meeting, MeetingAnswer, MeetingKind, Stairwell, utcnow

MONTHS_AHEAD = 18
YEARS_BACK = 10
MOST_PEOPLE = 20
EVERYBODY = "all"
# A coordinators' meeting is called among coordinators, not by mail to neighbours.
DAYS_BEFORE = [choice(str(days), words) for days, words in REMINDER_DAYS.items()]
FOR_NEIGHBOURS = [kind for kind in KINDS if kind is not MeetingKind.COORDINATORS]


class EndField(HourField):
    """A time of day at which something ends. 24.00 and 00.00 are the midnight that ends the day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(
            ["00:00" if each.strip() in {"24.00", "24:00"} else each for each in valuelist]
        )

    @property
    def is_midnight(self) -> bool:
        """True if it ends at midnight."""
        return bool(self.data == time.min)

    @property
    def until(self) -> time | None:
        """The time of day, comparable with one at which something begins."""
        return time.max if self.is_midnight else self.data


class MeetingForm(SendingForm):
    """Asks when and where to meet, and what about. Once valid, `starts_at` and `ends_at` are in UTC."""

    day = DayField(_l("Dag"), missing=_l("Välj en dag."))
    starts = HourField(_l("Börjar klockan"), missing=_l("Skriv när träffen börjar, till exempel 18.00."))
    ends = EndField(_l("Slutar klockan"), missing=_l("Skriv när träffen slutar, till exempel 19.00."))
    place = LineField(_l("Plats"), most=120, missing=_l("Skriv var ni ses, till exempel i trappuppgången."))
    about = TextField(_l("Vad ska ni prata om?"), most=2000)
    counted = HiddenField()
    starts_at: datetime
    ends_at: datetime

    def typed(self) -> dict[str, str]:
        """Return everything as typed, to be sent with the next step or shown again."""
        return {
            field.name: field.raw_data[0]
            for field in self
            if field.name not in {"csrf_token", "counted"} and field.raw_data
        }

    def validate_day(self, field: DayField) -> None:
        if field.data is None:
            return
        today = local(utcnow()).date()
        if field.data < today:
            raise ValidationError(_l("Den dagen har redan varit. Välj en dag som kommer."))
        if field.data > _months_after(today, MONTHS_AHEAD):
            raise ValidationError(_l("Det är för långt fram. Välj en dag inom 18 månader."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields and the times, so that all errors are shown at once."""
        is_valid = bool(super().validate(extra_validators))
        if self.starts.errors or self.ends.errors:
            return False
        if self.day.errors:
            return self._ends_after_it_begins(self.starts.data, self.ends.until) and is_valid
        if not self._has_moments():
            return False
        is_in_order = self._ends_after_it_begins(self.starts_at, self.ends_at)
        return self._is_at_the_right_time() and is_in_order and is_valid

    def _has_moments(self) -> bool:
        next_day = self.day.data + timedelta(days=self.ends.is_midnight)
        for field, day, moment in (
            (self.starts, self.day.data, "starts_at"),
            (self.ends, next_day, "ends_at"),
        ):
            try:
                setattr(self, moment, moment_in_stockholm(day, field.data))
            except ValueError:
                return _wrong(
                    field, _l("Den tiden finns inte den natten, klockan ställs fram. Välj en annan tid.")
                )
        return True

    def _ends_after_it_begins(self, starts: Any, ends: Any) -> bool:
        if ends <= starts:
            return _wrong(self.ends, _l("Träffen slutar innan den börjar. Skriv en senare sluttid."))
        return True

    def _is_at_the_right_time(self) -> bool:
        if self.starts_at <= utcnow():
            return _wrong(self.starts, _l("Den tiden har redan varit. Skriv en senare tid."))
        return True


class RemindersForm(Form):
    """Asks how many days before a meeting reminders go out, and what they say besides."""

    remind_early = SelectField(_l("Första påminnelsen"), choices=DAYS_BEFORE, coerce=int, default=7)
    remind_late = SelectField(_l("Sista påminnelsen"), choices=DAYS_BEFORE, coerce=int, default=1)
    reminder_text = TextField(_l("Egna ord i påminnelsen"), most=300)

    @property
    def chosen_days(self) -> list[LazyString]:
        """The chosen days before the meeting in words, the earliest first."""
        days = {self.remind_early.data, self.remind_late.data} - {0}
        return [REMINDER_DAYS[each] for each in sorted(days, reverse=True)]


class CallMeetingForm(MeetingForm, RemindersForm):
    """Asks whom to call to a meeting, what kind it is, and when to remind of it."""

    stairwell = RadioField(_l("Vilka kallar du?"), default=EVERYBODY, validate_choice=False)
    kind = SelectField(
        _l("Vad är det för träff?"),
        choices=choices_of({kind: KINDS[kind] for kind in FOR_NEIGHBOURS}),
        coerce=MeetingKind,
        default=MeetingKind.STAIRWELL,
    )

    def __init__(self, stairwells: list[Stairwell], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.stairwells = {str(each.id): each for each in stairwells}
        self.stairwell.choices = [(name, name) for name in (EVERYBODY, *self.stairwells)]

    @property
    def chosen_stairwell(self) -> Stairwell | None:
        """The stairwell that is called; None for the whole group."""
        return self.stairwells.get(self.stairwell.data or "")

    def validate_stairwell(self, field: RadioField) -> None:
        if field.data != EVERYBODY and field.data not in self.stairwells:
            raise ValidationError(_l("Den porten finns inte i gruppen. Välj vilka träffen är för igen."))


class ChangeMeetingForm(MeetingForm):
    """Asks what is different now. `seen` is the meeting's sequence when the form was shown."""

    seen = IntegerField(widget=HiddenInput())

    @classmethod
    def of(cls, meeting: Meeting) -> ChangeMeetingForm:
        """Return the form with what is called now."""
        begins, ends = local(meeting.starts_at), local(meeting.ends_at)
        now = {"day": begins.date(), "starts": begins.time(), "ends": ends.time(), "place": meeting.place}
        return cls(formdata=None, data=now | {"about": meeting.about, "seen": meeting.sequence})


class CancelMeetingForm(SendingForm):
    """Asks why a meeting is off; the reason stands in the mail."""

    reason = TextField(_l("Varför blir den inte av?"), most=500)


class WriteDownMeetingForm(CallMeetingForm):
    """Asks the same about a meeting that was held already."""

    held = HiddenField(default="yes")
    stairwell = RadioField(_l("Vilka var den för?"), default=EVERYBODY, validate_choice=False)
    about = TextField(_l("Vad pratade ni om?"), most=2000)

    def validate_day(self, field: DayField) -> None:
        if field.data is None:
            return
        today = local(utcnow()).date()
        if field.data > today:
            raise ValidationError(_l("Den dagen har inte varit än. Välj en dag som har varit."))
        if field.data < today - timedelta(days=366 * YEARS_BACK):
            raise ValidationError(_l("Det är för länge sedan. Kontrollera årtalet."))

    def _is_at_the_right_time(self) -> bool:
        if self.ends_at > utcnow():
            return _wrong(self.ends, _l("Träffen har inte slutat ännu. Lägg till den när den är över."))
        return True


class AnswerMeetingForm(Form):
    """Asks for an answer to a call; `person` says whose, if several share a mailbox."""

    person = HiddenField()
    answer = RadioField(
        _l("Kommer du?"),
        choices=choices_of(ANSWERS),
        coerce=Answer,
        validators=[InputRequired(_l("Välj om du kommer."))],
    )
    people = NumberField(
        _l("Hur många kommer ni?"),
        default=1,
        validators=[Optional(), NumberRange(1, MOST_PEOPLE, _l("Skriv ett antal från 1 till 20."))],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ignore the number of people if the answer is no."""
        if self.answer.data is Answer.NO:
            self.people.process(None, self.people.object_data)
        return bool(super().validate(extra_validators))

    def number_of(self, before: MeetingAnswer | None) -> int:
        """Return the number of people: what was typed, else what was said before, else one."""
        return self.people.data or (before.people if before else 0) or 1


class CountHeadsForm(Form):
    """Asks how many came, which can be 0, or whether nobody counted."""

    head_count = NumberField(
        _l("Hur många kom?"),
        validators=[Optional(), NumberRange(0, 1000, _l("Skriv ett antal från 0 till 1000."))],
    )
    not_counted = BooleanField(_l("Vi räknade inte"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand either a number or that nobody counted."""
        if not super().validate(extra_validators):
            return False
        if self.head_count.data is None and not self.not_counted.data:
            return _wrong(self.head_count, _l("Skriv hur många som kom. 0 går bra."))
        if self.head_count.data is not None and self.not_counted.data:
            return _wrong(
                self.head_count, _l("Här står både ett antal och att ni inte räknade. Ta bort det ena.")
            )
        return True


def _wrong(field: Any, message: Any) -> bool:
    field.errors = [*field.errors, message]
    return False


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))
