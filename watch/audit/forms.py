"""Forms of the audit trail: what somebody looks for, and why they take it out as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from watch.audit.acts import Kind
from watch.audit.labels import DOERS, KINDS
from watch.audit.queries import Asked, Doer, View
from watch.fields import choice, choices_of
from watch.models import Area
from watch.periods import PeriodForm

MOST_TYPED = 100


class FilterAuditForm(PeriodForm):
    """What a reader looks for, as it stands in the page's address. What nobody offers is ignored."""

    q = StringField(_l("Grupp"), filters=[lambda text: (text or "").strip()[:MOST_TYPED]])
    area = SelectField(_l("Område"), validate_choice=False)
    kind = SelectField(_l("Vad det gäller"), validate_choice=False)
    who = SelectField(_l("Vem"), validate_choice=False)

    def __init__(
        self, asked: MultiDict[str, str], view: View, areas: Sequence[Area], people: Mapping[int, str]
    ) -> None:
        super().__init__(asked)
        everything, everybody = choice("", _l("Allt")), choice("", _l("Alla"))
        kinds = {kind: label for kind, label in KINDS.items() if view.names(kind)}
        named = [choice(str(number), name) for number, name in people.items()]
        self.area.choices = [choice("", _l("Alla områden")), *(choice(str(a.id), a.name) for a in areas)]
        self.kind.choices = [everything, *choices_of(kinds)]
        self.who.choices = [everybody, *choices_of(DOERS), *named]
        if view.group is not None or len(areas) < 2:
            del self.area
        if view.group is not None:
            del self.q

    @property
    def asked_for(self) -> Asked:
        """What the reader looks for, without days that are wrong."""
        who, kind = self._chosen("who"), self._chosen("kind")
        return Asked(
            text=self.q.data if self.q else "",
            area_id=int(area) if (area := self._chosen("area")) else None,
            kind=Kind(kind) if kind else None,
            by=int(who) if who.isdigit() else Doer(who) if who else None,
            since=None if self.since.errors else self.since.data,
            until=None if self.until.errors else self.until.data,
        )

    def _chosen(self, name: str) -> str:
        """Return the value of a select field if it is offered, else nothing."""
        field: Any = self._fields.get(name)
        return field.data if field and field.data in {each.value for each in field.choices} else ""

    @property
    def in_address(self) -> dict[str, str]:
        """What the reader has typed and chosen, for the addresses of the other pages."""
        sent = {name: (field.raw_data or [""])[0] for name, field in self._fields.items()}
        return {name: value for name, value in sent.items() if value}
