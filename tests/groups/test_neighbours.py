"""Checks that neighbours see what a member chose to show, and no name, row or count of anybody else."""

from __future__ import annotations

from itertools import product

import pytest

from tests.cast import Scene
from tests.factories import flat_of, make_coordinator, make_member, make_officer, make_person
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import Person, utcnow

CHOICES = list(product([False, True], repeat=3))
CARD = "Grannar som vill synas"


@pytest.fixture
def nora(scene: Scene) -> Person:
    """A neighbour in stairwell 1 with address and phone who shows nothing yet. Nobody else is shown."""
    scene.carin.shows_name = False
    nora = make_person("Nora Wik", "nora@example.org", phone="+46701740655")
    make_member(nora, scene.group, flat_of(scene.stairwell_1, "1003"))
    return nora


def neighbours(page: Page) -> list[str]:
    """Return each line of the card as it is read."""
    (card,) = [each for each in page.tree.iter("section") if CARD in "".join(each.itertext())]
    return [" ".join("".join(line.itertext()).split()) for line in card.iter("li")]


@pytest.mark.parametrize(("name", "email", "phone"), CHOICES)
def test_a_neighbour_is_seen_by_just_what_they_chose(
    name: bool, email: bool, phone: bool, client: PageClient, scene: Scene, nora: Person
) -> None:
    nora.shows_name, nora.shows_email, nora.shows_phone = name, email, phone
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    chosen = [
        "Nora Wik" if name else "En granne",
        *(["nora@example.org"] if email else []),
        *(["070-174 06 55"] if phone else []),
    ]
    assert neighbours(page) == ([" ".join(chosen)] if name or email or phone else [])
    found = [word in page.html for word in ("Nora", "nora@example.org", "tel:0701740655")]
    assert found == [name, email, phone]
    assert ("Ingen har valt att synas." in page.text) is not (name or email or phone)


@pytest.mark.parametrize("reader", ["gun", "officer in the house", "jenny", "ivan", "left", "asked"])
def test_who_does_not_belong_to_the_group_sees_no_neighbour(
    reader: str, client: PageClient, scene: Scene, nora: Person
) -> None:
    nora.shows_name = nora.shows_email = nora.shows_phone = True
    who = getattr(scene, reader, None) or make_person(reader, f"{len(reader)}@example.org")
    if reader == "officer in the house":
        make_member(who, scene.group, flat_of(scene.stairwell_3, "1103"))
        make_officer(who, scene.group.area)
    if reader == "left":
        make_member(who, scene.group, flat_of(scene.stairwell_3, "1103")).left_at = utcnow()
    if reader == "asked":
        make_coordinator(who, scene.group, accepted=False)
    page = client.get(f"/groups/{scene.group.id}", as_=who)
    assert page.status == (200 if reader in {"gun", "officer in the house"} else 404)
    assert [word for word in ("Nora", "nora@", "0701740655") if word in page.html] == []


def test_who_has_left_or_was_never_let_in_is_not_seen(client: PageClient, scene: Scene, nora: Person) -> None:
    for each in (nora, scene.farah, scene.ivan):
        each.shows_name = each.shows_email = each.shows_phone = True
    make_member(make_person("Olga Lind", shows_name=True), scene.group, None).left_at = utcnow()
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert neighbours(page) == ["Nora Wik nora@example.org 070-174 06 55"]


def test_who_once_coordinated_and_has_left_is_not_seen(
    client: PageClient, scene: Scene, nora: Person
) -> None:
    olga = make_person("Olga Lind", "olga@example.org", shows_name=True)
    make_member(olga, scene.group, flat_of(scene.stairwell_3, "1103")).left_at = utcnow()
    make_coordinator(olga, scene.group).ended_at = utcnow()
    nora.shows_name = True
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert neighbours(page) == ["Nora Wik"]
    assert "Olga" not in page.html
