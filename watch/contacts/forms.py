"""The forms for a contact person: of officers, of a group's coordinators, and of the contact themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectChoice, SelectField
from wtforms.validators import InputRequired, ValidationError

from watch.contacts.entry import Correction, Entry, Target
from watch.contacts.labels import EVERYWHERE, ROLES, TARGETS
from watch.contacts.queries import GROUPS_OWN, SHOWN, Card, Targets, mark_of
from watch.contacts.queries.of_group import (
    is_anothers_name,
    is_anothers_organisation,
    is_anothers_title,
    leads_to_police,
)
from watch.fields import (
    AddressField,
    Form,
    LineField,
    NameField,
    PhoneField,
    TicksField,
    choice,
    choices_of,
)
from watch.guarding import demand_no_flat
from watch.marks import SeenField
from watch.models import ContactRole, ContactScope, Group

CHOOSE = _l("Välj ett av alternativen i listan.")
CHOOSE_WHOM = _l("Kryssa för minst ett alternativ.")
NOT_OFFERED = _l("Ett av alternativen finns inte längre. Välj bland dem som visas.")
CHOICE: Any = _l("Välj")
# no role and target are preselected, or a hasty form would be published as the police's, for everybody
NONE_YET = SelectChoice("", CHOICE)
IF_STRANGE = {"invalid_value_message": CHOOSE, "invalid_choice_message": CHOOSE}
REACHABLE = _l("Skriv en telefon eller en e-postadress, så att kontakten går att nå.")


class ContactPhoneField(PhoneField):
    """The phone of a contact person, which may be short: 114 14, but not 112."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, takes_short=True, **more)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        super().post_validate(form, validation_stopped)
        if self.data == "112" and not validation_stopped:
            raise ValidationError(_l("112 står redan överst. Skriv numret till kontakten."))


class CardForm(Form):
    """The form for what a card shows. `seen` is the card's mark when it was shown."""

    seen = SeenField()
    role = SelectField(
        _l("Vad kontakten gäller"),
        coerce=lambda value: ContactRole(value) if value else None,
        validators=[InputRequired(CHOOSE)],
        **IF_STRANGE,
    )
    organisation = LineField(_l("Organisation"), most=120, missing=_l("Skriv vilken organisation det är."))
    name = NameField(_l("Namn"), optional=True, takes_title=True)
    phone = ContactPhoneField(_l("Telefon"))
    email = AddressField(_l("E-postadress"), optional=True)
    hours = LineField(_l("Tider"), most=120, description=_l("Till exempel: vardagar 8–16."))

    def __init__(self, card: Card | None, roles: Sequence[ContactRole], **known: Any) -> None:
        """Begin with what a card shows; of a new one nothing is known."""
        super().__init__(data=_shown(card) | known)
        self.role.choices = [NONE_YET, *choices_of({each: ROLES[each] for each in roles})]

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand a phone number or an address as well: a contact must be reachable."""
        is_good: bool = super().validate(extra_validators)
        if is_good and not self.phone.data and not self.email.data:
            self.phone.errors = (REACHABLE,)
            return False
        return is_good

    def see(self, card: Card) -> None:
        """Note that whoever fills in the form is shown the card as it is now."""
        self.seen.show(mark_of(card))

    @property
    def entry(self) -> Entry:
        """The entry as it was typed."""
        return Entry(
            role=self.role.data,
            organisation=self.organisation.data,
            name=self.name.data,
            phone=self.phone.data,
            email=self.email.data,
            hours=self.hours.data,
        )


class ContactForm(CardForm):
    """The officers' form: with boxes for whom the contact is, in their areas."""

    whom = TicksField(
        _l("För vem"), validators=[InputRequired(CHOOSE_WHOM)], invalid_choice_message=NOT_OFFERED
    )

    def __init__(self, offered: Targets, card: Card | None = None) -> None:
        super().__init__(card, tuple(ROLES), whom=[each.whom for each in card or ()])
        self.whom.choices = list(_choices(offered, card or []))

    @property
    def whom_by_kind(self) -> Iterator[tuple[Any, list[Any]]]:
        """The boxes by kind: areas, landlords and so on."""
        boxes = zip(self.whom, self.whom.choices or (), strict=True)
        for reach, found in groupby(boxes, lambda pair: pair[1].optgroup):
            yield TARGETS[ContactScope(reach)], [box for box, _choice in found]

    @property
    def targets(self) -> list[Target]:
        """The targets that were ticked."""
        parts = (whom.partition(" ") for whom in self.whom.data or ())
        return [Target(ContactScope(reach), int(number) if number else None) for reach, _, number in parts]


