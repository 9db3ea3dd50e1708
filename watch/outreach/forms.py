"""Forms for writing down doors knocked on and visits, for filtering the log, and for taking it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from watch.fields import DayField, LineField, NumberField, TicksField, choice, choices_of
from watch.guarding import about_a_place
from watch.language import day, local, number
from watch.models import Area, Building, OutreachEntry, OutreachKind, OutreachParty, utcnow
from watch.models.outreach import MOST_DOORS, MOST_MATERIAL, MOST_PEOPLE
from watch.outreach.labels import KINDS, LANGUAGES, PARTIES
from watch.outreach.queries import Filter, doors_of
from watch.periods import PeriodForm
from watch.sending import SendingForm

MOST_PLACE, MOST_SEARCHED = 100, 100  # characters
FIRST_DAY = date(2000, 1, 1)
ELSEWHERE = ""


class DayDoneField(DayField):
    """The day on which something was done: today or before."""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Refuse a day to come, and one so long ago that it is a slip."""
        if validation_stopped or self.data is None:
            return
        if self.data > local(utcnow()).date():
            raise ValidationError(_l("Den dagen har inte varit än. Välj i dag eller en dag som har varit."))
        if self.data < FIRST_DAY:
            raise ValidationError(_l("Det är för länge sedan. Kontrollera året."))


