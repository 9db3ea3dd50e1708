"""Checks the signs of buildings: locked until the group is active, then ordered, up, checked, worn, down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_sign
from tests.page_client import PageClient
from watch.extensions import db
from watch.language import local
from watch.models import GroupState, WatchSign, utcnow
from watch.registers.queries.places import SignState, state_of


def today() -> date:
    return local(utcnow()).date()


def signs() -> list[WatchSign]:
    """Return the signs in the register."""
    db.session.expire_all()
    return list(db.session.scalars(select(WatchSign).where(WatchSign.is_current).order_by(WatchSign.id)))


def test_signs_are_locked_until_the_group_is_active(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/buildings/{scene.house.id}/register", as_=scene.gun)
    for state in (GroupState.STARTING, GroupState.DORMANT, GroupState.CLOSED):
        scene.group.state = state
        db.session.commit()
        late = page.press("Anteckna beställningen", {"places": ["0"]}).follow()
        assert late.flashes == [("warn", "Skyltar beställs när husets grupp är aktiv. Inget är sparat.")]
        assert "Anteckna beställningen" not in late.buttons
    empty = client.get(f"/buildings/{scene.langgatan.id}/register", as_=scene.gun)
    assert ("Anteckna beställningen" in empty.buttons, signs()) == (False, [])


def test_a_sign_is_ordered_put_up_checked_and_taken_down(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/buildings/{scene.house.id}/register", as_=scene.gun)
    assert page.press("Anteckna beställningen", {"places": []}).errors == ["Kryssa för minst en adress."]
    places = ["0", str(scene.stairwell_3.id)]
    for _twice in range(2):
        page.press("Anteckna beställningen", {"places": places, "spot": "facade"})
    assert [each.stairwell for each in signs()] == [None, scene.stairwell_3]
    form = page.follow() if page.location else client.get(page.path, as_=scene.gun)
    form = form.click("Ändra Våglängdsgatan 3, på fasaden")
    day = today().isoformat()
    assert form.press("Spara", {"checked_on": day}).errors == ["Skriv vilken dag den sattes upp."]
    assert form.press("Spara", {"up_on": "2001-01-01"}).errors == [
        "Den kan inte sitta uppe innan den beställdes."
    ]
    assert form.press("Spara", {"up_on": day, "is_worn": "y"}).status == 303
    assert state_of(signs()[1], today()) is SignState.WORN
    client.get(page.path, as_=scene.gun).press("Hel i dag Våglängdsgatan 3, på fasaden")
    assert state_of(signs()[1], today()) is SignState.UP
    both = form.press("Spara", {"down_on": day})
    assert (both.status, both.errors) == (
        422, ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
    )  # fmt: skip
    removed = client.get(f"/signs/{signs()[1].id}/edit", as_=scene.gun).press(
        "Ta bort Våglängdsgatan 3, på fasaden"
    )
    assert len(signs()) == 1
    removed.follow().press("Ångra")
    assert len(signs()) == 2


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ({"up_on": None}, SignState.ORDERED),
        ({"ordered_on": 9000, "up_on": 365}, SignState.UNCHECKED),
        ({"ordered_on": 9000, "up_on": 364}, SignState.UP),
        ({"ordered_on": 9000, "up_on": 9000, "checked_on": 0}, SignState.UP),
        ({"down_on": 90}, SignState.DOWN),
    ],
)
def test_the_state_of_a_sign_is_told_on_the_page_and_asked_of_the_database(
    days: dict[str, int | None], state: SignState, client: PageClient, scene: Scene
) -> None:
    """The days are so many before today."""
    ago = {name: None if each is None else today() - timedelta(days=each) for name, each in days.items()}
    sign = make_sign(scene.house, **ago)
    assert state_of(sign, today()) is state
    page = client.get("/areas/hassleholmen/buildings?show=to_see_to", as_=scene.gun)
    waits = state in (SignState.ORDERED, SignState.UNCHECKED)
    assert ("Våglängdsgatan 1–3" in page.links) == waits
