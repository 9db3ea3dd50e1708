"""Forms for choosing which flats get a letter, and in which languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup
from wtforms import IntegerField, RadioField, SelectChoice
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import HiddenInput

from watch.fields import Form, TicksField, choice
from watch.language import OWN_NAMES
from watch.models import Building, Flat, Language, Letter, Stairwell

NOBODY_CHOSEN = _l("Kryssa för minst en lägenhet.")
NO_HOUSE_CHOSEN = _l("Kryssa för minst ett hus.")
NO_PORT_CHOSEN = _l("Kryssa för minst en port.")
WHICH_LETTERS = _l("Välj om breven är i brevlådorna eller inte.")


def _in_languages() -> TicksField:
    return TicksField(
        _l("Språk i breven"),
        choices=[choice(each.value, OWN_NAMES[each]) for each in Language],
        default=[each.value for each in Language],
        validators=[DataRequired(_l("Kryssa för minst ett språk."))],
    )


class PrintLettersForm(Form):
    """Choose flats, or whole stairwells, and languages. Flats not contacted are selected at first."""

    flats = TicksField(_l("Lägenheter"), coerce=int, validators=[DataRequired(NOBODY_CHOSEN)])
    stairwells = TicksField(_l("Portar"), coerce=int, validators=[DataRequired(NO_PORT_CHOSEN)])
    languages = _in_languages()

    def offer_flats(
        self, flats: Iterable[Flat], words: Mapping[int, str], ticked: Collection[int] | None
    ) -> None:
        """Offer flats by stairwell. `words` describes flats by id, `ticked` (unless None) selects some."""
        self._flats = {flat.id: flat for flat in in_staircase_order(flats)}
        self.flats.choices = {
            stairwell.address: [(flat.id, _named(flat, words.get(flat.id))) for flat in behind]
            for stairwell, behind in groupby(self._flats.values(), key=lambda flat: flat.stairwell)
        }
        if ticked is not None:
            self.flats.data = [id_ for id_ in self._flats if id_ in ticked]
        del self.stairwells

    def offer_nothing(self) -> None:
        """Offer no flats, because the letters could not be used."""
        self._flats = {}
        self.flats.choices = []
        del self.stairwells

    def offer_stairwells(self, flats: Iterable[Flat]) -> None:
        """Offer whole stairwells, so that the form reveals nothing about single flats."""
        self._flats = {flat.id: flat for flat in in_staircase_order(flats)}
        behind = groupby(self._flats.values(), key=lambda flat: flat.stairwell)
        self.stairwells.choices = [_counted(stairwell, len(list(its))) for stairwell, its in behind]
        del self.flats

    @property
    def chosen(self) -> list[Flat]:
        """The chosen flats in the order of `staircase_order`."""
        if "stairwells" in self:
            return [
                flat for flat in self._flats.values() if flat.stairwell_id in (self.stairwells.data or ())
            ]
        return [flat for id_, flat in self._flats.items() if id_ in (self.flats.data or ())]


class LetterboxesForm(Form):
    """Says of printed letters that all lie in the letterboxes, only those selected, or none.

    `through` is the newest letter that the page showed: letters printed since are not answered for.
    Coordinators select flats, police contacts whole stairwells, so that the form reveals nothing about single
    flats.
    """

    answer = RadioField(choices=["all", "some", "none"], validators=[InputRequired(WHICH_LETTERS)])
    through = IntegerField(widget=HiddenInput(), validators=[InputRequired(WHICH_LETTERS)])
    letters = TicksField(_l("Vilka brev är i brevlådorna?"), coerce=int)
    whole_stairwells = TicksField(_l("I vilka portar är breven i brevlådorna?"), coerce=int)

    def offer(self, letters: Sequence[Letter], *, by_stairwell: bool) -> None:
        """Offer these letters, in their order."""
        self._letters, self._by_stairwell = letters, by_stairwell
        by_address: dict[Stairwell, list[Letter]] = {}
        for letter in letters:
            by_address.setdefault(letter.flat.stairwell, []).append(letter)
        self.whole_stairwells.choices = [_counted(place, len(its)) for place, its in by_address.items()]
        self.letters.choices = {
            place.address: [(letter.id, letter.flat.number) for letter in its]
            for place, its in by_address.items()
        }
        if by_stairwell:
            del self.letters
        else:
            del self.whole_stairwells
        if self.through.data is None:
            self.through.data = max((letter.id for letter in letters), default=0)

    @property
    def number(self) -> int:
        """The number of letters that are asked about."""
        return len(self._letters)

    @property
    def ticks(self) -> TicksField:
        """The field in which some are selected."""
        field: TicksField = self.whole_stairwells if self._by_stairwell else self.letters
        return field

    @property
    def chosen(self) -> list[Letter]:
        """The letters that are answered for."""
        shown = [letter for letter in self._letters if letter.id <= (self.through.data or 0)]
        if self.answer.data != "some":
            return shown
        ticked = set(self.ticks.data or ())
        if self._by_stairwell:
            return [letter for letter in shown if letter.flat.stairwell_id in ticked]
        return [letter for letter in shown if letter.id in ticked]

    def validate(self, extra_validators: object = None) -> bool:
        """Demand a tick where only some are answered for. One that was answered for meanwhile is no error."""
        self.ticks.validate_choice = False
        valid = bool(super().validate(extra_validators))
        if valid and self.answer.data == "some" and not self.ticks.data:
            self.ticks.errors = (NO_PORT_CHOSEN if self._by_stairwell else NOBODY_CHOSEN,)
            return False
        return valid


class ChooseHousesForm(Form):
    """Choose whole buildings of an area, all selected at first, and languages."""

    houses = TicksField(_l("Hus"), coerce=int, validators=[DataRequired(NO_HOUSE_CHOSEN)])
    languages = _in_languages()

    def offer(self, flats: Iterable[Flat]) -> None:
        """Offer the buildings of these flats."""
        self._flats = sorted(flats, key=lambda flat: (_house(flat).sort_key, staircase_order(flat)))
        houses = [(house, len(list(its))) for house, its in groupby(self._flats, key=_house)]
        self.houses.choices = [_counted(house, flats) for house, flats in houses]
        if not self.is_submitted():
            self.houses.data = [house.id for house, _flats in houses]

    @property
    def chosen(self) -> list[Flat]:
        """The flats of the chosen buildings, building by building."""
        return [flat for flat in self._flats if _house(flat).id in (self.houses.data or ())]


def _house(flat: Flat) -> Building:
    return flat.stairwell.building


def in_staircase_order(flats: Iterable[Flat]) -> Sequence[Flat]:
    """Sort flats as letters are handed out: by stairwell in street order, from the top floor down."""
    return sorted(flats, key=staircase_order)


def staircase_order(flat: Flat) -> tuple[str, int, str]:
    """Return the sort key for walking down each stairwell once."""
    return flat.stairwell.sort_key, -flat.floor, flat.number


def _named(flat: Flat, word: str | None) -> str:
    return f"{flat.number} ({word})" if word else flat.number


def _counted(place: Building | Stairwell, flats: int) -> SelectChoice:
    """Return a choice with address and number of flats. `<bdi>` keeps Arabic text in order."""
    count = ngettext("%(num)d lägenhet", "%(num)d lägenheter", flats)
    label = Markup("<bdi>{}</bdi> ({})").format(place.address, count)
    return choice(str(place.id), label, render_kw={"data-count": flats})
