"""Checks that coordinators learn of a recorded address for which three floors were wrong."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.page_client import Page, PageClient
from tests.records.test_records import answer, ask_address, membership_of, question
from watch.extensions import db
from watch.models import Person

TASK = "Adressen som skrevs in för lägenhet 1001 är inte bekräftad. Skriv in den igen."
ADDRESS = "elsa@example.org"


def house(client: PageClient, scene: Scene, by: Person) -> Page:
    return client.get(f"/groups/{scene.group.id}/house", as_=by)


def has_task(client: PageClient, scene: Scene, by: Person) -> bool:
    return TASK in house(client, scene, by).text


@pytest.fixture
def asked(client: PageClient, scene: Scene) -> None:
    ask_address(client, scene.elsa, scene.bengt, ADDRESS)


def guess(client: PageClient, *floors: str) -> None:
    for floor in floors:
        answer(client, floor)
    db.session.rollback()


@pytest.mark.usefixtures("asked")
def test_three_wrong_floors_are_told_to_who_works_with_the_flat(client: PageClient, scene: Scene) -> None:
    guess(client, "7", "8")
    assert not has_task(client, scene, scene.bengt)
    guess(client, "7")
    page = house(client, scene, scene.bengt)
    assert (TASK in page.text, ADDRESS in page.html) == (True, False)
    assert has_task(client, scene, scene.amina)
    record = page.click(TASK)
    assert page.links[TASK] == f"/memberships/{membership_of(scene.elsa).id}/record"
    assert "våningen blev fel tre gånger" in record.text
    assert ADDRESS not in record.html


@pytest.mark.usefixtures("asked")
def test_the_right_floor_at_the_last_try_is_no_failure(client: PageClient, scene: Scene) -> None:
    home = membership_of(scene.elsa).household
    assert home
    guess(client, "7", "8", str(home.flat.floor))
    assert membership_of(scene.elsa).person.mailbox is not None
    assert not has_task(client, scene, scene.bengt)
    assert question().ended_at is not None


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("press", ["Stryk adressen", "Mejla och fråga"])
def test_it_stands_until_the_address_is_dropped_or_recorded_again(
    press: str, client: PageClient, scene: Scene
) -> None:
    guess(client, "7", "8", "9")
    record = house(client, scene, scene.bengt).click(TASK)
    done = record.press(press, {"address": ADDRESS} if press == "Mejla och fråga" else {}).follow()
    assert "våningen blev fel tre gånger" not in done.text
    assert not has_task(client, scene, scene.bengt)
    assert not has_task(client, scene, scene.amina)


@pytest.mark.usefixtures("asked")
def test_who_has_left_needs_no_address(client: PageClient, scene: Scene) -> None:
    guess(client, "7", "8", "9")
    client.get(f"/memberships/{membership_of(scene.elsa).id}/record/end", as_=scene.bengt).press(
        "Ja, ta bort ur gruppen"
    )
    assert not has_task(client, scene, scene.bengt)
