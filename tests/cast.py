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

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

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
from tests.stored_scene import remember, restore
from watch.extensions import db
from watch.models import (
    Area,
    Building,
    Channel,
    Group,
    JoinRequest,
    Landlord,
    Language,
    Model,
    Organisation,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)

ADDRESS = "{}@example.org"
CAST: list[str] = []  # the fixtures of this file that a scene has


def of_cast(make: Callable[..., Model]) -> Any:
    """A fixture of the cast: taken from the stored scene where the test has one, else made."""
    name = make.__name__
    CAST.append(name)

    @pytest.fixture(name=name)
    def one(request: pytest.FixtureRequest, stored_scene: dict[str, Model]) -> Model:
        if name in stored_scene:
            return stored_scene[name]
        return make(**{each: request.getfixturevalue(each) for each in signature(make).parameters})

    one.__doc__ = make.__doc__
    return one


@pytest.fixture
def stored_scene(request: pytest.FixtureRequest, app: Flask) -> dict[str, Model]:
    """The scene by name, where the test wants the whole of it and it was made before; else empty."""
    return restore() if "scene" in request.fixturenames else {}


@of_cast
def norrby(app: Flask) -> Area:
    return make_area("norrby", "Norrby")


@of_cast
def hassleholmen(app: Flask) -> Area:
    return make_area("hassleholmen", "Hässleholmen")


@of_cast
def boda(app: Flask) -> Area:
    return make_area("boda", "Boda")


@of_cast
def landlord(app: Flask) -> Landlord:
    """Bostäder i Borås."""
    return make_landlord()


@of_cast
def house(hassleholmen: Area, landlord: Landlord) -> Building:
    """Våglängdsgatan 1–3."""
    return make_building(hassleholmen, landlord, "Våglängdsgatan", (1, 3))


@of_cast
def stairwell_1(house: Building) -> Stairwell:
    """Våglängdsgatan 1."""
    return stairwell_of(house, 1)


@of_cast
def stairwell_3(house: Building) -> Stairwell:
    """Våglängdsgatan 3."""
    return stairwell_of(house, 3)


@of_cast
def group(house: Building) -> Group:
    """The active group of Våglängdsgatan 1–3."""
    return make_group(house)


@of_cast
def langgatan(norrby: Area, landlord: Landlord) -> Building:
    """Norrby Långgata 21–27, without a group."""
    return make_building(norrby, landlord, "Norrby Långgata", (21, 23, 25, 27))


@of_cast
def other_house(boda: Area, landlord: Landlord) -> Building:
    """Svängrumsgatan 10–12."""
    return make_building(boda, landlord, "Svängrumsgatan", (10, 12))


@of_cast
def other_group(other_house: Building) -> Group:
    """The active group of Svängrumsgatan 10–12."""
    return make_group(other_house)


@of_cast
def amina(group: Group, stairwell_1: Stairwell) -> Person:
    """Lead coordinator of the group; stairwell 1, flat 1001."""
    person = make_person("Amina Yusuf", ADDRESS.format("amina"), phone="+46701740605")
    make_member(person, group, flat_of(stairwell_1, "1001"))
    make_coordinator(person, group, lead=True)
    return person


@of_cast
def bengt(group: Group, stairwell_3: Stairwell) -> Person:
    """Coordinator of stairwell 3 only; flat 1002."""
    person = make_person("Bengt Åkesson", ADDRESS.format("bengt"), phone="+46701740606")
    make_member(person, group, flat_of(stairwell_3, "1002"))
    make_coordinator(person, group, stairwells=[stairwell_3])
    return person


@of_cast
def carin(group: Group, stairwell_3: Stairwell) -> Person:
    """A member who shows her name; stairwell 3, flat 1102."""
    person = make_person("Carin Öberg", ADDRESS.format("carin"), phone="+46701740607", shows_name=True)
    make_member(person, group, flat_of(stairwell_3, "1102"))
    return person


@of_cast
def dawit(group: Group, stairwell_1: Stairwell) -> Person:
    """A member who shows nothing and reads Arabic; stairwell 1, flat 1101."""
    person = make_person(
        "Dawit Tesfaye", ADDRESS.format("dawit"), language=Language.ARABIC, phone="+46701740608"
    )
    make_member(person, group, flat_of(stairwell_1, "1101"))
    return person


@of_cast
def elsa(group: Group, stairwell_3: Stairwell) -> Person:
    """A member on paper, without e-mail; stairwell 3, flat 1001."""
    person = make_person("Elsa Björkgård")
    make_member(person, group, flat_of(stairwell_3, "1001"), channel=Channel.PAPER)
    return person


@of_cast
def farahs_request(group: Group, stairwell_3: Stairwell) -> JoinRequest:
    """Farah's request to join: her address is confirmed, and she waits for an answer."""
    person = make_person("Farah Ahmadi", ADDRESS.format("farah"))
    return make_request(person, group, stairwell_3, flat_of(stairwell_3, "1203"))


@of_cast
def farah(farahs_request: JoinRequest) -> Person:
    """Waits for an answer to her request; stairwell 3, flat 1203."""
    return farahs_request.person


@of_cast
def gun(norrby: Area, hassleholmen: Area) -> Person:
    """Police contact of Norrby and Hässleholmen."""
    person = make_person("Gun Sjöström", ADDRESS.format("gun"), phone="+46701740609")
    make_officer(person, norrby, hassleholmen)
    return person


@of_cast
def hodan(boda: Area) -> Person:
    """The municipality's officer of Boda."""
    person = make_person("Hodan Warsame", ADDRESS.format("hodan"), phone="+46701740610")
    make_officer(person, boda, organisation=Organisation.MUNICIPALITY)
    return person


@of_cast
def ivan(other_group: Group) -> Person:
    """Coordinator of the other group, in Boda."""
    person = make_person("Ivan Häggström", ADDRESS.format("ivan"), phone="+46701740611")
    house = other_group.buildings[0]
    make_member(person, other_group, flat_of(stairwell_of(house, 10), "1003"))
    make_coordinator(person, other_group)
    return person


@of_cast
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
    request: pytest.FixtureRequest,
    stored_scene: dict[str, Model],
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
    if not stored_scene:
        remember({name: request.getfixturevalue(name) for name in CAST})
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
