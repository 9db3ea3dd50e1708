"""The forms for writing the notes of a meeting and for publishing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.widgets import HiddenInput

from watch.fields import TextField
from watch.guard import named_in, people_listed
from watch.guarding import ask_about
from watch.models import NotesDraft
from watch.sending import SendingForm

MOST_NOTES = 100_000  # characters
NAMES_PEOPLE = _l(
    "Här står namn på dem som är med. Anteckningarna läses också av polisen och på tavlan. Skriv hur många "
    "som kom, eller vilka organisationer."
)


class WriteNotesForm(SendingForm):
    """Asks for the notes. `seen` is the draft's version when the form was shown.

    `settles` are the ids of the texts shown beside it, which were saved at the same time.
    """

    text = TextField(_l("Anteckningar"), most=MOST_NOTES, missing=_l("Skriv vad ni kom fram till."))
    seen = IntegerField(default=0)  # the page holds it where a script can replace it
    settles = HiddenField(default="")
    members: Sequence[str] = ()  # names that their coordinator knows, and that the notes should not tell

    def validate_text(self, field: TextField) -> None:
        """Ask about a list of those who came and about members' names: the police and everybody read it."""
        text = field.data or ""
        ask_about(self, [*people_listed(text), *named_in(text, self.members)], NAMES_PEOPLE)

    @classmethod
    def of(cls, draft: NotesDraft | None, begin: str, settles: list[int]) -> WriteNotesForm:
        """Return the form with what is saved, or with what to begin with."""
        text = draft.text if draft and draft.text else begin
        known: dict[str, Any] = {"text": text, "seen": draft.version if draft else 0}
        return cls(formdata=None, data=known | {"settles": " ".join(map(str, settles))})

    @property
    def settled(self) -> list[int]:
        """The ids of the texts that were shown beside this one."""
        return [int(each) for each in (self.settles.data or "").split() if each.isdecimal()]


class PublishNotesForm(SendingForm):
    """Publishes the version that was previewed; `tell` says whether a correction is mailed."""

    seen = IntegerField(default=0, widget=HiddenInput())
    counted = HiddenField(default="")
    tell = BooleanField(_l("Mejla rättelsen också"))
