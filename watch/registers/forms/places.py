"""Forms for buildings, addresses, properties, an area's target, and signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from watch.fields import DayField, Form, NumberField, TicksField, choice, choices_of
from watch.language import local
from watch.lengths import AtMost, ReadsNoMore
from watch.marks import SeenField
from watch.models import Area, Building, Landlord, Property, SignSpot, Stairwell, WatchSign, utcnow
from watch.registers.cells import (
    MAX_CHARACTERS,
    Column,
    postcode_of,
    same,
    street_and_number,
    tidy,
    what_is_wrong,
)
from watch.registers.forms.lists import PastDayField
from watch.registers.labels import HOUSE_SORTS, HOUSES, SPOTS
from watch.registers.queries.places import HouseOrder, Houses, WantedHouses, remembered
from watch.sending import SendingForm

MOST_GROUPS = 1000  # of an area's target
LAST_YEAR = 2100
MOST_SEARCHED = 100  # characters
WHOLE = "0"  # the building as a whole
NO_SUCH_LANDLORD = _l(
    "Ingen fastighetsägare heter så. Kontrollera namnet, eller kryssa för att det är en ny."
)
CHOOSE = _l("Välj ett av alternativen i listan.")


class CellField(StringField):
    """A value of a landlord's list, with the same rules as in its column."""

    def __init__(self, label: Any, column: Column, **more: Any) -> None:
        most = AtMost(MAX_CHARACTERS[column], _l("Texten är för lång. Högst %(max)d tecken."))
        super().__init__(label, validators=[most], filters=[lambda text: tidy(text or "")], **more)
        self.column = column

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Refuse what a list would be refused for."""
        if not validation_stopped and (wrong := what_is_wrong(self.column, self.data or "")):
            raise ValidationError(wrong)


class PlaceForm(Form):
    """A form for a place. `seen` is what it remembers of the place as it was shown."""

    seen = SeenField()

    def contradictions(self) -> Iterator[tuple[Any, Any]]:
        """Yield the fields whose answers do not agree with others, each with what to do."""
        yield from ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, and that they agree with each other."""
        is_good: bool = super().validate(extra_validators)
        for field, message in self.contradictions():
            if not field.errors:
                field.errors, is_good = (message,), False
        return is_good

    def see(self, thing: Any) -> None:
        """Note that whoever fills in the form is shown the place as it is now."""
        self.seen.show(remembered(thing))


class BuildingForm(PlaceForm):
    """Asks for the landlord's name of a building, and its property."""

    house_name = CellField(_l("Fastighetsägarens namn på huset"), Column.BUILDING)
    land = SelectField(_l("Fastighet"), invalid_choice_message=CHOOSE)

    def __init__(self, building: Building, properties: Sequence[Property]) -> None:
        super().__init__(
            obj=building,
            data={
                "house_name": building.name,
                "land": str(building.property_id),
                "seen": remembered(building),
            },
        )
        self.properties = {str(each.id): each for each in properties}
        self.land.choices = [choice(value, each.designation) for value, each in self.properties.items()]


class AddressForm(PlaceForm):
    """Asks for the address of a stairwell."""

    street_address = CellField(_l("Adress"), Column.ADDRESS, description=_l("Gata och nummer"))
    postcode = CellField(_l("Postnummer"), Column.POSTCODE)
    city = CellField(_l("Ort"), Column.CITY)

    def __init__(self, stairwell: Stairwell) -> None:
        super().__init__(
            obj=stairwell, data={"street_address": stairwell.address, "seen": remembered(stairwell)}
        )

    @property
    def values(self) -> tuple[str, str, str, str]:
        """Street, number, postcode and city."""
        street, number = street_and_number(self.street_address.data or "")
        return street, number, postcode_of(self.postcode.data or ""), self.city.data or ""


class PropertyForm(PlaceForm):
    """Asks for the designation of a property, and its landlord."""

    designation = CellField(_l("Fastighetsbeteckning"), Column.PROPERTY)
    landlord = CellField(
        _l("Fastighetsägare"), Column.LANDLORD, description=_l("En som redan finns, eller en ny.")
    )
    is_new_landlord = BooleanField(_l("Det är en ny fastighetsägare"))

    def __init__(self, land: Property, landlords: Sequence[Landlord]) -> None:
        super().__init__(
            data={
                "designation": land.designation,
                "landlord": land.landlord.name,
                "seen": remembered(land),
            }
        )
        self.known = {same(each.name): each.name for each in landlords}

    @property
    def is_unknown_landlord(self) -> bool:
        """True if nobody in the register has the landlord's name, which may be mistyped."""
        return same(self.landlord.data or "") not in self.known

    def contradictions(self) -> Iterator[tuple[Any, Any]]:
        """Yield the landlord if nobody has the name and it is not said to be a new one."""
        if self.is_unknown_landlord and not self.is_new_landlord.data:
            alike = get_close_matches(same(self.landlord.data or ""), self.known, n=1)
            yield self.landlord, _like(self.known[alike[0]]) if alike else NO_SUCH_LANDLORD


def _like(name: str) -> Any:
    """Return the question whether another landlord is meant."""
    return _l(
        "Ingen fastighetsägare heter så. Menar du %(name)s? Skriv det, eller kryssa för att det är en ny.",
        name=name,
    )