class OutreachForm(SendingForm):
    """Asks what was done, when, where, by whom, and what came of it. `seen` is the entry's version."""

    kind = RadioField(
        _l("Vad gjorde ni?"),
        choices=choices_of(KINDS),
        coerce=OutreachKind,
        default=OutreachKind.DOOR_KNOCKING,
        validators=[InputRequired(_l("Välj vad ni gjorde."))],
    )
    day = DayDoneField(_l("Vilken dag?"), missing=_l("Välj vilken dag det var."))
    building = SelectField(_l("Vilket hus?"), default=ELSEWHERE)
    place = LineField(_l("Eller en annan plats"), most=MOST_PLACE)
    parties = TicksField(_l("Vilka var med?"), choices=choices_of(PARTIES), coerce=OutreachParty)
    people = NumberField(
        _l("Hur många av er var med?"),
        validators=[
            NumberRange(1, MOST_PEOPLE, _l("Skriv hur många av er som var med, från 1 till %(max)d."))
        ],
    )
    doors_knocked = NumberField(
        _l("Hur många dörrar knackade ni på?"),
        validators=[
            Optional(),
            NumberRange(0, MOST_DOORS, _l("Skriv hur många dörrar ni knackade på, från 0 till %(max)d.")),
        ],
    )
    doors_opened = NumberField(
        _l("Hur många öppnade?"),
        validators=[
            Optional(),
            NumberRange(0, MOST_DOORS, _l("Skriv hur många som öppnade, från 0 till %(max)d.")),
        ],
    )
    left_material = BooleanField(_l("Vi lämnade material"))
    material_count = NumberField(
        _l("Hur många exemplar?"),
        validators=[
            Optional(),
            NumberRange(0, MOST_MATERIAL, _l("Skriv hur många exemplar ni lämnade, från 0 till %(max)d.")),
        ],
    )
    material_languages = TicksField(
        _l("På vilka språk?"), choices=[choice(value, name) for value, name in LANGUAGES.items()]
    )
    seen = IntegerField(default=0, widget=HiddenInput())

    def __init__(self, buildings: Sequence[Building], **known: Any) -> None:
        super().__init__(data={"day": local(utcnow()).date()} | known)
        elsewhere = choice(ELSEWHERE, _l("Inget hus, en annan plats"))
        self.building.choices = [elsewhere, *(choice(str(each.id), each.address) for each in buildings)]

    def validate_place(self, field: LineField) -> None:
        """Refuse a flat, and ask about a name."""
        about_a_place(self, field)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, and that they agree with each other."""
        is_good: bool = super().validate(extra_validators)
        for field, message in self._contradictions():
            if not field.errors:
                field.errors = (message,)
                is_good = False
        return is_good

    def _contradictions(self) -> list[tuple[Any, Any]]:
        """Return the fields whose answers do not agree with others, each with what to do."""
        knocked, opened = self.doors_knocked.data, self.doors_opened.data
        must_count = self.kind.data is OutreachKind.DOOR_KNOCKING or knocked is not None or opened is not None
        has_house = self.building.data and not self.building.errors
        has_number = knocked is not None and opened is not None and not self.doors_knocked.errors
        said = [
            (self.place, has_house and self.place.data, BOTH_PLACES),
            (self.place, not self.building.data and not self.place.data, NO_PLACE),
            (self.parties, not self.parties.data, NO_PARTY),
            (self.doors_knocked, must_count and knocked is None, NOT_KNOCKED),
            (self.doors_opened, must_count and opened is None, NOT_OPENED),
            (self.doors_knocked, self._beyond_the_house(), self._beyond_the_house()),
            (self.doors_opened, has_number and opened > knocked, MORE_OPENED),
            (self.material_count, self.left_material.data and self.material_count.data == 0, NONE_LEFT),
        ]
        return [(field, message) for field, is_so, message in said if is_so]

    def _beyond_the_house(self) -> str:
        """Return what to do if more doors are told of than the house has flats, else nothing."""
        knocked, on = self.doors_knocked.data, self.day.data
        if not knocked or not on or not self.building.data or self.building.errors:
            return ""
        flats = doors_of(int(self.building.data), on)
        if not flats or knocked <= flats:
            return ""
        return ngettext(
            "Huset har %(num)d lägenhet, men du har skrivit %(knocked)s dörrar. "
            "Kontrollera huset och antalet.",
            "Huset har %(num)d lägenheter, men du har skrivit %(knocked)s dörrar. "
            "Kontrollera huset och antalet.",
            flats,
            knocked=number(knocked),
        )

    @property
    def values(self) -> dict[str, Any]:
        """The answers by column. Who tells how much was left, or in which language, has left something."""
        count, languages = self.material_count.data or None, self.material_languages.data or []
        return {
            "kind": self.kind.data,
            "day": self.day.data,
            "building_id": int(self.building.data) if self.building.data else None,
            "place": self.place.data or None,
            **{f"with_{each}": each in (self.parties.data or ()) for each in OutreachParty},
            "people": self.people.data,
            "doors_knocked": self.doors_knocked.data,
            "doors_opened": self.doors_opened.data,
            "left_material": bool(self.left_material.data or count or languages),
            "material_count": count,
            "material_languages": " ".join(languages),
        }

    def see(self, entry: OutreachEntry) -> None:
        """Note that whoever fills in the form is shown the entry as it is now."""
        self.seen.data, self.seen.raw_data = entry.version, None


BOTH_PLACES = _l("Du har valt ett hus och skrivit en plats. Ta bort det ena.")
NO_PLACE = _l("Välj ett hus i listan, eller skriv en plats här.")
NO_PARTY = _l("Kryssa för minst en av dem som var med.")
NOT_KNOCKED = _l("Skriv hur många dörrar ni knackade på. 0 går bra.")
NOT_OPENED = _l("Skriv hur många som öppnade. 0 går bra.")
MORE_OPENED = _l("Fler har öppnat än ni knackade på. Kontrollera båda antalen.")
NONE_LEFT = _l("Du har kryssat för att ni lämnade material. Skriv hur många, eller lämna rutan tom.")


def known_of(entry: OutreachEntry) -> dict[str, Any]:
    """Return what the form for changing an entry begins with."""
    names = ("kind", "day", "place", "people", "doors_knocked", "doors_opened", "left_material",
             "material_count")  # fmt: skip
    return {name: getattr(entry, name) for name in names} | {
        "building": str(entry.building_id or ELSEWHERE),
        "parties": entry.parties,
        "material_languages": entry.material_languages.split(),
        "seen": entry.version,
    }


class FilterOutreachForm(PeriodForm):
    """Filters the log by what stands in the page's address."""

    q = StringField(_l("Adress eller plats"), filters=[lambda text: (text or "")[:MOST_SEARCHED]])
    area = SelectField(_l("Område"), validate_choice=False)
    kind = SelectField(_l("Vad"), choices=[choice("", _l("Allt")), *choices_of(KINDS)], validate_choice=False)

    def __init__(self, asked: MultiDict[str, str], areas: Sequence[Area], building: Building | None) -> None:
        super().__init__(asked)
        self.areas, self.only_at = areas, building
        self.area.choices = [choice("", _l("Alla")), *(choice(each.slug, each.name) for each in areas)]

    @property
    def chosen_area(self) -> Area | None:
        """The area that was chosen, of the officer's own."""
        return next((each for each in self.areas if each.slug == self.area.data), None)

    def filter(self) -> Filter:
        """Return the filter that the page's address asks for, without what nobody offers."""
        return Filter(
            text=(self.q.data or "").strip(),
            area_id=self.chosen_area.id if self.chosen_area else None,
            building_id=self.only_at.id if self.only_at else None,
            kind=OutreachKind(self.kind.data) if self.kind.data in set(OutreachKind) else None,
            since=self.since.data,
            until=self.until.data,
        )

    @property
    def asked(self) -> dict[str, Any]:
        """The same filter as URL arguments, without the page's key."""
        wanted = self.filter()
        area = self.chosen_area
        asked: dict[str, object] = {"q": wanted.text, "area": area.slug if area else "", "kind": wanted.kind}
        asked |= {"building": wanted.building_id, "since": wanted.since, "until": wanted.until}
        return {name: str(value) for name, value in asked.items() if value}

    @property
    def said(self) -> list[str]:
        """The filter in words, so that a printed page tells what it shows."""
        wanted = self.filter()
        said = [
            self.chosen_area.name if self.chosen_area else "",
            self.only_at.address if self.only_at else "",
        ]
        said += [str(KINDS[wanted.kind]) if wanted.kind else "", f"”{wanted.text}”" if wanted.text else ""]
        said += [_("från %(day)s", day=day(wanted.since)) if wanted.since else ""]
        said += [_("till %(day)s", day=day(wanted.until)) if wanted.until else ""]
        return [each for each in said if each]

    @property
    def narrows(self) -> bool:
        """True if more than a text and an area is asked for."""
        return bool(self.asked.keys() - {"q", "area", "building"})
