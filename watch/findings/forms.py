"""Forms for writing down a finding, for reporting on one, and for filtering the list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from watch.fields import DayField, Form, TextField, choice, choices_of
from watch.findings.labels import OWNERS, SPOTS, STATUSES
from watch.findings.queries import mark_of, words_mark_of
from watch.guarding import about_no_neighbour, surely_about_no_neighbour
from watch.language import local
from watch.marks import SeenField
from watch.models import CLOSED, Finding, FindingOwner, FindingStatus, Spot, utcnow
from watch.sending import SendingForm

YEARS_AHEAD = 5
MOST_WHAT, MOST_STEP = 300, 1500  # characters
CAMERAS = re.compile(r"kamer[ao]|camera|web+cam|cctv|video-?\s?(?:överv|bevak|surv)|كامير|kaam[ei]r|kamarad")
EVERYWHERE = ""
CHOOSE = _l("Välj ett av alternativen i listan.")
Places = Mapping[str, Any]  # the names of places by their value: "building 3", "stairwell 5"


class DueField(DayField):
    """The day by which something is to be mended: from today on, or as it was before."""

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        today = local(utcnow()).date()
        if validation_stopped or self.data is None or self.data == self.object_data:
            return
        if self.data < today:
            raise ValidationError(_l("Den dagen har redan varit. Välj en dag som kommer."))
        if self.data > today + timedelta(days=366 * YEARS_AHEAD):
            raise ValidationError(_l("Det är för långt fram. Välj en dag inom fem år."))


class FindingForm(SendingForm):
    """Asks what is to be mended, where, by whom and until when. `seen` is the finding's mark, if any."""

    seen = SeenField()
    spot = SelectField(
        _l("Vad gäller det?"),
        choices=[choice("", _l("Välj")), *choices_of(SPOTS)],
        coerce=lambda value: Spot(value) if value else None,
        validators=[InputRequired(CHOOSE)],
        invalid_value_message=CHOOSE,
        invalid_choice_message=CHOOSE,
    )
    where = SelectField(_l("Var?"), invalid_choice_message=CHOOSE, default=EVERYWHERE)
    what = TextField(_l("Vad behöver göras?"), most=MOST_WHAT, missing=_l("Skriv vad som behöver göras."))
    owner = SelectField(
        _l("Vem ser till det?"),
        choices=choices_of(OWNERS),
        coerce=FindingOwner,
        default=FindingOwner.LANDLORD,
        invalid_value_message=CHOOSE,
        invalid_choice_message=CHOOSE,
    )
    due_on = DueField(_l("När ska det vara klart?"))

    def __init__(
        self,
        places: Places,
        finding: Finding | None = None,
        *,
        is_of_area: bool = False,
        known: Sequence[str] = (),
    ) -> None:
        shown = {"where": where_value(finding), "seen": words_mark_of(finding)} if finding else None
        super().__init__(obj=finding, data=shown)
        self.is_of_area, self.known = is_of_area, known
        self.where.choices = [choice(value, name) for value, name in places.items()]

    def validate_what(self, field: TextField) -> None:
        """Ask about people whom the writer knows (`known`), and refuse cameras."""
        if self.is_of_area and CAMERAS.search((field.data or "").casefold()):
            raise ValidationError(
                _l("Kameror räknas inte som åtgärder här. Skriv om ljus, lås och annat på platsen.")
            )
        about_no_neighbour(self, field, self.known)

    @property
    def place_ids(self) -> dict[str, int | None]:
        """The building or stairwell that was chosen."""
        kind, _space, number = (self.where.data or "").partition(" ")
        return {f"{each}_id": int(number) if kind == each else None for each in ("building", "stairwell")}

    def see(self, finding: Finding) -> None:
        """Note that whoever fills in the form is shown the finding as it is now."""
        self.seen.show(words_mark_of(finding))


def where_value(finding: Finding) -> str:
    """Return the value of the place that a finding has."""
    if finding.stairwell_id:
        return f"stairwell {finding.stairwell_id}"
    return f"building {finding.building_id}" if finding.building_id else EVERYWHERE


class ReportForm(Form):
    """Asks what has happened with a finding. Whoever closes it says what became of it.

    `seen` is the finding's mark when the form was shown. Without a finding the form has only what was typed.
    """

    seen = SeenField()
    status = RadioField(
        _l("Hur går det?"),
        choices=choices_of(STATUSES),
        coerce=FindingStatus,
        validators=[InputRequired(CHOOSE)],
    )
    text = TextField(_l("Vad har hänt?"), most=MOST_STEP)
    due_on = DueField(_l("När ska det vara klart?"))

    known: Sequence[str] = ()  # names that whoever writes knows, and that the text should not tell

    def __init__(self, finding: Finding | None = None) -> None:
        known = finding and {"status": finding.status, "due_on": finding.due_on, "seen": mark_of(finding)}
        super().__init__(data=known)

    def validate_text(self, field: TextField) -> None:
        """Ask about people: the neighbours read it, and in some cases the landlord."""
        about_no_neighbour(self, field, self.known)

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand words from whoever closes it."""
        is_good: bool = super().validate(extra_validators)
        if self.status.data in CLOSED and not self.text.data and not self.text.errors:
            self.text.errors = (_l("Skriv vad det blev av det. Grannarna vill veta."),)
            return False
        return is_good

    def see(self, finding: Finding) -> None:
        """Note that whoever fills in the form is shown the finding as it is now."""
        self.seen.show(mark_of(finding))


class ReportByLinkForm(ReportForm):
    """The same for whoever has the mailed link, whose words are never about a person."""

    text = TextField(_l("Vad har hänt?"), most=MOST_STEP, guard=surely_about_no_neighbour)

    def validate_text(self, field: TextField) -> None:
        """The field refuses what others are asked about."""


class FilterFindingsForm(Form):
    """Filters and sorts the list by what stands in the address."""

    class Meta(Form.Meta):
        csrf = False

    status = SelectField(
        _l("Visa"),
        choices=[
            choice("open", _l("Det som återstår")),
            choice("closed", _l("Så blev det")),
            choice("all", _l("Allt")),
        ],
        default="open",
        validate_choice=False,
    )
    owner = SelectField(
        _l("Vem ser till det?"),
        choices=[choice("", _l("Alla")), *choices_of(OWNERS)],
        validate_choice=False,
    )
    sort = SelectField(
        _l("Ordning"),
        choices=[
            choice("", _l("Nyast först")),
            choice("due", _l("Det som brådskar först")),
            choice("changed", _l("Senast ändrat")),
        ],
        validate_choice=False,
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """The filter, without what nobody offers."""
        owner = self.owner.data if self.owner.data in set(FindingOwner) else None
        return {
            "status": self.status.data if self.status.data in {"open", "closed", "all"} else "open",
            "owner": FindingOwner(owner) if owner else None,
            "sort": self.sort.data or "",
        }