class TargetForm(PlaceForm):
    """Asks for an area's target of groups, its day, and the share of households that is advised."""

    groups = NumberField(
        _l("Hur många grupper?"),
        validators=[
            Optional(),
            NumberRange(1, MOST_GROUPS, _l("Skriv antalet grupper, från 1 till %(max)d.")),
        ],
    )
    by = DayField(_l("Till vilken dag?"))
    share = NumberField(
        _l("Hur många procent av hushållen bör vara med?"),
        validators=[Optional(), NumberRange(1, 100, _l("Skriv andelen i procent, från 1 till %(max)d."))],
    )

    def __init__(self, area: Area) -> None:
        self.known = area.target_by
        super().__init__(
            data={
                "groups": area.target_groups,
                "by": area.target_by,
                "share": area.advisory_share,
                "seen": remembered(area),
            }
        )

    def validate_by(self, field: DayField) -> None:
        """Refuse a year that is surely mistyped, and a day that has been, unless it stood there already."""
        if not field.data or field.data == self.known:
            return
        if not 2000 <= field.data.year <= LAST_YEAR:
            raise ValidationError(_l("Titta på årtalet. Skriv till exempel 2026-09-23."))
        if field.data < local(utcnow()).date():
            raise ValidationError(_l("Den dagen har redan varit. Välj en dag som kommer."))

    def contradictions(self) -> Iterator[tuple[Any, Any]]:
        """Yield the day if it belongs to no target, or a target has none."""
        if bool(self.by.data) != bool(self.groups.data):
            yield self.by, _l("Skriv både antalet grupper och dagen, eller lämna båda tomma.")


class OrderForm(SendingForm):
    """Asks where signs are to be, and when they were ordered."""

    spot = SelectField(_l("Var ska de sitta?"), choices=choices_of(SPOTS), coerce=SignSpot)
    places = TicksField(_l("Vid vilka adresser? En skylt vid varje."))
    ordered_on = PastDayField(_l("Vilken dag beställdes de?"), missing=_l("Välj vilken dag de beställdes."))

    def __init__(self, building: Building) -> None:
        super().__init__(data={"ordered_on": local(utcnow()).date()})
        self.stairwells = {str(each.id): each for each in building.stairwells}
        self.places.choices = [
            choice(WHOLE, _l("Hela huset")),
            *(choice(value, each.address) for value, each in self.stairwells.items()),
        ]

    def validate_places(self, field: TicksField) -> None:
        """Ask for a place."""
        if not field.data:
            raise ValidationError(_l("Kryssa för minst en adress."))

    @property
    def chosen(self) -> list[Stairwell | None]:
        """The stairwells; None is the building as a whole."""
        return [self.stairwells.get(each) for each in self.places.data]


class SignForm(PlaceForm):
    """Asks for the days of a sign, and whether it is worn."""

    spot = SelectField(_l("Var sitter den?"), choices=choices_of(SPOTS), coerce=SignSpot)
    ordered_on = PastDayField(_l("Beställd"), missing=_l("Välj vilken dag den beställdes."))
    up_on = PastDayField(_l("Uppsatt"))
    checked_on = PastDayField(_l("Senast kontrollerad"))
    is_worn = BooleanField(_l("Den är sliten och behöver bytas"))
    down_on = PastDayField(_l("Nertagen"))

    def __init__(self, sign: WatchSign) -> None:
        super().__init__(obj=sign, data={"seen": remembered(sign)})

    def contradictions(self) -> Iterator[tuple[Any, Any]]:
        """Yield the days that come before what they follow."""
        ordered, up, checked = self.ordered_on.data, self.up_on.data, self.checked_on.data
        if up is None and (checked or self.is_worn.data):
            yield self.up_on, _l("Skriv vilken dag den sattes upp.")
        if up and ordered and up < ordered:
            yield self.up_on, _l("Den kan inte sitta uppe innan den beställdes.")
        if up and checked and checked < up:
            yield self.checked_on, _l("Den kan inte kontrolleras innan den är uppe.")
        if up and self.down_on.data and self.down_on.data < up:
            yield self.down_on, _l("Den kan inte tas ner innan den är uppe.")

    @property
    def values(self) -> Mapping[str, Any]:
        """The answers by column."""
        names = ("spot", "ordered_on", "up_on", "checked_on", "is_worn", "down_on")
        return {name: self[name].data for name in names}


class FilterHousesForm(wtforms.Form):
    """Filters an area's buildings by what stands in the page's address. It changes nothing."""

    Meta = ReadsNoMore  # type: ignore[assignment]  # WTForms puts its own beneath

    q = StringField(_l("Adress"), filters=[lambda text: (text or "")[:MOST_SEARCHED]])
    show = SelectField(
        _l("Vilka hus"), choices=choices_of(HOUSES), default=Houses.ALL.value, validate_choice=False
    )
    sort = SelectField(
        _l("Sortera efter"),
        choices=choices_of(HOUSE_SORTS),
        default=HouseOrder.ADDRESS.value,
        validate_choice=False,
    )

    def __init__(self, asked: MultiDict[str, str]) -> None:
        super().__init__(asked)

    @property
    def wanted(self) -> WantedHouses:
        """Which buildings are asked for."""
        shown = Houses(self.show.data) if self.show.data in set(Houses) else Houses.ALL
        order = HouseOrder(self.sort.data) if self.sort.data in set(HouseOrder) else HouseOrder.ADDRESS
        return WantedHouses((self.q.data or "").strip(), shown, order)

    @property
    def asked(self) -> dict[str, str]:
        """The same filter as URL arguments, without the page's key."""
        wanted = self.wanted
        said = {
            "q": wanted.text,
            "show": wanted.shown if wanted.shown is not Houses.ALL else "",
            "sort": wanted.order if wanted.order is not HouseOrder.ADDRESS else "",
        }
        return {name: str(value) for name, value in said.items() if value}
