"""Form fields with the rules that hold everywhere: address, name, text, day, hour, language.

Each refuses what trust.md ("Input that must be refused") names, and its message says how to correct it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    Field,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Optional,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from watch.language import OWN_NAMES, STOCKHOLM, readable_phone, unless_being_chosen
from watch.lengths import AtMost, ReadsNoMore
from watch.made_for import MarkedTokens
from watch.models import Language
from watch.personnummer import has_personnummer, personnummer_word

REGISTRATION_PLATE = re.compile(
    r"(?<!\w)[A-HJ-PR-UW-Za-hj-pr-uw-z]{3} ?\d{2}[0-9A-HJ-PR-UW-Za-hj-pr-uw-z](?!\w)"
)
LINK = re.compile(  # mail programs also link evil.example, evil。se, 8.8.8.8 and tel:112
    r"[/\\@]|www\.|\w[.。]\w{2}|\d[.。]\d|\w{2}:\S", re.IGNORECASE
)
MOST_MARKS = 30  # combining marks on one letter; written languages need a few (Unicode's "stream-safe" text)
MAY_BE_PILE = re.compile(rf"\W{{{MOST_MARKS + 1},}}")  # combining marks are no word characters
MOST_ADDRESS = 254
ADDRESS_TOO_LONG = _l("E-postadressen är för lång. Högst 254 tecken.")
WRONG_PHONE = _l("Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67.")


class Form(FlaskForm):
    """The base of all forms: protected by a CSRF token, long values cut, unknown fields ignored."""

    class Meta(ReadsNoMore):
        csrf_class = MarkedTokens

    def __init_subclass__(cls) -> None:
        """Let no form be valid, and none wrong, that was sent only to be shown in another language."""
        cls.validate = unless_being_chosen(cls.validate)  # type: ignore[method-assign]


def _own_key(key: str | None) -> str | None:
    """Return a form's key if it has our format, else None."""
    return key if key and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", key) else None


def choice(value: str, word: Any, **more: Any) -> SelectChoice:
    """Return a choice of a select or radio field. The label may be lazy, which the library's types forbid."""
    return SelectChoice(value, word, **more)


class SendingForm(Form):
    """A form that sends something. Its key makes a double submission count once."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18), filters=[_own_key])


def is_hidden_character(character: str) -> bool:
    """Return True for control, bidirectional, zero-width and line-separating characters."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}


def no_hidden_signs(_form: Form, field: Field) -> None:
    """Refuse characters that nobody can see, and line breaks."""
    if any(is_hidden_character(character) for character in field.data or ""):
        raise ValidationError(_l("Här finns osynliga tecken. Skriv texten igen utan att klistra in den."))


def no_hidden_characters_but_line_breaks(_form: Form, field: Field) -> None:
    """Refuse characters that nobody can see, except line breaks and tabs."""
    if any(is_hidden_character(character) and character not in "\r\n\t" for character in field.data or ""):
        raise ValidationError(_l("Här finns osynliga tecken. Skriv texten igen utan att klistra in den."))


def no_personnummer(_form: Form, field: Field) -> None:
    """Refuse a personnummer."""
    if has_personnummer(field.data or ""):
        raise ValidationError(personnummer_word(field.data))


def no_encoded_word(_form: Form, field: Field) -> None:
    """Refuse an RFC 2047 encoded word, which a mail's header would decode to something else."""
    text = field.data or ""
    begins = text.find("=?")
    if begins >= 0 and text.find("?=", begins + 2) >= 0:
        raise ValidationError(_l("Teckenföljden =? … ?= kan inte skickas. Ta bort den."))


def composed(text: str) -> str:
    """Return text in composed form (NFC), unless combining marks are piled up on one letter.

    Python's normalisation takes quadratic time in such marks, so a form full of them would take minutes.
    """
    is_pile = any(_has_pile(found[0]) for found in MAY_BE_PILE.finditer(text))
    return text if is_pile else unicodedata.normalize("NFC", text)


def _has_pile(text: str) -> bool:
    return any(
        is_mark and len(list(characters)) > MOST_MARKS for is_mark, characters in groupby(text, _is_mark)
    )


def _is_mark(character: str) -> bool:
    """Return True if the character combines with the letter before it."""
    return unicodedata.combining(unicodedata.normalize("NFD", character)[0]) > 0


def no_link(_form: Form, field: Field) -> None:
    """Refuse what a mail program would turn into a link, because names are mailed to others."""
    if not field.errors and LINK.search(unicodedata.normalize("NFKC", field.data or "")):
        raise ValidationError(_l("Skriv bara ett namn, utan webbadress, e-postadress och snedstreck."))


def _strip(text: str | None) -> str | None:
    return composed(text.strip()) if text else text


