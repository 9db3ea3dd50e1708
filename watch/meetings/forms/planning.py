"""Forms for planning a meeting: calling it, changing it, and recording one that was held."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from watch.fields import (
    DayField,
    HourField,
    LineField,
    LinkField,
    TextField,
    choice,
    moment_in_stockholm,
)
from watch.language import local
from watch.marks import SeenField
from watch.meetings.forms.audience import SOME_STAIRWELLS, TOGETHER, WHOLE_GROUP, AudienceForm
from watch.meetings.forms.reminders import RemindersForm
from watch.meetings.queries.seen import clashes_seen
from watch.models import Meeting, utcnow
from watch.sending import SendingForm

MONTHS_AHEAD = 18
YEARS_BACK = 10
USUALLY_LASTS = timedelta(hours=2)
MOST_OVER_MIDNIGHT = timedelta(hours=8)
NOT_THAT_NIGHT = _l("Den tiden finns inte den natten, klockan ställs fram. Välj en annan tid.")


class EndField(HourField):
    """A time of day at which something ends. 24.00 and 00.00 are the midnight that ends the day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(
            ["00:00" if each.strip() in {"24.00", "24:00"} else each for each in valuelist]
        )

    def is_on_the_next_day(self, begins: time) -> bool:
        """Return whether what begins then ends at midnight, or in the night that follows."""
        lasts = _since_midnight(self.data) + timedelta(days=1) - _since_midnight(begins)
        return self.data == time.min or lasts <= MOST_OVER_MIDNIGHT


class MeetingForm(SendingForm):
    """Asks when and where to meet, and what about. Once valid, `starts_at` and `ends_at` are in UTC.

    `seen` is the sequence of the draft or meeting when the form was shown.
    """

    day = DayField(_l("Dag"), missing=_l("Välj en dag."))
    starts = HourField(_l("Börjar klockan"), missing=_l("Skriv när träffen börjar, till exempel 18.00."))
    ends = EndField(_l("Slutar klockan"))
    place = LineField(_l("Plats"), most=120, missing=_l("Skriv var ni ses, till exempel i trappuppgången."))
    link = LinkField(_l("Länk"))
    about = TextField(_l("Vad ska ni prata om?"), most=2000)
    counted = HiddenField()
    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])
    starts_at: datetime
    ends_at: datetime

    def typed(self) -> dict[str, list[str]]:
        """Return everything as typed, to be sent with the next step or shown again."""
        return {
            field.name: field.raw_data
            for field in self
            if field.name not in {"csrf_token", "counted"} and field.raw_data
        }

    @property
    def is_open_ended(self) -> bool:
        """True if nothing is said of when it ends."""
        return self.ends.data is None

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
        is_valid = self._ends_after_it_begins() and is_valid
        if self.day.errors:
            return False
        return self._has_moments() and self._is_at_the_right_time() and is_valid

    def _has_moments(self) -> bool:
        try:
            self.starts_at = moment_in_stockholm(self.day.data, self.starts.data)
        except ValueError:
            return _wrong(self.starts, NOT_THAT_NIGHT)
        if self.is_open_ended:
            self.ends_at = self.starts_at + USUALLY_LASTS
            return True
        try:
            last_day = self.day.data + timedelta(days=self._ends_on_the_next_day)
            self.ends_at = moment_in_stockholm(last_day, self.ends.data)
        except ValueError:
            return _wrong(self.ends, NOT_THAT_NIGHT)
        return True

    @property
    def _ends_on_the_next_day(self) -> bool:
        return self.ends.is_on_the_next_day(self.starts.data)

    def _ends_after_it_begins(self) -> bool:
        if self.is_open_ended or self._ends_on_the_next_day or self.ends.data > self.starts.data:
            return True
        return _wrong(self.ends, _l("Träffen slutar innan den börjar. Skriv en senare sluttid."))

    def _is_at_the_right_time(self) -> bool:
        if self.starts_at <= utcnow():
            return _wrong(self.starts, _l("Den tiden har redan varit. Skriv en senare tid."))
        return True


class CallForm(MeetingForm, RemindersForm):
    """Asks when and where the meeting is to which somebody calls, and when to remind of it.

    `draft` is the id of the draft that it goes on with, or empty. `clashes` is the mark of the meetings at
    the same time that the preview showed.
    """

    draft = HiddenField()
    clashes = SeenField()

    def as_previewed(self, planned: Meeting, counted: str = "") -> dict[str, Any]:
        """Return what is sent with a press in the preview: what was typed, and what the preview shows."""
        return self.typed() | {"counted": counted, "clashes": clashes_seen(planned)}


class DraftForm(CallForm):
    """Asks the same for a draft, in which the place may still be missing."""

    place = LineField(_l("Plats"), most=120)


class CallMeetingForm(CallForm, AudienceForm):
    """Asks also whom in a group to call, and what kind of meeting it is."""


class DraftMeetingForm(DraftForm, CallMeetingForm):
    """Asks the same for a draft."""


class ChangeMeetingForm(MeetingForm):
    """Asks what is different now."""

    @classmethod
    def of(cls, meeting: Meeting) -> ChangeMeetingForm:
        """Return the form with what is called now."""
        return cls(formdata=None, data=plan_of(meeting) | {"seen": meeting.sequence})


def plan_of(meeting: Meeting) -> dict[str, Any]:
    """Return what is planned for a meeting, by the names of a form's fields."""
    begins, ends = local(meeting.starts_at), local(meeting.ends_at)
    return {
        "day": begins.date(),
        "starts": begins.time(),
        "ends": None if meeting.is_open_ended else ends.time(),
        "place": meeting.place,
        "link": meeting.link,
        "about": meeting.about,
    }


class CancelMeetingForm(SendingForm):
    """Asks why a meeting is off; the reason stands in the mail."""

    reason = TextField(_l("Varför blir den inte av?"), most=500)


class HeldMeetingForm(MeetingForm):
    """Asks when and where a meeting was that was held already, and what about."""

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
        if (self.starts_at if self.is_open_ended else self.ends_at) > utcnow():
            return _wrong(
                self.starts if self.is_open_ended else self.ends,
                _l("Träffen har inte slutat ännu. Lägg till den när den är över."),
            )
        return True


class WriteDownMeetingForm(HeldMeetingForm, CallMeetingForm):
    """Asks the same as a call about a meeting that was held already."""

    held = HiddenField(default="yes")
    scope: RadioField = RadioField(
        _l("Vilka var den för?"),
        choices=[
            choice(WHOLE_GROUP, _l("Hela gruppen")),
            choice(SOME_STAIRWELLS, _l("Vissa portar")),
            choice(TOGETHER, _l("Hela gruppen, tillsammans med andra grupper")),
        ],
        validators=[InputRequired(_l("Välj vilka träffen var för."))],
    )


def _wrong(field: Any, message: Any) -> bool:
    field.errors = [*field.errors, message]
    return False


def _since_midnight(hour: time) -> timedelta:
    return timedelta(hours=hour.hour, minutes=hour.minute)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))
