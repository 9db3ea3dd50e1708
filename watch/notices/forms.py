"""The form for writing a notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired, ValidationError

from watch.fields import DayField, Form, LineField, TextField, TicksField, choice, choices_of
from watch.language import local, together
from watch.models import Area, Audience, Group, Language, Level, utcnow
from watch.notices.labels import AREA_AUDIENCES, LEVELS, area_said
from watch.notices.queries import Target
from watch.sending import SendingForm

MAX_CHARACTERS = 10_000
OTHER_LANGUAGES = (Language.ENGLISH, Language.ARABIC, Language.SOMALI)


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


class BodyField(TextField):
    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, most=MAX_CHARACTERS, **more)
        self.validators = (*self.validators, fits_a_mail)


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

    @property
    def goes_to(self) -> str:
        """The words for the recipients that a valid form has chosen."""
        return str(self.targets[self.audience.data][0])

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

    def typed(self) -> dict[str, str | list[str]]:
        """Return everything as typed, to be sent with the next step or shown again."""
        return {
            field.name: field.raw_data if isinstance(field, TicksField) else field.raw_data[0]
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


class WriteAreaNoticeForm(WriteNoticeForm):
    """Asks an officer for a notice to some of their areas, or to one group in them.

    The area of the page is ticked at first. Who has one area only is not asked in which.
    """

    areas = TicksField(_l("I vilka områden?"), coerce=int)
    group = SelectField(_l("Vilken grupp?"), validate_choice=False)

    def __init__(self, place: Area, areas: Sequence[Area], groups: Sequence[Group], **more: Any) -> None:
        super().__init__({}, **more)
        self._place, self._areas = place, {each.id: each for each in areas}
        self._groups = {str(each.id): each for each in groups}
        self.audience.choices = choices_of(AREA_AUDIENCES)
        self.areas.choices = [SelectChoice(str(each.id), each.name) for each in areas]
        if len(areas) == 1:
            del self.areas
        named = [SelectChoice(str(each.id), each.name) for each in groups]
        self.group.choices = [choice("", _l("Välj en grupp")), *named]

    def say_counts(self, households: Mapping[int, int], coordinators: Mapping[int, int]) -> None:
        """Say of each area (by id) how many households take part at least, and how many coordinate there."""
        said = {
            each.id: area_said(each.name, households[each.id], coordinators[each.id])
            for each in self._areas.values()
        }
        if self.areas:
            self.areas.choices = [SelectChoice(str(number), words) for number, words in said.items()]
        else:
            self.audience.description = said[self._place.id]

    @property
    def is_to_group(self) -> bool:
        """True if one group is chosen."""
        return bool(self.audience.data == Audience.AREA_GROUP)

    @property
    def target(self) -> Target:
        """The recipients that a valid form has chosen."""
        audience = Audience(self.audience.data)
        if self.is_to_group:
            group = self._groups[self.group.data]
            return Target(audience, group=group, area=group.area)
        chosen = self._chosen()
        home = self._place if self._place in chosen else chosen[0]
        return Target(audience, area=home, several=tuple(chosen) if len(chosen) > 1 else ())

    def _chosen(self) -> list[Area]:
        if len(self._areas) == 1:
            return [self._place]
        return [area for number, area in self._areas.items() if number in (self.areas.data or ())]

    @property
    def goes_to(self) -> str:
        """The words for the recipients that a valid form has chosen."""
        if self.is_to_group:
            return self._groups[self.group.data].name
        areas = together(area.name for area in self._chosen())
        return f"{AREA_AUDIENCES[Audience(self.audience.data)]}: {areas}"

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and that the group or at least one area is chosen."""
        is_valid = super().validate(extra_validators)
        if self.is_to_group and self.group.data not in self._groups:
            self.group.errors = (_l("Välj vilken grupp som ska få det."),)
            return False
        if self.audience.data and not self.is_to_group and not self._chosen():
            self.areas.errors = (_l("Välj minst ett område."),)
            return False
        return is_valid


def _lines(text: str) -> str:
    return "\n".join(text.splitlines())
