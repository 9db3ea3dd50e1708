"""The forms for messages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from watch.fields import TextField
from watch.sending import SendingForm

MOST = 2000  # characters


class MessageField(TextField):
    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, most=MOST, missing=_l("Skriv något först."), **more)


class WriteMessageForm(SendingForm):
    """Asks for a message. `to` is the value of the pressed button: "near" or "all"."""

    text = MessageField(_l("Ditt meddelande"))
    to = StringField()  # no hidden field, which would be sent before the button


class AnswerMessageForm(SendingForm):
    text = MessageField(_l("Ditt svar"))


class WriteUnseenForm(SendingForm):
    text = MessageField(_l("Meddelande"))

    def typed(self) -> dict[str, str]:
        """Return everything as typed, to be sent with the next step or shown again."""
        return {
            field.name: field.raw_data[0] for field in self if field.name != "csrf_token" and field.raw_data
        }
