"""Forms for answering a call, and for counting who came."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired, NumberRange, Optional

from watch.fields import Form, NumberField, choices_of
from watch.marks import SeenField
from watch.meetings.labels import ANSWERS
from watch.meetings.queries.seen import count_seen
from watch.models import Answer, Meeting, MeetingAnswer

MOST_PEOPLE = 20


class AnswerMeetingForm(Form):
    """Asks for an answer to a call; `person` says whose, if several share a mailbox.

    With `alone` the answer is for the person only, and not for their household.
    """

    person = HiddenField()
    alone = BooleanField()
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
    """Asks how many came, which can be 0, or whether nobody counted. `seen` is what the page showed."""

    seen = SeenField()
    head_count = NumberField(
        _l("Hur många kom?"),
        validators=[Optional(), NumberRange(0, 1000, _l("Skriv ett antal från 0 till 1000."))],
    )
    not_counted = BooleanField(_l("Vi räknade inte"))

    def see(self, meeting: Meeting) -> None:
        """Note that whoever fills in the form is shown the number as it is now."""
        self.seen.show(count_seen(meeting))

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
