"""Checks that the number of households that take part in a house is the same on every page that shows it."""

from __future__ import annotations

import re

import pytest

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.areas import households_by_stairwell, households_taking_part
from watch.groups.queries.households import counts_of_group
from watch.groups.service.recounting import recount_groups
from watch.models import utcnow

SAID = re.compile(r"(färre än \d|nästan alla|(?:minst )?\d+) ?av (\d+) hushåll (?!har fått)")


@pytest.fixture
def crowded(scene: Scene) -> Scene:
    """The house with two in one flat, one whose flat is unknown in port 3, and one whose port is unknown."""
    make_member(make_person("Pär", "par@example.org"), scene.group, flat_of(scene.stairwell_3, "1102"))
    unknown = make_member(make_person("Mona", "mona@example.org"), scene.group, None)
    unknown.stairwell = scene.stairwell_3
    make_member(make_person("Nour", "nour@example.org"), scene.group, None)
    db.session.commit()
    recount_groups(utcnow())
    db.session.commit()
    return scene


def told(client: PageClient, path: str, who: object) -> set[str]:
    """Return the numbers of households on a page, as it says them."""
    text = client.get(path, as_=who).text  # type: ignore[arg-type]  # a person of the cast
    return {f"{part} av {total}" for part, total in SAID.findall(text)}


def test_every_page_says_the_same_of_one_house(client: PageClient, crowded: Scene) -> None:
    group = f"/groups/{crowded.group.id}"
    for who, path in (
        (crowded.amina, group),
        (crowded.amina, f"{group}/house"),
        (crowded.bengt, group),
        (crowded.carin, group),
        (crowded.gun, group),
        (crowded.gun, "/areas/hassleholmen"),
        (crowded.gun, "/overview"),
        (crowded.gun, "/overview/groups"),
    ):
        assert {each.removeprefix("minst ") for each in told(client, path, who)} >= {"7 av 18"}, (path, who)


def test_the_ports_add_up_to_the_house(client: PageClient, crowded: Scene) -> None:
    assert told(client, f"/groups/{crowded.group.id}/house", crowded.bengt) == {"4 av 9"}
    stairwell = f"/stairwells/{crowded.stairwell_3.id}/house"
    assert told(client, stairwell, crowded.bengt) == told(client, stairwell, crowded.amina) == {"4 av 9"}
    page = client.get(f"/groups/{crowded.group.id}/house", as_=crowded.amina)
    assert "Port 1 · 2 av 9" in page.text
    assert "Port 3 · 4 av 9" in page.text
    assert "Av dem är 2 grannar med utan känd lägenhet." in page.text  # the seventh has told no port


def test_all_ways_to_count_agree(crowded: Scene) -> None:
    group = crowded.group
    assert group.counted_taking_part == 7
    assert households_taking_part(group) == counts_of_group(group.id).group == 7
    assert households_by_stairwell(group, utcnow()) == {
        crowded.stairwell_1.id: (2, 9), crowded.stairwell_3.id: (4, 9),
    }  # fmt: skip


def test_coordinators_read_the_present_number_and_everybody_else_last_nights(
    client: PageClient, crowded: Scene
) -> None:
    make_member(make_person("Kim", "kim@example.org"), crowded.group, flat_of(crowded.stairwell_1, "1203"))
    db.session.commit()
    group = f"/groups/{crowded.group.id}"
    assert told(client, group, crowded.amina) == told(client, f"{group}/house", crowded.amina) == {"8 av 18"}
    for who in (crowded.bengt, crowded.carin, crowded.gun):  # Bengt works with one port alone
        assert told(client, group, who) == {"7 av 18"}
