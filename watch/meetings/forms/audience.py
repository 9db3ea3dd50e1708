"""The part of a form that asks whom a meeting of a group is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from watch.fields import Form, TicksField, choice, choices_of
from watch.meetings.labels import KINDS
from watch.models import Group, Meeting, MeetingKind, PartState, Stairwell

WHOLE_GROUP, SOME_STAIRWELLS, TOGETHER = "group", "stairwells", "together"
FOR_NEIGHBOURS = [
    MeetingKind.STAIRWELL, MeetingKind.START, MeetingKind.ANNUAL, MeetingKind.SAFETY_WALK,
]  # fmt: skip


class AudienceForm(Form):
    """Asks whom to call to a meeting, and what kind it is.

    Of several stairwells none is chosen at first: nobody is called by a forgotten tick. `others` are the
    groups that can be asked to a joint gathering.
    """

    scope: RadioField = RadioField(
        _l("Vilka kallar du?"),
        choices=[
            choice(WHOLE_GROUP, _l("Hela gruppen")),
            choice(SOME_STAIRWELLS, _l("Vissa portar")),
            choice(TOGETHER, _l("Hela gruppen, tillsammans med andra grupper")),
        ],
        validators=[InputRequired(_l("Välj vilka du kallar."))],
    )
    stairwells = TicksField(_l("Vilka portar?"), coerce=int, validate_choice=False)
    others = TicksField(_l("Vilka andra grupper?"), coerce=int, validate_choice=False)
    kind = SelectField(
        _l("Vad är det för träff?"),
        choices=choices_of({kind: KINDS[kind] for kind in FOR_NEIGHBOURS}),
        coerce=MeetingKind,
        default=MeetingKind.STAIRWELL,
    )

    def __init__(
        self, stairwells: list[Stairwell], others: Sequence[Group] = (), *args: Any, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.offered, self.offered_groups = stairwells, others
        self.stairwells.choices = [(each.id, each.address) for each in stairwells]
        self.others.choices = [(each.id, each.name) for each in others]
        some, together = len(stairwells) > 1, bool(others)
        offered = {WHOLE_GROUP: True, SOME_STAIRWELLS: some, TOGETHER: together}
        self.scope.choices = [each for each in self.scope.choices if offered[each.value]]
        if not some:
            del self.stairwells
        if not together:
            del self.others
        if not some and not together:
            del self.scope

    @property
    def chosen_stairwells(self) -> list[Stairwell]:
        """The stairwells that are called, in street order; none for the whole group."""
        if self.scope is None or self.scope.data != SOME_STAIRWELLS:
            return []
        return [each for each in self.offered if each.id in (self.stairwells.data or ())]

    @property
    def chosen_groups(self) -> list[Group]:
        """The other groups that are asked to a joint gathering, by name."""
        if self.scope is None or self.scope.data != TOGETHER:
            return []
        return [each for each in self.offered_groups if each.id in (self.others.data or ())]

    @property
    def chosen_kind(self) -> MeetingKind:
        """The kind of the meeting: with other groups it is a joint gathering."""
        return MeetingKind.JOINT if self.chosen_groups else self.kind.data

    def validate_others(self, field: TicksField) -> None:
        """Demand ticks for some groups, and none beside another choice."""
        chosen = set(field.data or ())
        if chosen - {each.id for each in self.offered_groups}:
            raise ValidationError(_l("Den gruppen går inte att fråga längre. Välj grupper igen."))
        if self.scope.data == TOGETHER and not chosen:
            raise ValidationError(_l("Kryssa för minst en grupp, eller välj Hela gruppen."))
        if self.scope.data in {WHOLE_GROUP, SOME_STAIRWELLS} and chosen:
            raise ValidationError(
                _l("Du har kryssat för andra grupper. Ta bort kryssen, eller välj att ni ses tillsammans.")
            )

    def validate_stairwells(self, field: TicksField) -> None:
        """Demand ticks for some stairwells, and none beside the whole group."""
        chosen = set(field.data or ())
        if self.scope.data == WHOLE_GROUP and chosen:
            raise ValidationError(
                _l(
                    "Du har kryssat för portar men valt Hela gruppen."
                    " Ta bort kryssen, eller välj Vissa portar."
                )
            )
        if self.scope.data == TOGETHER and chosen:
            raise ValidationError(_l("Tillsammans med andra grupper är hela gruppen med. Ta bort kryssen."))
        if chosen - {each.id for each in self.offered}:
            raise ValidationError(_l("Den porten finns inte i gruppen. Välj vilka träffen är för igen."))
        if self.scope.data == SOME_STAIRWELLS and not chosen:
            raise ValidationError(_l("Kryssa för minst en port, eller välj Hela gruppen."))


def audience_of(meeting: Meeting, group: Group) -> dict[str, Any]:
    """Return whom a meeting of a group is for and its kind, by the names of a form's fields.

    Groups that have said no are not asked again.
    """
    chosen = [each.id for each in meeting.stairwells]
    others = [
        each.group_id
        for each in meeting.parts
        if each.group_id != group.id and each.state in {PartState.INVITED, PartState.TAKES_PART}
    ]
    scope = TOGETHER if others else SOME_STAIRWELLS if chosen else WHOLE_GROUP
    kind = meeting.kind if meeting.kind in FOR_NEIGHBOURS else MeetingKind.STAIRWELL
    return {"scope": scope, "stairwells": chosen, "others": others, "kind": kind}
