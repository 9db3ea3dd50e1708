"""The form for a contact person."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField
from wtforms.validators import InputRequired

from watch.contacts.entry import Entry
from watch.contacts.labels import ROLES, SCOPES
from watch.contacts.queries import Targets
from watch.fields import AddressField, Form, LineField, NameField, PhoneField, choices_of
from watch.models import ContactPerson, ContactRole, ContactScope

CHOOSE = _l("Välj ett av alternativen i listan.")
CHOICE: Any = _l("Välj")
# no role and target are preselected, or a hasty form would be published as the police's, for everybody
NONE_YET = SelectChoice("", CHOICE)
IF_STRANGE = {"invalid_value_message": CHOOSE, "invalid_choice_message": CHOOSE}


class ContactForm(Form):
    role = SelectField(
        _l("Vad kontakten gäller"),
        choices=[NONE_YET, *choices_of(ROLES)],
        coerce=lambda value: ContactRole(value) if value else None,
        validators=[InputRequired(CHOOSE)],
        **IF_STRANGE,
    )
    organisation = LineField(_l("Organisation"), most=120, missing=_l("Skriv vilken organisation det är."))
    name = NameField(_l("Namn"), optional=True, takes_title=True)
    phone = PhoneField(_l("Telefon"), takes_short=True)
    email = AddressField(_l("E-postadress"), optional=True)
    hours = LineField(_l("Tider"), most=120, description=_l("Till exempel: vardagar 8–16."))
    whom = SelectField(_l("För vem"), validators=[InputRequired(CHOOSE)], **IF_STRANGE)

    def __init__(
        self, targets: Targets, contact: ContactPerson | None = None, *, several: bool = False, **more: Any
    ) -> None:
        """Offer the targets. A contact published for several of them keeps those, and is not asked."""
        before = {"whom": _whom(contact.reach, _target(contact))} if contact else {}
        super().__init__(obj=contact, data=before, **more)
        self.whom.choices = _choices(targets)
        if several:
            del self.whom

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand a phone number or an address as well: a contact must be reachable."""
        is_good: bool = super().validate(extra_validators)
        if is_good and not self.phone.data and not self.email.data:
            self.phone.errors = (_l("Skriv en telefon eller en e-postadress, så att kontakten går att nå."),)
            return False
        return is_good

    @property
    def entry(self) -> Entry:
        """The entry as it was typed. Call it only where the form asks for whom it is."""
        return self._entry(self.whom.data)

    def entry_for(self, contact: ContactPerson) -> Entry:
        """Return the entry for a contact that is shown, for whom it was or for whom was chosen."""
        return self._entry(self.whom.data if "whom" in self else _whom(contact.reach, _target(contact)))

    def _entry(self, whom: str) -> Entry:
        reach, _, target = whom.partition(" ")
        return Entry(
            role=self.role.data,
            organisation=self.organisation.data,
            name=self.name.data,
            phone=self.phone.data,
            email=self.email.data,
            hours=self.hours.data,
            reach=ContactScope(reach),
            target_id=int(target) if target else None,
        )


def _whom(reach: ContactScope, target_id: int | None = None) -> str:
    """Return the value of a choice: "area 3" or "everywhere"."""
    return f"{reach.value} {target_id}" if target_id else reach.value


def _target(contact: ContactPerson) -> int | None:
    return contact.group_id or contact.building_id or contact.landlord_id or contact.area_id


def _choices(targets: Targets) -> list[SelectChoice]:
    """Return the choices grouped by kind, so that a long list can be searched by eye."""
    inside = (
        (ContactScope.AREA, [(each.id, each.name) for each in targets.areas]),
        (ContactScope.LANDLORD, [(each.id, each.name) for each in targets.landlords]),
        (ContactScope.GROUP, [(each.id, each.name) for each in targets.groups]),
        (ContactScope.BUILDING, [(each.id, each.address) for each in targets.buildings]),
    )
    return [
        NONE_YET,
        SelectChoice(_whom(ContactScope.EVERYWHERE), SCOPES[ContactScope.EVERYWHERE]),
        *(
            SelectChoice(_whom(reach, number), name, optgroup=SCOPES[reach])
            for reach, things in inside
            for number, name in things
        ),
    ]
