"""The cast: who lives where and is what; every test tells its story with them.

Våglängdsgatan 1–3 in Hässleholmen has an active group (`group`) with two stairwells, 1 and 3:

- Amina leads it; she lives in stairwell 1, flat 1001.
- Bengt is coordinator of stairwell 3 only; flat 1002.
- Carin is a member in stairwell 3, flat 1102; her neighbours may see her name.
- Dawit is a member in stairwell 1, flat 1101, shows nothing and reads Arabic.
- Elsa is a member in stairwell 3, flat 1001, on paper: she has no e-mail.
- Farah waits for an answer: she asked to join from stairwell 3, flat 1203.

Svängrumsgatan 10–12 in Boda has another active group (`other_group`); Ivan coordinates it.
Norrby Långgata 21–27 in Norrby (`langgatan`) has no group.
Gun is police contact of Norrby and Hässleholmen, Hodan the municipality's officer of Boda.
Jenny is nobody here; she reads Somali.

Who comes only where a test names them, all in stairwell 3: Nils (1103), whose address no longer works; Olga
(1201), who has left; Carin's husband Pär (1101), who shares her mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from tests.factories import (
    flat_of,
    make_area,
    make_building,
    make_coordinator,
    make_group,
    make_landlord,
    make_member,
    make_officer,
    make_person,
    make_request,
    stairwell_of,
)
from watch.extensions import db
from watch.models import (
    Area,
    Building,
    Channel,
    Group,
    JoinRequest,
    Landlord,
    Language,
    Organisation,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)

ADDRESS = "{}@example.org"


@pytest.fixture
def norrby(app: Flask) -> Area:
    return make_area("norrby", "Norrby")


@pytest.fixture
def hassleholmen(app: Flask) -> Area:
    return make_area("hassleholmen", "Hässleholmen")


@pytest.fixture
def boda(app: Flask) -> Area:
    return make_area("boda", "Boda")


@pytest.fixture
def landlord(app: Flask) -> Landlord:
    """Bostäder i Borås."""
    return make_landlord()


@pytest.fixture
def house(hassleholmen: Area, landlord: Landlord) -> Building:
    """Våglängdsgatan 1–3."""
    return make_building(hassleholmen, landlord, "Våglängdsgatan", (1, 3))


@pytest.fixture
def stairwell_1(house: Building) -> Stairwell:
    """Våglängdsgatan 1."""
    return stairwell_of(house, 1)


@pytest.fixture
def stairwell_3(house: Building) -> Stairwell:
    """Våglängdsgatan 3."""
    return stairwell_of(house, 3)


@pytest.fixture
def group(house: Building) -> Group:
    """The active group of Våglängdsgatan 1–3."""
    return make_group(house)


@pytest.fixture
def langgatan(norrby: Area, landlord: Landlord) -> Building:
    """Norrby Långgata 21–27, without a group."""
    return make_building(norrby, landlord, "Norrby Långgata", (21, 23, 25, 27))


@pytest.fixture
def other_house(boda: Area, landlord: Landlord) -> Building:
    """Svängrumsgatan 10–12."""
    return make_building(boda, landlord, "Svängrumsgatan", (10, 12))


@pytest.fixture
def other_group(other_house: Building) -> Group:
    """The active group of Svängrumsgatan 10–12."""
    return make_group(other_house)


@pytest.fixture
def amina(group: Group, stairwell_1: Stairwell) -> Person:
    """Lead coordinator of the group; stairwell 1, flat 1001."""
    person = make_person("Amina Yusuf", ADDRESS.format("amina"), phone="+46701740605")
    make_member(person, group, flat_of(stairwell_1, "1001"))
    make_coordinator(person, group, lead=True)
    return person


@pytest.fixture
def bengt(group: Group, stairwell_3: Stairwell) -> Person:
    """Coordinator of stairwell 3 only; flat 1002."""
    person = make_person("Bengt Åkesson", ADDRESS.format("bengt"), phone="+46701740606")
    make_member(person, group, flat_of(stairwell_3, "1002"))
    make_coordinator(person, group, stairwells=[stairwell_3])
    return person


@pytest.fixture
def carin(group: Group, stairwell_3: Stairwell) -> Person:
    """A member who shows her name; stairwell 3, flat 1102."""
    person = make_person("Carin Öberg", ADDRESS.format("carin"), phone="+46701740607", shows_name=True)
    make_member(person, group, flat_of(stairwell_3, "1102"))
    return person


@pytest.fixture
def dawit(group: Group, stairwell_1: Stairwell) -> Person:
    """A member who shows nothing and reads Arabic; stairwell 1, flat 1101."""
    person = make_person(
        "Dawit Tesfaye", ADDRESS.format("dawit"), language=Language.ARABIC, phone="+46701740608"
    )
    make_member(person, group, flat_of(stairwell_1, "1101"))
    return person


@pytest.fixture
def elsa(group: Group, stairwell_3: Stairwell) -> Person:
    """A member on paper, without e-mail; stairwell 3, flat 1001."""
    person = make_person("Elsa Björkgård")
    make_member(person, group, flat_of(stairwell_3, "1001"), channel=Channel.PAPER)
    return person


@pytest.fixture
def farahs_request(group: Group, stairwell_3: Stairwell) -> JoinRequest:
    """Farah's request to join: her address is confirmed, and she waits for an answer."""
    person = make_person("Farah Ahmadi", ADDRESS.format("farah"))
    return make_request(person, group, stairwell_3, flat_of(stairwell_3, "1203"))


