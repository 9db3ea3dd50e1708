"""Checks that what waits for a coordinator stands in the same list on two pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_coordinator,
    make_letter,
    make_meeting,
    make_member,
    make_person,
    make_request,
    make_verification,
    make_visit_request,
    store,
)
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.joining.service.deciding import decline
from watch.models import (
    Audience,
    Channel,
    JoinRequest,
    Language,
    Mailing,
    MeetingPart,
    PartState,
    Person,
    utcnow,
)
from watch.notices import service as notices
from watch.notices.queries import Target

NOBODY = "Ingen i huset väntar på dig just nu."


@pytest.fixture(autouse=True)
def coordinates(scene: Scene) -> None:
    """Dawit coordinates a stairwell in which nothing waits, and reads Swedish."""
    scene.dawit.language = Language.SWEDISH
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    db.session.commit()


def visit(scene: Scene) -> JoinRequest:
    return make_visit_request("Knut", scene.group, flat_of(scene.stairwell_1, "1202"))


def answered_visit(scene: Scene) -> None:
    decline(visit(scene), by=scene.amina)


def letter(scene: Scene) -> None:
    make_letter(flat_of(scene.stairwell_1, "1202"), scene.group, by=scene.amina)


def wrong_floors(scene: Scene) -> None:
    paper = make_member(make_person("Maj", None), scene.group, flat_of(scene.stairwell_1, "1202"))
    make_verification(scene.jenny, paper).floor_tries = 3


def question(scene: Scene) -> None:
    meeting = make_meeting(scene.other_group)
    meeting.parts.append(MeetingPart(group_id=scene.group.id, state=PartState.INVITED))


def paper(scene: Scene) -> None:
    make_member(
        make_person("Maj", None), scene.group, flat_of(scene.stairwell_1, "1202"), channel=Channel.PAPER
    )
    draft = notices.Draft({Language.SWEDISH: ("Ny lampa", "Den är på plats.")}, "x")
    notices.send(Target(Audience.GROUP, group=scene.group), draft, by=scene.amina)


def meeting_held(scene: Scene) -> None:
    held = make_meeting(scene.group, starts_at=utcnow() - timedelta(days=1), by=scene.dawit)
    store(Mailing(kind="meeting-called", meeting=held))


WAITING: dict[str, Callable[[Scene], object]] = {
    "1 granne vill gå med": lambda scene: make_request(
        make_person("Rolf", "rolf@example.org"), scene.group, scene.stairwell_1
    ),
    "1 av dem vill att du knackar på": visit,
    "1 granne väntar på att få höra svaret vid dörren": answered_visit,
    "1 brev är utskrivet. Är det i brevlådan?": letter,
    "Adressen som skrevs in för lägenhet 1202 är inte bekräftad. Skriv in den igen.": wrong_floors,
    "Vill ni vara med på en gemensam träff": question,
    "1 lägenhet behöver meddelandet på papper": paper,
    "Skriv hur många som kom på 1 träff": meeting_held,
    "Skriv anteckningar från trapphusträff": meeting_held,
}


def house(client: PageClient, scene: Scene, reader: Person) -> Page:
    return client.get(f"/groups/{scene.group.id}/house", as_=reader)


def to_do(page: Page) -> list[str]:
    """Return the lines of the page's card of what is to do."""
    cards = [card for card in page.tree.iter("section") if _title(card) == "Att göra"]
    return [text_of(line) for card in cards for line in card.iter("li")]


def _title(card: Element) -> str:
    heading = card.find(".//h2")
    return "" if heading is None else text_of(heading)


def test_where_nothing_waits_that_is_said(client: PageClient, scene: Scene) -> None:
    page = house(client, scene, scene.dawit)
    assert (NOBODY in page.text, to_do(page)) == (True, [])
    assert "Att göra" not in client.get("/me", as_=scene.dawit).text


@pytest.mark.parametrize("words", WAITING)
def test_whatever_waits_stands_on_both_pages(client: PageClient, scene: Scene, words: str) -> None:
    WAITING[words](scene)
    db.session.commit()
    page = house(client, scene, scene.dawit)
    lines = to_do(page)
    assert (NOBODY in page.text, sum(words in line for line in lines)) == (False, 1)
    own = client.get("/me", as_=scene.dawit)
    assert to_do(own) == lines
    (link,) = (href for text, href in own.links.items() if words in text)
    assert client.get(link.partition("#")[0], as_=scene.dawit).status == 200


def test_neighbours_have_no_such_list(client: PageClient, scene: Scene) -> None:
    for each in WAITING.values():
        if each not in {paper, wrong_floors, answered_visit}:  # they need the same flat
            each(scene)
    paper(scene)
    assert "Att göra" not in client.get("/me", as_=scene.carin).text


def test_two_groups_have_a_list_each(client: PageClient, scene: Scene) -> None:
    others = list(scene.other_group.buildings[0].stairwells)
    make_coordinator(scene.dawit, scene.other_group, stairwells=others)
    make_request(make_person("Rolf", "rolf@example.org"), scene.group, scene.stairwell_1)
    db.session.commit()
    page = client.get("/me", as_=scene.dawit)
    assert to_do(page) == ["1 granne vill gå med 1 av dem har inte sagt vilken lägenhet"]
    assert f"Att göra {scene.group.name}" in page.text
