"""Forms for importing a list, taking one out, and the register of coordinators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import wtforms
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from watch.exporting import ExportForm
from watch.fields import DayField, Form, TicksField, choice, choices_of
from watch.language import local
from watch.lengths import ReadsNoMore
from watch.marks import SeenField
from watch.models import Area, Coordinator, utcnow
from watch.registers.labels import COORDINATOR_SORTS, FORMATS, SHOWN, Format
from watch.registers.queries.coordinators import RowOrder, Shown, Wanted

FIRST_DAY = date(2000, 1, 1)
MOST_SEARCHED = 100  # characters


class UploadListForm(Form):
    """Asks for the file of a landlord's list."""

    file = FileField(
        _l("Fastighetsägarens lista"),
        description=_l(
            "CSV eller Excel (XLSX), högst 5\u00a0MB och 20\u00a0000 rader: en rad för varje lägenhet. Filen "
            "sparas inte, bara det vi läser i den."
        ),
    )

    def validate_file(self, field: FileField) -> None:
        """Ask for a file."""
        if not field.data:
            raise ValidationError(_l("Välj filen med fastighetsägarens lista."))


class ApplyListForm(Form):
    """Asks whether a list is whole, if many flats are gone from it."""

    is_whole = BooleanField(
        _l("Listan är hel: lägenheterna som saknas finns inte längre"),
        validators=[InputRequired(_l("Kontrollera att listan är hel, och kryssa sedan i rutan."))],
    )

    def __init__(self, *, loses_many: bool, filled: bool = True) -> None:
        super().__init__(*(() if filled else (None,)))
        if not loses_many:
            del self.is_whole


class TakeOutForm(ExportForm):
    """Asks for which areas a list is taken out, as what kind of file, and why."""

    areas = TicksField(_l("Vilka områden?"))
    kind = RadioField(
        _l("Vilken sorts fil?"),
        choices=choices_of(FORMATS),
        coerce=Format,
        default=Format.XLSX,
        validators=[InputRequired(_l("Välj vilken sorts fil du vill ha."))],
    )

    def __init__(self, areas: Sequence[Area], chosen: Sequence[str] = ()) -> None:
        super().__init__(data={"areas": list(chosen) or [each.slug for each in areas]})
        self.areas.choices = [choice(each.slug, each.name) for each in areas]

    def validate_areas(self, field: TicksField) -> None:
        """Ask for an area."""
        if not field.data:
            raise ValidationError(_l("Kryssa för minst ett område."))


class PastDayField(DayField):
    """A day that has been, or today."""

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        """Refuse a day to come, and one so long ago that it is a slip."""
        if validation_stopped or self.data is None:
            return
        if self.data > local(utcnow()).date():
            raise ValidationError(_l("Den dagen har inte varit än. Välj i dag eller en dag som har varit."))
        if self.data < FIRST_DAY:
            raise ValidationError(_l("Det är för länge sedan. Kontrollera året."))


class CoordinatorForm(Form):
    """Asks when a coordinator was taught, and last said that they go on. `seen` is what was shown."""

    trained_on = PastDayField(_l("Gick utbildningen"))
    confirmed_on = PastDayField(_l("Sa senast att uppdraget gäller"))
    seen = SeenField()

    def __init__(self, coordinator: Coordinator, seen: str) -> None:
        super().__init__(obj=coordinator, data={"seen": seen})

    def see(self, seen: str) -> None:
        """Note that whoever fills in the form is shown the days as they are now."""
        self.seen.show(seen)


class FilterCoordinatorsForm(wtforms.Form):
    """Filters the register of coordinators by what stands in the page's address. It changes nothing."""

    Meta = ReadsNoMore  # type: ignore[assignment]  # WTForms puts its own beneath

    q = StringField(_l("Namn eller hus"), filters=[lambda text: (text or "")[:MOST_SEARCHED]])
    area = SelectField(_l("Område"), validate_choice=False)
    show = SelectField(_l("Vilka"), choices=choices_of(SHOWN), default=Shown.ALL.value, validate_choice=False)
    sort = SelectField(
        _l("Sortera efter"),
        choices=choices_of(COORDINATOR_SORTS),
        default=RowOrder.GROUP.value,
        validate_choice=False,
    )

    def __init__(self, asked: MultiDict[str, str], areas: Sequence[Area]) -> None:
        super().__init__(asked)
        self.areas = {each.slug: each for each in areas}
        self.area.choices = [choice("", _l("Alla")), *(choice(each.slug, each.name) for each in areas)]

    @property
    def asked(self) -> dict[str, str]:
        """The same filter as URL arguments, without what nobody offers and the page's key."""
        show = self.show.data if self.show.data in set(Shown) - {Shown.ALL} else ""
        area = self.area.data if self.area.data in self.areas else ""
        sort = self.sort.data if self.sort.data in set(RowOrder) - {RowOrder.GROUP} else ""
        said = {"q": (self.q.data or "").strip(), "area": area or "", "show": show or "", "sort": sort or ""}
        return {name: value for name, value in said.items() if value}

    @property
    def wanted(self) -> Wanted:
        """Which coordinators are asked for."""
        asked = self.asked
        shown, order = Shown(asked.get("show", Shown.ALL)), RowOrder(asked.get("sort", RowOrder.GROUP))
        return Wanted(asked.get("q", ""), asked.get("area", ""), shown, order)
