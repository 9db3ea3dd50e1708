"""Forms for beginning a report, for its texts and measures, and for searching the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from watch.fields import (
    AddressField,
    DayField,
    Form,
    LanguageField,
    LineField,
    NameField,
    PhoneField,
    TextField,
    TicksField,
    choice,
)
from watch.lengths import ReadsNoMore
from watch.marks import SeenField
from watch.models import Area, Language, Report, ReportIndicator
from watch.report.content import mark_of_indicator
from watch.report.labels import BOTH_CHANGED, MOST_TEXT
from watch.sending import SendingForm

CHANGED = _l("Något i rapporten har ändrats sedan du öppnade sidan. Läs igenom den en gång till.")
MOST_TITLE, MOST_NAME, MOST_VALUE, MOST_SEARCHED = 120, 160, 60, 100  # characters
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2000, 2100, 10


def _seen() -> IntegerField:
    return IntegerField(default=0, widget=HiddenInput())


class ReportForm(SendingForm):
    """Asks what a report is about, and whom the public may ask. `seen` is the report's version."""

    title = LineField(_l("Rubrik"), most=MOST_TITLE, missing=_l("Skriv en rubrik."))
    areas = TicksField(_l("Vilka områden?"))
    since = DayField(_l("Från och med"), missing=_l("Välj vilken dag perioden börjar."))
    until = DayField(_l("Till och med"), missing=_l("Välj vilken dag perioden slutar."))
    language = LanguageField(_l("Vilket språk skriver ni på?"), default=Language.SWEDISH)
    contact_name = NameField(_l("Kontaktperson"), optional=True, takes_title=True)
    contact_phone = PhoneField(_l("Telefon"), takes_short=True)
    contact_email = AddressField(_l("E-postadress"), optional=True)
    seen = _seen()

    def __init__(self, known_areas: Sequence[Area], **known: Any) -> None:
        super().__init__(data=known)
        self.areas.choices = [choice(each.slug, each.name) for each in known_areas]
        self.known_areas = known_areas

    def validate_areas(self, field: TicksField) -> None:
        """Refuse a report about nowhere."""
        if not field.data:
            raise ValidationError(_l("Kryssa för minst ett område."))

    def validate_since(self, field: DayField) -> None:
        """Refuse a year that is surely mistyped."""
        _demand_near(field.data)

    def validate_until(self, field: DayField) -> None:
        """Refuse a mistyped year, and a period that ends before it begins or is too long."""
        _demand_near(field.data)
        begins, ends = self.since.data, field.data
        if begins is None or ends is None or self.since.errors:
            return
        if ends < begins:
            raise ValidationError(_l("Perioden slutar innan den börjar. Byt plats på dagarna."))
        if ends.year - begins.year > MOST_YEARS:
            raise ValidationError(_l("Perioden är för lång. Välj högst tio år."))

    @property
    def chosen_areas(self) -> tuple[Area, ...]:
        """The areas that were ticked, in Swedish order."""
        return tuple(each for each in self.known_areas if each.slug in (self.areas.data or ()))

    @property
    def values(self) -> dict[str, Any]:
        """The answers, as service.Plan takes them."""
        names = ("title", "since", "until", "language", "contact_name", "contact_phone", "contact_email")
        values = {name: getattr(self, name).data or None for name in names}
        return values | {"areas": self.chosen_areas}

    def see(self, report: Report) -> None:
        """Note that whoever fills in the form is shown the report as it is now."""
        self.seen.data, self.seen.raw_data = report.version, None


def _demand_near(day: date | None) -> None:
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_l("Titta på årtalet. Skriv till exempel 2026-09-23."))


def known_of(report: Report) -> dict[str, Any]:
    """Return what the form for changing a report begins with."""
    names = ("title", "since", "until", "language", "contact_name", "contact_phone", "contact_email")
    return {name: getattr(report, name) for name in names} | {
        "areas": [each.slug for each in report.areas],
        "seen": report.version,
    }


class TextForm(Form):
    """Asks for the text on a theme. `seen` is the text's version, 0 if there is none."""

    text = TextField(_l("Texten"), most=MOST_TEXT)
    seen = _seen()


class IndicatorForm(SendingForm):
    """Asks for a measure from elsewhere, before and after, and where it comes from."""

    what = LineField(_l("Vad mättes?"), most=MOST_NAME, missing=_l("Skriv vad som mättes."))
    before = LineField(_l("Före"), most=MOST_VALUE, missing=_l("Skriv värdet före."))
    after = LineField(_l("Efter"), most=MOST_VALUE, missing=_l("Skriv värdet efter."))
    source = LineField(
        _l("Källa"), most=MOST_NAME, missing=_l("Skriv vem som mätte och när, så att andra kan kontrollera.")
    )

    @property
    def values(self) -> dict[str, str]:
        """The answers by column."""
        return {"name": self.what.data} | {
            part: getattr(self, part).data for part in ("before", "after", "source")
        }


class ChangeIndicatorForm(IndicatorForm):
    """Asks for the same of a measure that is in the report. `seen` is the mark of what was shown of it."""

    seen = SeenField()

    def __init__(self, indicator: ReportIndicator | None = None) -> None:
        """Show what a measure says; without one, take only what is sent."""
        known = {"what": indicator.name, "seen": mark_of_indicator(indicator)} if indicator else {}
        super().__init__(obj=indicator, data=known)

    def see(self, indicator: ReportIndicator) -> None:
        """Note that whoever fills in the form is shown the measure as it is now."""
        self.form_errors = [BOTH_CHANGED]
        self.seen.show(mark_of_indicator(indicator))


class ReviewForm(Form):
    """Asks whoever publishes whether they have read it through. `seen` is the mark of what was shown."""

    read = TicksField(
        _l("Innan du publicerar"),
        choices=[choice("nobody", _l("Jag har läst igenom rapporten. Ingen person går att känna igen."))],
        validators=[InputRequired(_l("Läs igenom rapporten och kryssa i rutan. Sedan kan alla läsa den."))],
    )
    seen = SeenField()

    def show_again(self) -> None:
        """Ask anew, with the box empty, because the report is not the one that was read."""
        self.form_errors = [CHANGED]
        self.read.data, self.read.raw_data = [], None


class FindReportForm(PlainForm):
    """Searches the list by what stands in the page's address. It changes nothing, so it needs no token."""

    Meta = ReadsNoMore  # type: ignore[assignment]  # WTForms puts its own beneath

    q = StringField(
        _l("Rubrik, område eller år"), filters=[lambda text: (text or "")[:MOST_SEARCHED].strip()]
    )
