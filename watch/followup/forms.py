"""The filter of an area's list of buildings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectChoice, SelectField, StringField

from watch.fields import choices_of
from watch.followup.labels import SORTS, STATES
from watch.followup.queries.buildings import BuildingState, Filter, Order
from watch.lengths import ReadsNoMore
from watch.models import Landlord

MAX_CHARACTERS = 100  # of a search text
ANY: Any = _l("Alla")
ALL = SelectChoice("", ANY)


class FilterForm(Form):
    """Search text, state, landlord and order, read from the page's address.

    Invalid values are ignored. The form changes nothing, so it needs no CSRF token.
    """

    Meta = ReadsNoMore  # type: ignore[assignment]  # WTForms puts its own beneath

    q = StringField(_l("Adress"), filters=[lambda text: (text or "")[:MAX_CHARACTERS]])
    state = SelectField(_l("Läge"), choices=[ALL, *choices_of(STATES)])
    landlord = SelectField(_l("Fastighetsägare"))
    sort = SelectField(_l("Sortera efter"), choices=choices_of(SORTS), default=Order.STATE.value)

    def __init__(self, asked: MultiDict[str, str], landlords: Sequence[Landlord]) -> None:
        super().__init__(asked)
        self.landlord.choices = [ALL, *(SelectChoice(str(each.id), each.name) for each in landlords)]

    def filter(self) -> Filter:
        """Return the filter that the page's address asks for."""
        return Filter(
            text=(self.q.data or "")[:MAX_CHARACTERS].strip(),
            state=BuildingState(self.state.data) if self.state.data in set(BuildingState) else None,
            landlord_id=_number(self.landlord.data),
            order=Order(self.sort.data) if self.sort.data in set(Order) else Order.STATE,
        )

    @property
    def narrows(self) -> bool:
        """True if more than a search text is asked for."""
        return bool(self.asked.keys() - {"q"})

    @property
    def asked(self) -> dict[str, str]:
        """The same filter as URL arguments, without the page's key."""
        sort = self.sort.data if self.sort.data in set(Order) - {Order.STATE} else None
        fields = {"q": self.q.data, "state": self.state.data, "landlord": self.landlord.data, "sort": sort}
        return {name: value for name, value in fields.items() if value}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
