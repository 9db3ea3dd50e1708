"""The people of partners' stories, and what they come from."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.factories import make_building, make_contact, make_group, make_landlord, make_partner, make_person
from watch.extensions import db
from watch.models import Building, ContactPerson, ContactRole, Person


@pytest.fixture
def lenas_card(scene: Scene) -> ContactPerson:
    """Lena is the landlord's contact person; the landlord has houses in all three areas."""
    contact = make_contact(ContactRole.LANDLORD, "Bostäder", scene.house.property.landlord)
    contact.name, contact.email = "Lena Lind, förvaltare", "lena@example.org"
    db.session.commit()
    return contact


@pytest.fixture
def lena(scene: Scene) -> Person:
    """Lena works at the landlord of Hässleholmen, and has a page there."""
    person = make_person("Lena Lind", "lena@example.org")
    make_partner(person, scene.group.area, scene.house.property.landlord)
    db.session.commit()
    return person


@pytest.fixture
def maja(scene: Scene) -> Person:
    """Maja works at the municipality, and has a page for Hässleholmen."""
    person = make_person("Maja Kommun", "maja@example.org")
    make_partner(person, scene.group.area)
    db.session.commit()
    return person


@pytest.fixture
def others_house(scene: Scene) -> Building:
    """A house of another landlord in Hässleholmen, with a group."""
    house = make_building(scene.group.area, make_landlord("Victoriahem"), "Distansgatan", (9,))
    make_group(house).counted_taking_part = 7
    db.session.commit()
    return house
