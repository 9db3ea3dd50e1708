"""The days from which and until which a list is shown, as a form asks for them."""

from __future__ import annotations

from datetime import date

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from watch.fields import DayField
from watch.lengths import ReadsNoMore

FIRST_YEAR, LAST_YEAR = 2000, 2100


class PeriodForm(wtforms.Form):
    """Asks for the first and the last day, each optional, in a page's address.

    It changes nothing, so it needs no CSRF token.
    """

    Meta = ReadsNoMore  # type: ignore[assignment]  # WTForms puts its own beneath

    since = DayField(_l("Från och med"))
    until = DayField(_l("Till och med"))

    def validate_since(self, field: DayField) -> None:
        """Refuse a year that is surely mistyped."""
        demand_near(field.data)

    def validate_until(self, field: DayField) -> None:
        """Refuse a year that is surely mistyped, and a period that ends before it begins."""
        demand_near(field.data)
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("Perioden slutar innan den börjar. Byt plats på dagarna."))


def demand_near(day: date | None) -> None:
    """Refuse a day in a year that is surely mistyped."""
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_l("Titta på årtalet. Skriv till exempel 2026-09-23."))
