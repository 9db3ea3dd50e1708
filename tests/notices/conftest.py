"""More neighbours, so that something could leak: a dead address, somebody who left, somebody elsewhere."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from watch.extensions import db
from watch.models import Person, Suppression, utcnow


@pytest.fixture
def nils(scene: Scene) -> Person:
    """A member in port 3 whose address no longer works; flat 1103."""
    person = make_person("Nils Ek", "nils@example.org")
    make_member(person, scene.group, flat_of(scene.port_3, "1103"))
    person.mailbox.suppression, person.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.commit()
    return person


@pytest.fixture
def olga(scene: Scene) -> Person:
    """Who has left the group; port 3, flat 1201."""
    person = make_person("Olga Lind", "olga@example.org")
    make_member(person, scene.group, flat_of(scene.port_3, "1201")).left_at = utcnow()
    db.session.commit()
    return person


@pytest.fixture
def carins_husband(scene: Scene) -> Person:
    """Pär shares Carin's mailbox and lives next door, in flat 1101 of port 3."""
    person = make_person("Pär Öberg", "carin@example.org")
    make_member(person, scene.group, flat_of(scene.port_3, "1101"))
    db.session.commit()
    return person
