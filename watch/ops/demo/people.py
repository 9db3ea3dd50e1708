"""Makes people for the sample data, and finds their buildings."""

from __future__ import annotations

import random
from collections.abc import Collection

from sqlalchemy import select

from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.groups.service.contact_details import DUTY_VERSION
from watch.models import (
    Building,
    Coordinator,
    Flat,
    Group,
    Language,
    Person,
    Property,
    Stairwell,
    utcnow,
)

NAMES = """
Ahmed Aisha Alva Anders Asha Astrid Bashir Birgitta Börje Carlos Deeqa Ebba Edith Elin Emir
Erik Fatima Gunilla Göran Hamza Hanna Håkan Ibrahim Ingrid Jamila Jelena Karin Khalid Lars
Layla Lena Luul Mahad Maja Marek Maryam Mikael Nadia Nils Noor Olga Osman Per Rahma Reza Sahra
Samir Selma Sven Thanh Ulla Viktor Yusuf Zahra Åke Åsa Örjan
""".split()  # noqa: SIM905  a list of names reads better without its quotes
INITIALS = "ABDEFGHJKLMNOPRSTÅÄÖ"
LANGUAGES, PER_CENT = tuple(Language), (60, 72, 88, 100)  # cumulative, in the order of the languages


def make_person(
    name: str, address: str | None = None, language: Language = Language.SWEDISH, **shows: bool
) -> Person:
    """Add a person, with a confirmed address if one is given."""
    person = Person(name=name, language=language, **shows)
    if address:
        person.mailbox = mailbox_at(address)
        person.address_confirmed_at = utcnow()
    db.session.add(person)
    return person


def stranger(chance: random.Random) -> tuple[str, Language, bool]:
    """Return an invented name and language, and whether neighbours may see the name."""
    language = chance.choices(LANGUAGES, cum_weights=PER_CENT)[0]
    name = f"{chance.choice(NAMES)} {chance.choice(INITIALS)}"
    return name, language, chance.random() < 0.4


def make_stranger(chance: random.Random, address: str | None) -> Person:
    """Add an invented person."""
    name, language, shows_name = stranger(chance)
    return make_person(name, address, language, shows_name=shows_name)


def building_of(designation: str) -> Building:
    """Return the building of a property."""
    return db.session.scalars(
        select(Building).join(Property).where(Property.designation == designation)
    ).one()


def flats_of(building: Building) -> list[Flat]:
    """Return the flats of a building, by stairwell and number."""
    of_building = select(Flat).join(Stairwell).where(Stairwell.building_id == building.id)
    return list(db.session.scalars(of_building.order_by(Stairwell.sort_key, Flat.number)))


def make_coordinator(
    person: Person, group: Group, *, lead: bool = False, stairwells: Collection[Stairwell] = ()
) -> None:
    """Add a coordinator who has accepted."""
    db.session.add(
        Coordinator(
            person=person,
            group=group,
            is_lead=lead,
            stairwells=list(stairwells),
            accepted_at=utcnow(),
            duty_version=DUTY_VERSION,
        )
    )
