"""The form for when a meeting is reminded of, and what the reminders say."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from watch.fields import Form, TextField, choice
from watch.marks import SeenField
from watch.meetings.labels import REMINDER_DAYS
from watch.meetings.queries.seen import reminders_seen
from watch.models import Meeting

DAYS_BEFORE = [choice(str(days), words) for days, words in REMINDER_DAYS.items()]


class RemindersForm(Form):
    """Asks how many days before a meeting reminders go out, and what they say besides."""

    remind_early = SelectField(_l("Första påminnelsen"), choices=DAYS_BEFORE, coerce=int, default=7)
    remind_late = SelectField(_l("Sista påminnelsen"), choices=DAYS_BEFORE, coerce=int, default=1)
    reminder_text = TextField(_l("Egna ord i påminnelsen"), most=300)


class ChooseRemindersForm(RemindersForm):
    """Asks the same of a meeting that is called already. `seen` is what the page showed."""

    seen = SeenField()

    def see(self, meeting: Meeting) -> None:
        """Note that whoever fills in the form is shown what is chosen now."""
        self.seen.show(reminders_seen(meeting))


def reminders_of(meeting: Meeting) -> dict[str, Any]:
    """Return what is chosen for a meeting, by the names of the form's fields."""
    return {name: getattr(meeting, name) for name in ("remind_early", "remind_late", "reminder_text")}
