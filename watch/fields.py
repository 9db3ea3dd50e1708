"""Form fields with the rules that hold everywhere: address, name, text, day, hour, language.

Each refuses what trust.md ("Input that must be refused") names, and its message says how to correct it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from watch.email_address import ADDRESS_TOO_LONG, MOST_ADDRESS, bare_address, readable_address
from watch.field_rules import (
    OF_EVERY_TEXT,
    NoHiddenSigns,
    OurWordsOfChoices,
    a_letter,
    no_encoded_word,
    no_link,
    no_personnummer,
    no_pile_of_marks,
    no_telling,
    no_title,
    nobody_in_link,
    plain_link,
)
from watch.guarding import AssuranceField, about_nobody
from watch.language import OWN_NAMES, STOCKHOLM, readable_phone, unless_being_chosen
from watch.lengths import AtMost, ReadsNoMore
from watch.made_for import MarkedTokens
from watch.models import Language
from watch.names import tidy_name
from watch.phones import CostsExtra, WordsInPhone, read_phone
from watch.signs import (
    JOINERS,
    OF_TEXTS,
    composed,
    plain_line,
    plain_text,
)

WRONG_PHONE = _l("Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67.")
COSTS_EXTRA = _l("Det numret kostar extra att ringa. Skriv ett vanligt nummer, till exempel 070-123 45 67.")
TICK_FIRST = _l("Kryssa i rutan vid knappen först, så vet vi att det är du som svarar.")


class Form(FlaskForm):
    """The base of all forms: protected by a CSRF token, long values cut, unknown fields ignored.

    A form with a text that others read has `about_nobody`, by which its writer says that a text that seems to
    point at a person does not.
    """

    class Meta(OurWordsOfChoices, ReadsNoMore):
        csrf_class = MarkedTokens

    def __init_subclass__(cls) -> None:
        """Let no form be valid, and none wrong, that was sent only to be shown in another language."""
        cls.validate = unless_being_chosen(cls.validate)  # type: ignore[method-assign]  # of each class its own

    about_nobody = AssuranceField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if not any(about_nobody in field.validators for field in self):
            del self.about_nobody


def choice(value: str, word: Any, **more: Any) -> SelectChoice:
    """Return a choice of a select or radio field. The label may be lazy, which the library's types forbid."""
    return SelectChoice(value, word, **more)


def _strip(text: str | None) -> str | None:
    return composed(text.strip()) if text else text


def _filter(tidy: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda text: tidy(text) if text else text


class NameField(StringField):
    """A display name of 1–60 characters. With `takes_title` it may be a role: "Kommunpolisen"."""

    def __init__(self, label: Any, *, optional: bool = False, takes_title: bool = False, **more: Any) -> None:
        needed = Optional() if optional else DataRequired(_l("Skriv ett namn. Förnamn räcker."))
        rules = [
            needed,
            AtMost(60, _l("Namnet är för långt. Högst 60 tecken.")),
            NoHiddenSigns(allowed=JOINERS),
            no_pile_of_marks,
            no_encoded_word,
            no_link,
            no_personnummer,
            a_letter,
            *(() if takes_title else (no_title,)),
            no_telling,
        ]
        super().__init__(label, validators=rules, filters=[_filter(tidy_name)], **more)


class LineField(StringField):
    """One line of text, at most `most` characters, which must not point at a person.

    `unguarded` says why a text may: nobody else reads it.
    """

    def __init__(
        self, label: Any, *, most: int, missing: Any = None, unguarded: str = "", **more: Any
    ) -> None:
        needed = DataRequired(missing) if missing else Optional()
        too_long = AtMost(most, _l("Texten är för lång. Högst %(max)d tecken."))
        hidden = NoHiddenSigns(allowed=OF_TEXTS)
        rules = (needed, too_long, hidden, no_encoded_word, *OF_EVERY_TEXT)
        guard = () if unguarded else (about_nobody,)
        super().__init__(label, validators=rules + guard, filters=[_filter(plain_line), _strip], **more)


class TextField(TextAreaField):
    """Several lines of text, at most `most` characters, which must not point at a person (`guard`)."""

    def __init__(
        self, label: Any, *, most: int, missing: Any = None, guard: Any = about_nobody, **more: Any
    ) -> None:
        needed = DataRequired(missing) if missing else Optional()
        too_long = AtMost(most, _l("Texten är för lång. Högst %(max)d tecken."))
        hidden = NoHiddenSigns(allowed=OF_TEXTS, lines=True)
        rules = [needed, too_long, hidden, *OF_EVERY_TEXT, guard]
        super().__init__(label, validators=rules, filters=[_filter(plain_text), _strip], **more)


class AddressField(EmailField):
    """An e-mail address, normalised in `data` after validation."""

    def __init__(self, label: Any, *, optional: bool = False, **more: Any) -> None:
        needed = Optional() if optional else DataRequired(_l("Skriv en e-postadress."))
        rules = [needed, AtMost(MOST_ADDRESS, ADDRESS_TOO_LONG)]
        super().__init__(label, validators=rules, filters=[_filter(bare_address)], **more)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if self.data and not validation_stopped:
            NoHiddenSigns()(form, self)
            try:
                self.data = readable_address(self.data)
            except ValueError as wrong:
                raise ValidationError(str(wrong)) from None


class LinkField(StringField):
    """The address of a meeting online, as a browser writes it. Only https: it is mailed, and a link."""

    def __init__(self, label: Any, **more: Any) -> None:
        too_long = AtMost(500, _l("Texten är för lång. Högst %(max)d tecken."))
        rules = [Optional(), too_long, NoHiddenSigns(), nobody_in_link]
        super().__init__(
            label, validators=rules, filters=[lambda text: text.strip() if text else text], **more
        )

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if not self.data or validation_stopped:
            return
        try:
            self.data = plain_link(self.data)
        except ValueError:
            raise ValidationError(
                _l("Länken går inte att använda. Kopiera hela adressen, den ska börja med https://.")
            ) from None


class PhoneField(TelField):
    """A phone number, stored as +46…. With `takes_short`, also a short number such as 114 14."""

    def _value(self) -> str:
        """Return the field's text as people write it."""
        return readable_phone(self.data) if self.data else ""

    def __init__(self, label: Any, *, takes_short: bool = False, **more: Any) -> None:
        super().__init__(label, validators=[Optional(), AtMost(50, WRONG_PHONE)], filters=[_strip], **more)
        self.takes_short = takes_short

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if not self.data or validation_stopped:
            return
        try:
            self.data = read_phone(self.data, takes_short=self.takes_short)
        except WordsInPhone:
            raise ValidationError(_l("Skriv bara numret, utan ord: till exempel 070-123 45 67.")) from None
        except CostsExtra:
            raise ValidationError(COSTS_EXTRA) from None
        except ValueError:
            raise ValidationError(WRONG_PHONE) from None


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


class NumberField(IntegerField):
    """A whole number. Without one, its rule about the range says so, and no second message."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class TicksField(SelectMultipleField):
    """Boxes to tick, any number of them."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]  # WTForms lets a class choose its widget
    option_widget = CheckboxInput()  # type: ignore[assignment]  # WTForms lets a class choose its widget

    def __iter__(self) -> Iterator[Any]:
        for box, choice in zip(super().__iter__(), self.iter_choices(), strict=True):
            box.render_kw = choice.render_kw
            yield box