class GroupContactForm(CardForm):
    """The coordinators' form, for a contact person of their group."""

    def __init__(self, group: Group, card: Card | None = None) -> None:
        super().__init__(card, GROUPS_OWN)
        self.group = group
        # what stands there already may stay: an officer may have written it
        self.known = {card[0].organisation, card[0].name, card[0].hours} if card else set()

    def validate_organisation(self, field: Field) -> None:
        """Refuse the police, the municipality and the landlord, because neighbours would trust the card."""
        if self._is_new(field):
            demand_no_flat(field.data)
        if self._is_new(field) and is_anothers_organisation(self.group, field.data):
            raise ValidationError(
                _l(
                    "Här står bara husets egna kontakter, till exempel styrelsen eller vaktmästaren. "
                    "Polisen, kommunen och värden lägger in sina. Saknas någon? Säg till kommunpolisen."
                )
            )

    def validate_name(self, field: Field) -> None:
        """Refuse a title, and the name of somebody else whom neighbours trust."""
        if self._is_new(field) and is_anothers_name(self.group, field.data):
            raise ValidationError(
                _l(
                    "Skriv kontaktens eget namn, inte polisens, kommunens eller värdens. "
                    "Det går bra utan namn."
                )
            )

    def validate_hours(self, field: Field) -> None:
        """Refuse more than hours: whom else to call, and where somebody lives."""
        if self._is_new(field):
            _demand_hours(field.data)

    def _is_new(self, field: Field) -> bool:
        return bool(field.data) and not field.errors and field.data not in self.known


class CorrectContactForm(Form):
    """What a contact person may correct of their own entry, from the page behind their link."""

    seen = SeenField()
    name = NameField(_l("Namn"), optional=True, takes_title=True)
    phone = ContactPhoneField(_l("Telefon"))
    hours = LineField(_l("Tider"), most=120, description=_l("Till exempel: vardagar 8–16."))

    def __init__(self, card: Card) -> None:
        super().__init__(data=_shown(card))
        self.card = card

    def validate_name(self, field: Field) -> None:
        """Refuse a title, because only officers say who is police, municipality or landlord."""
        is_new = field.data and not field.errors and field.data != self.card[0].name
        if is_new and is_anothers_title(self.card, field.data):
            raise ValidationError(
                _l(
                    "Skriv bara ditt namn, utan roll och nummer. Det går bra utan namn. Ska något annat "
                    "stå? Säg till den som följer området."
                )
            )

    def validate_hours(self, field: Field) -> None:
        """Refuse more than hours, unless the card is the police's own."""
        is_new = field.data and not field.errors and field.data != self.card[0].hours
        if is_new and self.card[0].role is not ContactRole.POLICE:
            _demand_hours(field.data)

    @property
    def correction(self) -> Correction:
        """The correction as it was typed."""
        return Correction(self.name.data, self.phone.data, self.hours.data)

    def see(self, card: Card) -> None:
        """Note that whoever fills in the form is shown the card as it is now."""
        self.seen.show(mark_of(card))


def _shown(card: Card | None) -> dict[str, Any]:
    """Return what a form begins with, and the mark of what it shows."""
    return {name: getattr(card[0], name) for name in SHOWN} | {"seen": mark_of(card)} if card else {}


def _demand_hours(text: str) -> None:
    """Raise an error about a line of hours that leads to the police, or tells where somebody lives."""
    if leads_to_police(text):
        raise ValidationError(_l("Skriv bara när kontakten svarar. Polisen och 112 står redan här."))
    demand_no_flat(text)


def _choices(offered: Targets, card: Card) -> Iterator[SelectChoice]:
    """Yield the choices, each with its kind, so that a long list can be searched by eye.

    A group that the card is for stays a choice when it is closed.
    """
    closed = [each.group for each in card if each.group and each.group not in offered.groups]
    inside = (
        (ContactScope.AREA, [(each.id, each.name) for each in offered.areas]),
        (ContactScope.LANDLORD, [(each.id, each.name) for each in offered.landlords]),
        (ContactScope.GROUP, [(each.id, each.name) for each in (*offered.groups, *closed)]),
        (ContactScope.BUILDING, [(each.id, each.address) for each in offered.buildings]),
    )
    everywhere = ContactScope.EVERYWHERE
    yield choice(everywhere.value, EVERYWHERE, optgroup=everywhere.value)
    for reach, things in inside:
        for number, name in things:
            yield choice(f"{reach.value} {number}", name, optgroup=reach.value)