class NameField(StringField):
    """A display name of 1–60 characters."""

    def __init__(self, label: Any, *, optional: bool = False, **more: Any) -> None:
        needed = Optional() if optional else DataRequired(_l("Skriv ett namn. Förnamn räcker."))
        rules = [
            needed,
            AtMost(60, _l("Namnet är för långt. Högst 60 tecken.")),
            no_hidden_signs,
            no_encoded_word,
            no_link,
            no_personnummer,
        ]
        super().__init__(label, validators=rules, filters=[_strip], **more)


class LineField(StringField):
    """One line of text, at most `most` characters."""

    def __init__(self, label: Any, *, most: int, missing: Any = None, **more: Any) -> None:
        needed = DataRequired(missing) if missing else Optional()
        too_long = AtMost(most, _l("Texten är för lång. Högst %(max)d tecken."))
        rules = [needed, too_long, no_hidden_signs, no_encoded_word, no_personnummer]
        super().__init__(label, validators=rules, filters=[_strip], **more)


class TextField(TextAreaField):
    """Several lines of text, at most `most` characters."""

    def __init__(self, label: Any, *, most: int, missing: Any = None, **more: Any) -> None:
        needed = DataRequired(missing) if missing else Optional()
        too_long = AtMost(most, _l("Texten är för lång. Högst %(max)d tecken."))
        rules = [needed, too_long, no_hidden_characters_but_line_breaks, no_personnummer]
        super().__init__(label, validators=rules, filters=[_strip], **more)


def readable_address(text: str) -> str:
    """Return an e-mail address, normalised. Raises ValueError with a message for the reader."""
    if len(text) > MOST_ADDRESS:
        raise ValueError(str(ADDRESS_TOO_LONG))
    if text.count("@") > 1 or any(mark in text for mark in ",;"):
        raise ValueError(str(_l("Skriv bara en e-postadress i fältet.")))
    if "@" not in text:
        raise ValueError(str(_l("Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se.")))
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(
            str(_l("E-postadressen stämmer inte. Skriv till exempel namn@exempel.se."))
        ) from None
    return found.normalized


class AddressField(EmailField):
    """An e-mail address, normalised in `data` after validation."""

    def __init__(self, label: Any, *, optional: bool = False, **more: Any) -> None:
        needed = Optional() if optional else DataRequired(_l("Skriv en e-postadress."))
        rules = [needed, AtMost(MOST_ADDRESS, ADDRESS_TOO_LONG)]
        super().__init__(label, validators=rules, filters=[_strip], **more)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if self.data and not validation_stopped:
            no_hidden_signs(form, self)
            try:
                self.data = readable_address(self.data)
            except ValueError as wrong:
                raise ValidationError(str(wrong)) from None


class PhoneField(TelField):
    """A phone number, stored as +46…. It is Swedish unless it begins with +."""

    def _value(self) -> str:
        """Return the field's text as people write it."""
        return readable_phone(self.data) if self.data else ""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, validators=[Optional(), AtMost(50, WRONG_PHONE)], filters=[_strip], **more)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if not self.data or validation_stopped:
            return
        try:
            number = phonenumbers.parse(self.data, "SE")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(WRONG_PHONE)
        self.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class LanguageField(SelectField):
    """The language for messages, by its own name."""

    def __init__(self, label: Any, **more: Any) -> None:
        choices = [SelectChoice(language.value, name) for language, name in OWN_NAMES.items()]
        super().__init__(label, choices=choices, coerce=Language, **more)


class DayField(DateField):
    """A date. Its message for an impossible date is our own."""

    def __init__(self, label: Any, *, missing: Any = None, **more: Any) -> None:
        super().__init__(label, validators=[InputRequired(missing) if missing else Optional()], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Det datumet finns inte. Skriv till exempel 2026-09-23.")) from None


class HourField(TimeField):
    """A time of day in hours and minutes, with a dot or a colon."""

    def __init__(self, label: Any, *, missing: Any = None, **more: Any) -> None:
        super().__init__(label, validators=[InputRequired(missing) if missing else Optional()], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.replace(".", ":") for value in valuelist])
        except ValueError:
            raise ValueError(_l("Den tiden finns inte. Skriv till exempel 18.00.")) from None


def moment_in_stockholm(day: date, hour: time) -> datetime:
    """Return the UTC time of a local time. Raises ValueError for the hour that summer time skips."""
    local = datetime.combine(day, hour, STOCKHOLM)
    moment = local.astimezone(UTC)
    if moment.astimezone(STOCKHOLM).time() != hour:
        raise ValueError("that hour does not exist on that day")
    return moment


def choices_of(labels: dict[Any, Any]) -> list[SelectChoice]:
    """Return choices for a select or radio field from enum members and their labels."""
    return [SelectChoice(member.value, label) for member, label in labels.items()]


class TicksField(SelectMultipleField):
    """Boxes to tick, any number of them."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]  # WTForms lets a class choose its widget
    option_widget = CheckboxInput()  # type: ignore[assignment]  # WTForms lets a class choose its widget

    def __iter__(self) -> Iterator[Any]:
        for box, choice in zip(super().__iter__(), self.iter_choices(), strict=True):
            box.render_kw = choice.render_kw
            yield box
