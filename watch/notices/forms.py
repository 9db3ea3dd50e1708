"""The form for writing a notice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField
from wtforms.validators import InputRequired, ValidationError

from watch.fields import DayField, Form, LineField, SendingForm, TextField, choices_of
from watch.language import local
from watch.models import Language, Level, utcnow
from watch.notices.labels import LEVELS
from watch.notices.queries import Target

MAX_CHARACTERS = 10_000
SCRIPT_LINK = re.compile(r"javascript\s*:", re.IGNORECASE)
OTHER_LANGUAGES = (Language.ENGLISH, Language.ARABIC, Language.SOMALI)


def no_script_links(_form: Form, field: Field) -> None:
    if SCRIPT_LINK.search(field.data or ""):
        raise ValidationError(_l("Länken går inte att skicka. Använd en adress som börjar med https://."))


def fits_a_mail(_form: Form, field: Field) -> None:
    """Limit the length, counting characters above U+FFFF twice, as browsers do (maxlength).

    They are four octets long. So a counted character is at most three octets, and the mail, which holds the
    text twice, stays below 100 kB.
    """
    text = field.data or ""
    if len(text) + sum(character > "\uffff" for character in text) > MAX_CHARACTERS:
        raise ValidationError(
            _l("Texten är för lång. Högst %(max)d tecken, och en emoji räknas som två.", max=MAX_CHARACTERS)
        )


class TitleField(LineField):
    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, most=120, **more)
        self.validators = (*self.validators, no_script_links)


class BodyField(TextField):
    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, most=MAX_CHARACTERS, **more)
        self.validators = (*self.validators, fits_a_mail, no_script_links)


class WriteNoticeForm(SendingForm):
    """Asks for a notice in Swedish and, optionally, in other languages."""

    audience = RadioField(
        _l("Vem ska få meddelandet?"), validators=[InputRequired(_l("Välj vem som ska få det."))]
    )
    level = RadioField(
        _l("Hur viktigt är det?"), choices=choices_of(LEVELS), coerce=Level, default=Level.INFORMATION
    )
    title = TitleField(_l("Rubrik"), missing=_l("Skriv en rubrik."))
    body = BodyField(_l("Meddelande"), missing=_l("Skriv ett meddelande."))
    title_en = TitleField(_l("Rubrik på engelska"))
    body_en = BodyField(_l("Meddelande på engelska"))
    title_ar = TitleField(_l("Rubrik på arabiska"))
    body_ar = BodyField(_l("Meddelande på arabiska"))
    title_so = TitleField(_l("Rubrik på somaliska"))
    body_so = BodyField(_l("Meddelande på somaliska"))
    source = LineField(_l("Källa"), most=120)
    valid_until = DayField(_l("Gäller till och med"))
    counted = HiddenField()

    def __init__(self, targets: Mapping[str, tuple[Any, Target]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.targets = targets
        self.audience.choices = [(name, label) for name, (label, _target) in targets.items()]

    @property
    def target(self) -> Target:
        """The recipients that a valid form has chosen."""
        return self.targets[self.audience.data][1]

    def texts(self) -> dict[Language, tuple[str, str]]:
        """Return title and body of each language that was written."""
        written = {Language.SWEDISH: (self.title.data, self.body.data)}
        for language in OTHER_LANGUAGES:
            title, body = self.pair(language)
            if title.data and body.data:
                written[language] = (title.data, body.data)
        return {language: (title, _lines(body)) for language, (title, body) in written.items()}

    def pair(self, language: Language) -> tuple[Field, Field]:
        return self[f"title_{language.value}"], self[f"body_{language.value}"]

    def pairs(self) -> list[tuple[Language, Field, Field]]:
        return [(language, *self.pair(language)) for language in OTHER_LANGUAGES]

    def typed(self) -> dict[str, str]:
        """Return everything as typed, to be sent with the next step or shown again."""
        return {
            field.name: field.raw_data[0]
            for field in self
            if field.name not in {"csrf_token", "counted"} and field.raw_data
        }

    def validate_valid_until(self, field: DayField) -> None:
        if field.data and field.data < local(utcnow()).date():
            raise ValidationError(_l("Den dagen har redan varit. Välj en dag som kommer, eller ingen alls."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and that each other language has both title and body, or neither."""
        is_valid = super().validate(extra_validators)
        for title, body in (self.pair(language) for language in OTHER_LANGUAGES):
            if bool(title.data) != bool(body.data):
                missing = body if title.data else title
                missing.errors = (*missing.errors, _l("Skriv både rubrik och text på språket, eller inget."))
                is_valid = False
        return bool(is_valid)


def _lines(text: str) -> str:
    return "\n".join(text.splitlines())
