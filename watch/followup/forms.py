"""The filters of an area's list of buildings, and of the list of all groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectChoice, SelectField, StringField

from watch.fields import choices_of
from watch.followup.labels import GROUP_SORTS, GROUP_STATES, NEEDS, SORTS, STATES
from watch.followup.queries.buildings import BuildingState, Filter, Order
from watch.followup.queries.groups import GroupFilter, GroupOrder
from watch.followup.queries.needs import OF_GROUPS, Reason
from watch.lengths import ReadsNoMore
from watch.models import Area, GroupState, Landlord

MAX_CHARACTERS = 100  # of a search text
ANY: Any = _l("Alla")
ALL = SelectChoice("", ANY)
OPEN: Any = _l("Alla som inte är avslutade")


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


class GroupsForm(Form):
    """Search text, area, state, need and order of the list of all groups, read from the page's address.

    Invalid values are ignored, and so is an area that is not the reader's.
    """

    Meta = ReadsNoMore  # type: ignore[assignment]  # WTForms puts its own beneath

    q = StringField(_l("Adress"), filters=[lambda text: (text or "")[:MAX_CHARACTERS]])
    area = SelectField(_l("Område"))
    state = SelectField(_l("Läge"), choices=[SelectChoice("", OPEN), *choices_of(GROUP_STATES)])
    need = SelectField(_l("Behöver dig"), choices=[ALL, *choices_of(NEEDS)])
    sort = SelectField(_l("Sortera efter"), choices=choices_of(GROUP_SORTS), default=GroupOrder.AREA.value)

    def __init__(self, asked: MultiDict[str, str], areas: Sequence[Area]) -> None:
        super().__init__(asked)
        self.areas = {each.slug: each for each in areas}
        self.area.choices = [ALL, *(SelectChoice(each.slug, each.name) for each in areas)]

    def filter(self) -> GroupFilter:
        """Return the filter that the page's address asks for."""
        area = self.areas.get(self.area.data or "")
        return GroupFilter(
            text=(self.q.data or "")[:MAX_CHARACTERS].strip(),
            area_id=area.id if area else None,
            state=GroupState(self.state.data) if self.state.data in set(GroupState) else None,
            need=Reason(self.need.data) if self.need.data in set(OF_GROUPS) else None,
            order=GroupOrder(self.sort.data) if self.sort.data in set(GroupOrder) else GroupOrder.AREA,
        )

    @property
    def narrows(self) -> bool:
        """True if more than a search text is asked for."""
        return bool(self.asked.keys() - {"q"})

    @property
    def asked(self) -> dict[str, str]:
        """The same filter as URL arguments, without the page's key."""
        wanted = self.filter()
        fields = {
            "q": wanted.text,
            "area": self.area.data if wanted.area_id else None,
            "state": wanted.state,
            "need": wanted.need,
            "sort": wanted.order if wanted.order is not GroupOrder.AREA else None,
        }
        return {name: value for name, value in fields.items() if value}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
