"""The form by which an officer calls to a meeting in an area."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from watch.fields import Form, TicksField, choice, choices_of
from watch.language import OWN_NAMES
from watch.marks import SeenField
from watch.meetings.forms.planning import CallForm, DraftForm
from watch.meetings.labels import KINDS
from watch.meetings.queries.seen import languages_seen
from watch.models import Group, Language, Meeting, MeetingAudience, MeetingKind, PartState

FEWEST_GROUPS = 2  # of a joint gathering
WHOM = [
    choice(MeetingAudience.COORDINATORS, _l("Kontaktombuden")),
    choice(MeetingAudience.EVERYBODY, _l("Alla i området, också de som inte är med")),
]
TOGETHER = choice(MeetingAudience.PARTS, _l("Några grupper tillsammans"))
FOR_EVERYBODY = [MeetingKind.CITIZENS, MeetingKind.SAFETY_WALK]


class SpokenField(TicksField):
    """Ticks for the languages that are spoken at a meeting."""

    def __init__(self, **more: Any) -> None:
        label = _l("Vilka språk talas där?")
        super().__init__(label, choices=choices_of(OWN_NAMES), coerce=Language, **more)


class ChooseLanguagesForm(Form):
    """Asks which languages are spoken at a meeting that is called already. `seen` is what the page showed."""

    languages = SpokenField()
    seen = SeenField()

    def see(self, meeting: Meeting) -> None:
        """Note that whoever fills in the form is shown what is chosen now."""
        self.seen.show(languages_seen(meeting))


class CallInAreaForm(CallForm):
    """Asks an officer whom to call, when and where to meet, and when to remind of it.

    `kind` and `languages` are for a meeting that is open to everybody, `groups` for a joint gathering.
    """

    whom: RadioField = RadioField(
        _l("Vilka kallar du?"),
        coerce=MeetingAudience,
        validators=[InputRequired(_l("Välj vilka du kallar."))],
    )
    kind = SelectField(
        _l("Vad är det för träff?"),
        choices=choices_of({kind: KINDS[kind] for kind in FOR_EVERYBODY}),
        coerce=MeetingKind,
        default=MeetingKind.CITIZENS,
    )
    languages = SpokenField(default=[Language.SWEDISH])
    groups = TicksField(_l("Vilka grupper?"), coerce=int, validate_choice=False)

    def __init__(self, groups: Sequence[Group], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offered = groups
        self.groups.choices = [(each.id, each.name) for each in groups]
        self.whom.choices = [*WHOM, TOGETHER] if len(groups) >= FEWEST_GROUPS else WHOM
        if len(groups) < FEWEST_GROUPS:
            del self.groups

    @property
    def chosen_groups(self) -> list[Group]:
        """The groups that are invited to a joint gathering."""
        chosen = self.groups.data if self.groups else None
        return [each for each in self._offered if each.id in (chosen or ())]

    @property
    def chosen_kind(self) -> MeetingKind:
        """The kind of the meeting, by whom it is for."""
        match self.whom.data:
            case MeetingAudience.COORDINATORS:
                return MeetingKind.COORDINATORS
            case MeetingAudience.PARTS:
                return MeetingKind.JOINT
        return MeetingKind(self.kind.data)

    def validate_groups(self, field: TicksField) -> None:
        """Demand ticks for a joint gathering, and none beside another choice."""
        chosen, is_joint = set(field.data or ()), self.whom.data == MeetingAudience.PARTS
        if chosen and self.whom.data and not is_joint:
            raise ValidationError(
                _l(
                    "Du har kryssat för grupper men valt några andra."
                    " Ta bort kryssen, eller välj Några grupper tillsammans."
                )
            )
        if chosen - {each.id for each in self._offered}:
            raise ValidationError(_l("Den gruppen finns inte i området. Välj grupperna igen."))
        if is_joint and len(chosen) < FEWEST_GROUPS:
            raise ValidationError(_l("Kryssa för minst två grupper."))


class DraftInAreaForm(DraftForm, CallInAreaForm):
    """Asks the same for a draft."""


def whom_of(meeting: Meeting) -> dict[str, Any]:
    """Return whom a meeting of an area is for, by the names of a form's fields.

    Groups that have said no are not asked again.
    """
    kind = meeting.kind if meeting.kind in FOR_EVERYBODY else MeetingKind.CITIZENS
    groups = [each.group_id for each in meeting.parts if each.state is not PartState.DECLINED]
    spoken = (meeting.languages or "").split() if meeting.code else [Language.SWEDISH]
    return {"whom": meeting.audience, "kind": kind, "groups": groups, "languages": spoken}
