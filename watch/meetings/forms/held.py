"""The form by which an officer records a joint gathering that was held already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from watch.fields import TicksField
from watch.meetings.forms.areas import FEWEST_GROUPS
from watch.meetings.forms.planning import HeldMeetingForm
from watch.models import Group


class WriteDownInAreaForm(HeldMeetingForm):
    """Asks which groups of an area met, when and where."""

    groups = TicksField(_l("Vilka grupper var med?"), coerce=int, validate_choice=False)

    def __init__(self, groups: Sequence[Group], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offered = groups
        self.groups.choices = [(each.id, each.name) for each in groups]

    @property
    def chosen_groups(self) -> list[Group]:
        """The groups that met."""
        return [each for each in self._offered if each.id in (self.groups.data or ())]

    def validate_groups(self, field: TicksField) -> None:
        """Demand ticks for groups of the area."""
        chosen = set(field.data or ())
        if chosen - {each.id for each in self._offered}:
            raise ValidationError(_l("Den gruppen finns inte i området. Välj grupperna igen."))
        if len(chosen) < FEWEST_GROUPS:
            raise ValidationError(_l("Kryssa för minst två grupper."))
