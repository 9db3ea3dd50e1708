"""Checks that the officer reads one number of interested people, before a group is started and after."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_interest, make_person
from tests.page_client import PageClient
from watch.bands import banded
from watch.extensions import db
from watch.groups.service import coordinators
from watch.models import Coordinator, utcnow


def pages_of(client: PageClient, scene: Scene) -> list[str]:
    """Return what the pages say of the interested people in Norrby Långgata, two nights later."""
    with time_machine.travel(utcnow() + timedelta(days=2)):
        paths = "/overview", "/areas/norrby", f"/buildings/{scene.langgatan.id}/messages"
        return [PageClient(client.app).get(path, as_=scene.gun).text for path in paths]


def test_nobody_is_less_interested_because_a_group_begins(client: PageClient, scene: Scene) -> None:
    for number in range(6):
        make_interest(make_person(f"Granne {number}", f"granne{number}@example.org"), scene.langgatan)
    olle = make_person("Olle Väst", "olle@example.org")
    make_interest(olle, scene.langgatan, named=True)
    db.session.commit()
    number = str(banded(7, 36))

    def all_say_it() -> None:
        overview, area, written = pages_of(client, scene)
        assert "Intresserade: minst 7." in overview
        assert f"{number} är intresserade" in area
        assert f"Vill ha en grupp {number}" in written

    all_say_it()
    new = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    assert f"Vill ha en grupp {number}" in new.text
    new.press("Starta gruppen", {"first": str(olle.id)})
    all_say_it()
    asked = select(Coordinator).where(Coordinator.person_id == olle.id)
    coordinators.accept_appointment(db.session.scalars(asked).one())
    db.session.commit()
    all_say_it()
