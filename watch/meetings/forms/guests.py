"""The form on the public page of a meeting that is open to everybody."""

from __future__ import annotations

import re
import secrets

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import InputRequired, NumberRange

from watch.fields import Form, NumberField
from watch.meetings.forms.answering import MOST_PEOPLE

HOW_MANY = _l("Skriv ett antal från 1 till 20.")


def new_key() -> str:
    """Return a new key for an answer, which nobody guesses."""
    return secrets.token_hex(12)


def _whole_key(key: str | None) -> str:
    """Return a key that this form gave out, or else a new one."""
    return key if key and re.fullmatch(r"[0-9a-f]{24}", key) else new_key()


class GuestForm(Form):
    """Asks a stranger how many they will be. With the same `form_key` the answer is the same one."""

    form_key = HiddenField(default=new_key, filters=[_whole_key])
    people = NumberField(
        _l("Hur många kommer ni?"),
        default=1,
        validators=[InputRequired(HOW_MANY), NumberRange(1, MOST_PEOPLE, HOW_MANY)],
    )