@pytest.fixture
def farah(farahs_request: JoinRequest) -> Person:
    """Waits for an answer to her request; stairwell 3, flat 1203."""
    return farahs_request.person


@pytest.fixture
def gun(norrby: Area, hassleholmen: Area) -> Person:
    """Police contact of Norrby and Hässleholmen."""
    person = make_person("Gun Sjöström", ADDRESS.format("gun"), phone="+46701740609")
    make_officer(person, norrby, hassleholmen)
    return person


@pytest.fixture
def hodan(boda: Area) -> Person:
    """The municipality's officer of Boda."""
    person = make_person("Hodan Warsame", ADDRESS.format("hodan"), phone="+46701740610")
    make_officer(person, boda, organisation=Organisation.MUNICIPALITY)
    return person


@pytest.fixture
def ivan(other_group: Group) -> Person:
    """Coordinator of the other group, in Boda."""
    person = make_person("Ivan Häggström", ADDRESS.format("ivan"), phone="+46701740611")
    house = other_group.buildings[0]
    make_member(person, other_group, flat_of(stairwell_of(house, 10), "1003"))
    make_coordinator(person, other_group)
    return person


@pytest.fixture
def jenny(app: Flask) -> Person:
    """Somebody with an address and no relation to any group; reads Somali."""
    return make_person("Jenny Älvgren", ADDRESS.format("jenny"), language=Language.SOMALI)


@dataclass(frozen=True)
class Scene:
    """The building with the whole cast."""

    group: Group
    house: Building
    stairwell_1: Stairwell
    stairwell_3: Stairwell
    other_group: Group
    langgatan: Building
    amina: Person
    bengt: Person
    carin: Person
    dawit: Person
    elsa: Person
    farah: Person
    gun: Person
    hodan: Person
    ivan: Person
    jenny: Person


@pytest.fixture
def scene(
    group: Group,
    house: Building,
    stairwell_1: Stairwell,
    stairwell_3: Stairwell,
    other_group: Group,
    langgatan: Building,
    amina: Person,
    bengt: Person,
    carin: Person,
    dawit: Person,
    elsa: Person,
    farah: Person,
    gun: Person,
    hodan: Person,
    ivan: Person,
    jenny: Person,
) -> Scene:
    """The whole cast; five households of the group take part."""
    group.counted_taking_part = 5
    db.session.commit()
    return Scene(
        group, house, stairwell_1, stairwell_3, other_group, langgatan,
        amina, bengt, carin, dawit, elsa, farah, gun, hodan, ivan, jenny,
    )  # fmt: skip


@pytest.fixture
def nils(scene: Scene) -> Person:
    """A member in stairwell 3 whose address no longer works; flat 1103."""
    person = make_person("Nils Ek", "nils@example.org")
    make_member(person, scene.group, flat_of(scene.stairwell_3, "1103"))
    person.mailbox.suppression, person.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.commit()
    return person


@pytest.fixture
def olga(scene: Scene) -> Person:
    """Has left the group; stairwell 3, flat 1201."""
    person = make_person("Olga Lind", "olga@example.org")
    make_member(person, scene.group, flat_of(scene.stairwell_3, "1201")).left_at = utcnow()
    db.session.commit()
    return person


@pytest.fixture
def carins_husband(scene: Scene) -> Person:
    """Pär shares Carin's mailbox and lives next door, in flat 1101 of stairwell 3."""
    person = make_person("Pär Öberg", "carin@example.org")
    make_member(person, scene.group, flat_of(scene.stairwell_3, "1101"))
    db.session.commit()
    return person
